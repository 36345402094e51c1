"""Start and stop the local AWS; find out whether it runs by asking it, never by a file that says so."""

from __future__ import annotations

import contextlib
import errno
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from environments.problem import Problem
from localcloud import persistence, postgres, server
from localcloud.identity import PATH, Identity
from localcloud.lock import DirectoryLock

START_SECONDS = 90
"""How long a start may take: moto is imported, and every database server starts."""

STOP_SECONDS = 90
"""How long an end may take: the state is stored, and every database server stops."""

DEFAULT_REGION = "eu-central-2"
_ANSWER_SECONDS = 10
_PAUSE = 0.1
_LOG_TAIL = 15


class LifecycleError(Exception):
    """The server does not start or does not stop; the message has the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One local AWS.

    Args:
        port: TCP port on loopback, 1 to 65535.
        directory: where it keeps what is deployed.
    """

    port: int
    directory: Path

    def __post_init__(self) -> None:
        # One name for one folder: the server's is compared with it.
        object.__setattr__(self, "directory", self.directory.resolve())

    @property
    def endpoint(self) -> str:
        """The URL that clients talk to."""
        return f"http://{server.HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.directory / "server.log"

    @property
    def lock(self) -> DirectoryLock:
        """Held by the server as long as its process is there."""
        return DirectoryLock(self.directory)


@dataclass(frozen=True, kw_only=True)
class Status:
    """What is known of a local AWS.

    Args:
        running: whether it answers.
        endpoint: the URL that clients talk to.
        log: what the server says.
        pid: its process, when it runs.
        services: by service, what is real and what is emulated; only when it runs.
        notice: what went wrong at the start; empty when nothing did.
    """

    running: bool
    endpoint: str
    log: Path
    pid: int | None = None
    services: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""


def status(settings: Settings) -> Status:
    """Ask the server whether it is there."""
    return _status(settings, _identity(settings))


def up(settings: Settings) -> Status:
    """Start the server, unless it runs; what was deployed before is there again.

    Raises:
        Problem: the port is taken, the directory is that of something else, or its local AWS has another port.
        LifecycleError: the server ends, or does not answer in time.
    """
    answering = _identity(settings)
    found = _status(settings, answering)
    if found.running and settings.lock.exists():
        return found
    if found.running:
        _stop(settings)  # its folder was deleted under it: it could not keep anything
        answering = None
    _check_directory(settings)
    process = None
    if settings.lock.holder() is None:
        _check_port(settings, answering)
        settings.lock.mark()
        process = _start(settings)
    return _wait_for_answer(settings, process)


def down(settings: Settings) -> bool:
    """Stop the server, whatever port it has, after it has stored what is deployed.

    Returns:
        Whether it was running.

    Raises:
        LifecycleError: it does not stop in time, or could not store what is deployed.
    """
    served = status(settings).running and settings.lock.exists()
    before = _stored(settings)
    was_running = _stop(settings)
    if was_running and served and _stored(settings) == before:
        raise LifecycleError(f"the local AWS could not store what is deployed\n\n{_tail(settings)}")
    return was_running


def reset(settings: Settings) -> None:
    """Stop the server and delete all that it keeps, database servers included.

    Raises:
        Problem: the directory is not that of a local AWS.
        LifecycleError: it does not stop in time.
    """
    _check_directory(settings)
    _stop(settings)
    if settings.directory.exists():
        postgres.remove_all(settings.directory)
        shutil.rmtree(settings.directory)


def environment(settings: Settings) -> dict[str, str]:
    """The variables that make AWS clients talk to the local AWS only; the account in it is 123456789012."""
    return {
        "AWS_ENDPOINT_URL": settings.endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": DEFAULT_REGION,
        "AWS_DEFAULT_REGION": DEFAULT_REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def _identity(settings: Settings) -> Identity | None:
    """Who answers on the port, if it is a local AWS."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"{settings.endpoint}{PATH}", timeout=_ANSWER_SECONDS) as answer:
            return Identity.read(answer.read())
    except (OSError, http.client.HTTPException):
        return None


def _status(settings: Settings, found: Identity | None) -> Status:
    if found is None or Path(found.directory) != settings.directory:
        return Status(running=False, endpoint=settings.endpoint, log=settings.log)
    return Status(
        running=True,
        endpoint=settings.endpoint,
        log=settings.log,
        pid=found.pid,
        services=dict(found.services),
        notice=found.notice,
    )


def _check_port(settings: Settings, answering: Identity | None) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.HOST, settings.port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Problem(
                    f"port {settings.port} cannot be used: {error.strerror}",
                    given=settings.port,
                    allowed="a port that your user may listen on, such as 5055",
                    fix="export HOLDFAST_LOCAL_PORT=5055",
                ) from None
            by = f", by the local AWS of {answering.directory}" if answering else ""
            raise Problem(
                f"port {settings.port} is taken{by}",
                given=settings.port,
                allowed="a port on which nothing else listens",
                fix="end what listens there, or choose another port: export HOLDFAST_LOCAL_PORT=5056",
            ) from None


def _check_directory(settings: Settings) -> None:
    """It will be deleted one day: nothing else may be in it."""
    directory = settings.directory
    if not directory.exists():
        return
    if directory.is_dir() and not any(directory.iterdir()):
        return
    # Asked last: one who starts it at the same moment may have marked it since.
    if not settings.lock.exists():
        raise Problem(
            "this is not the folder of a local AWS",
            given=directory,
            allowed="a new or empty folder, or one in which a local AWS was started before",
            fix="export HOLDFAST_LOCAL_DIR=... names another one",
        )


def _check_holder(settings: Settings) -> None:
    holder = settings.lock.holder()
    if holder is not None and holder.port != settings.port:
        raise Problem(
            f"the local AWS of {settings.directory} runs already, on port {holder.port}",
            given=settings.port,
            allowed=str(holder.port),
            fix=f"export HOLDFAST_LOCAL_PORT={holder.port}, or stop it: pipenv run holdfast local down",
        )


def _wait_for_answer(settings: Settings, process: subprocess.Popen[bytes] | None) -> Status:
    """Wait for the server that was started here, or for one that somebody else is starting right now."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = status(settings)
        if found.running:
            return found
        if process is None or process.poll() is not None:
            # Two were started at once: the lock says which one it is.
            _check_holder(settings)
            if settings.lock.holder() is None:
                code = f" (exit code {process.returncode})" if process else ""
                raise LifecycleError(f"the local AWS ended{code}\n\n{_tail(settings)}")
        time.sleep(_PAUSE)
    if process is not None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
    raise LifecycleError(f"the local AWS does not answer after {START_SECONDS} s\n\n{_tail(settings)}")


def _stop(settings: Settings) -> bool:
    """Stop the process that has the directory, and wait until it is gone: it answers no more long before."""
    holder = settings.lock.holder()
    pid = holder.pid if holder else status(settings).pid
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while not _is_gone(pid):
        if time.monotonic() > deadline:
            raise LifecycleError(
                f"the local AWS (process {pid}) does not stop after {STOP_SECONDS} s\n\n{_tail(settings)}"
            )
        time.sleep(_PAUSE)
    return True


def _is_gone(pid: int) -> bool:
    # A process that this one has started is there until it is asked for its exit code.
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def _stored(settings: Settings) -> int:
    """When the state was stored last: nanoseconds since the epoch, 0 for never."""
    try:
        return (settings.directory / persistence.FILE).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    # Nothing of the shell's AWS: functions in the local AWS must not see it.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with settings.log.open("ab") as log:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "localcloud.server",
                "--port",
                str(settings.port),
                "--directory",
                str(settings.directory),
            ],
            cwd=Path(__file__).resolve().parent.parent,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # It must outlive the command and the terminal that start it.
            start_new_session=True,
        )


def _tail(settings: Settings) -> str:
    try:
        lines = settings.log.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return f"There is no log: {settings.log}"
    return "\n".join([*lines[-_LOG_TAIL:], f"The complete log: {settings.log}"])
