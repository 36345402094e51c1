"""Start and stop the local AWS; find out whether it runs by asking it, never by a file that says so."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from environments.problem import Problem
from localcloud import postgres, server
from localcloud.identity import NAME, PATH, Identity
from localcloud.lock import DirectoryLock

START_SECONDS = 90
"""How long a start may take: moto is imported, and every database server starts."""

STOP_SECONDS = 90
"""How long an end may take: the state is stored, and every database server stops."""

DEFAULT_REGION = "eu-central-2"
_LOG_TAIL = 15


class LifecycleError(Exception):
    """The server does not start or does not stop; the message has the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One local AWS.

    Args:
        port: TCP port on loopback, 1 to 65535.
        directory: where it keeps what is deployed; an absolute path.
    """

    port: int
    directory: Path

    @property
    def endpoint(self) -> str:
        """The URL that clients talk to."""
        return f"http://{server.HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.directory / "server.log"


@dataclass(frozen=True, kw_only=True)
class Status:
    """What is known of a local AWS.

    Args:
        running: whether it answers.
        endpoint: the URL that clients talk to.
        log: what the server says.
        pid: its process, when it runs.
        services: by service, what is real and what is emulated; only when it runs.
    """

    running: bool
    endpoint: str
    log: Path
    pid: int | None = None
    services: Mapping[str, str] = field(default_factory=dict)


def status(settings: Settings) -> Status:
    """Ask the server whether it is there."""
    found = _identity(settings)
    if found is None or Path(found.directory) != settings.directory:
        return Status(running=False, endpoint=settings.endpoint, log=settings.log)
    return Status(
        running=True,
        endpoint=settings.endpoint,
        log=settings.log,
        pid=found.pid,
        services=dict(found.services),
    )


def up(settings: Settings) -> Status:
    """Start the server, unless it runs; what was deployed before is there again.

    Raises:
        Problem: the port is taken, or the directory's local AWS runs on another port.
        LifecycleError: the server ends, or does not answer in time.
    """
    found = status(settings)
    if found.running:
        return found
    _check_port(settings)
    settings.directory.mkdir(parents=True, exist_ok=True)
    _check_directory(settings)
    process = _start(settings)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = status(settings)
        if found.running:
            return found
        if process.poll() is not None:
            raise LifecycleError(f"the local AWS ended (exit code {process.returncode})\n\n{_tail(settings)}")
        time.sleep(0.1)
    process.terminate()
    raise LifecycleError(f"the local AWS does not answer after {START_SECONDS} s\n\n{_tail(settings)}")


def down(settings: Settings) -> bool:
    """Stop the server, after it has stored what is deployed.

    Returns:
        Whether it was running.

    Raises:
        LifecycleError: it does not stop in time.
    """
    found = status(settings)
    if found.pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGTERM)
    # The lock is let go when the process is gone, not when it stops to answer.
    if not DirectoryLock(settings.directory).wait_until_free(STOP_SECONDS):
        raise LifecycleError(f"the local AWS does not stop after {STOP_SECONDS} s\n\n{_tail(settings)}")
    return True


def reset(settings: Settings) -> None:
    """Stop the server and delete all that it keeps, database servers included.

    Raises:
        Problem: the directory is none of a local AWS, or its local AWS runs on another port.
        LifecycleError: it does not stop in time.
    """
    down(settings)
    if not settings.directory.exists():
        return
    if not DirectoryLock(settings.directory).exists() and any(settings.directory.iterdir()):
        raise Problem(
            "this folder is not that of a local AWS, so nothing in it is deleted", given=settings.directory
        )
    _check_directory(settings)
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
        with direct.open(f"{settings.endpoint}{PATH}", timeout=10) as answer:
            found = json.load(answer)
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("name") != NAME:
        return None
    return Identity(**found)


def _check_port(settings: Settings) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((server.HOST, settings.port))
        except OSError:
            other = _identity(settings)
            by = f", by the local AWS of {other.directory}" if other else ""
            raise Problem(
                f"port {settings.port} is taken{by}",
                given=settings.port,
                allowed="a port on which nothing else listens",
                fix="end what listens there, or choose another port: export HOLDFAST_LOCAL_PORT=5056",
            ) from None


def _check_directory(settings: Settings) -> None:
    holder = DirectoryLock(settings.directory).holder()
    if holder is not None:
        raise Problem(
            f"the local AWS of {settings.directory} runs already, on port {holder.port}",
            given=settings.port,
            allowed=str(holder.port),
            fix=f"export HOLDFAST_LOCAL_PORT={holder.port}, or stop it: pipenv run holdfast local down",
        )


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
    lines = settings.log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join([*lines[-_LOG_TAIL:], f"The complete log: {settings.log}"])
