"""Runs a Lambda function's deployment package in a process of its own: no Docker, and no more than Lambda has."""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BOOTSTRAP = Path(__file__).with_name("lambda_bootstrap.py")

RUNTIME_DISTRIBUTIONS = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
"""What Lambda's Python runtimes bring (source: https://docs.aws.amazon.com/lambda/latest/dg/python-package.html);
everything else has to be in the function's package, here as there."""

INIT_SECONDS = 10
"""What Lambda gives a function to import its modules, before its own time begins
(source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html)."""

MAX_LOG_BYTES = 4096
"""Lambda answers the last 4 KB of the log when the caller asks for it (source: Invoke, ``LogType``)."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function as it was deployed.

    Args:
        arn: with its version, if one was asked for.
        name: without account and region.
        version: ``$LATEST`` or a number.
        handler: ``module.function``.
        code: the deployment package, a zip.
        region: where it runs.
        memory_mb: only told to the function; it is not limited to it.
        timeout_seconds: the process is stopped after it.
        environment: the function's own variables.
        log_group: where its log goes.
        log_stream: a new one for each call.
        log_format: ``Text`` or ``JSON``.
    """

    arn: str
    name: str
    version: str
    handler: str
    code: bytes
    region: str
    memory_mb: int
    timeout_seconds: float
    environment: Mapping[str, str]
    log_group: str
    log_stream: str
    log_format: str = "Text"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a call.

    Args:
        payload: JSON, the handler's result or the error document.
        error: ``Unhandled`` when the function failed, else None.
        log: the lines that it wrote, between Lambda's START, END and REPORT.
    """

    payload: str
    error: str | None
    log: str

    @property
    def log_tail(self) -> str:
        """The end of the log, as much as Lambda answers."""
        return self.log.encode()[-MAX_LOG_BYTES:].decode(errors="replace")


class Runner:
    """Unpacks and runs functions.

    Args:
        directory: where packages are unpacked, each once.
        endpoint: URL of the local AWS, for the function's own calls.
        extra: variables that every function gets unless it sets them itself.
    """

    _unpacking = threading.Lock()

    def __init__(self, directory: Path, *, endpoint: str, extra: Mapping[str, str] | None = None) -> None:
        self._directory = directory
        self._endpoint = endpoint
        self._extra = dict(extra or {})

    def invoke(self, function: Function, event: object, *, request_id: str) -> Outcome:
        """Run the handler once with an event (anything that JSON can hold), and wait for it."""
        try:
            code = self._unpacked(function.code)
        except zipfile.BadZipFile as error:
            return _failed("Runtime.InvalidZip", f"the deployment package is not a zip: {error}", request_id)
        request = {
            "handler": function.handler,
            "event": event,
            "id": request_id,
            "arn": function.arn,
            "timeout": function.timeout_seconds,
            "path": [str(code), str(self._runtime())],
        }
        started = time.monotonic()
        result, output, returned = _run(
            json.dumps(request), code, self._environment(function, code), function
        )
        milliseconds = (time.monotonic() - started) * 1000
        if returned is None:
            outcome = _failed(
                "Sandbox.Timedout",
                f"RequestId: {request_id} Error: Task timed out after {function.timeout_seconds:.2f} seconds",
                request_id,
            )
            output += outcome.payload + "\n"
        elif not result:
            outcome = _failed(
                "Runtime.ExitError",
                f"RequestId: {request_id} Error: Runtime exited with error: exit status {returned}",
                request_id,
            )
        else:
            outcome = Outcome(payload=result, error="Unhandled" if returned else None, log="")
        log = (
            f"START RequestId: {request_id} Version: {function.version}\n"
            f"{output}{'' if output.endswith(chr(10)) or not output else chr(10)}"
            f"END RequestId: {request_id}\n"
            f"REPORT RequestId: {request_id}\tDuration: {milliseconds:.2f} ms\tMemory Size: {function.memory_mb} MB\n"
        )
        return Outcome(payload=outcome.payload, error=outcome.error, log=log)

    def _environment(self, function: Function, code: Path) -> dict[str, str]:
        # Nothing of the server's own environment: a function that needs it would fail in AWS.
        # Source of the names: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
        return {
            **self._extra,
            "AWS_ENDPOINT_URL": self._endpoint,
            **function.environment,
            "_HANDLER": function.handler,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": function.region,
            "AWS_DEFAULT_REGION": function.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": function.version,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_FORMAT": function.log_format,
            "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
            "AWS_LAMBDA_LOG_STREAM_NAME": function.log_stream,
            "LAMBDA_TASK_ROOT": str(code),
            "LANG": "en_US.UTF-8",
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",
            "TZ": ":UTC",
        }

    def _unpacked(self, code: bytes) -> Path:
        target = self._directory / hashlib.sha256(code).hexdigest()
        with self._unpacking:
            if not target.is_dir():
                self._directory.mkdir(parents=True, exist_ok=True)
                temporary = Path(tempfile.mkdtemp(dir=self._directory))
                try:
                    with zipfile.ZipFile(io.BytesIO(code)) as package:
                        package.extractall(temporary)
                    temporary.rename(target)
                except BaseException:
                    shutil.rmtree(temporary)
                    raise
        return target

    def _runtime(self) -> Path:
        """A folder with the packages of Lambda's runtime, as links to those of this environment."""
        target = self._directory / f"runtime-boto3-{importlib.metadata.version('boto3')}"
        with self._unpacking:
            target.mkdir(parents=True, exist_ok=True)
            for distribution in RUNTIME_DISTRIBUTIONS:
                _link(distribution, target)
        return target


def _link(distribution: str, target: Path) -> None:
    found = importlib.metadata.distribution(distribution)
    for top in {file.parts[0] for file in found.files or ()}:
        if top in {"..", "__pycache__"} or top.endswith(".dist-info"):
            continue
        link = target / top
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(Path(str(found.locate_file(top))))


def _run(
    request: str, code: Path, environment: dict[str, str], function: Function
) -> tuple[str, str, int | None]:
    """Return the result, what was printed, and the exit code, or None after the function's time."""
    reading, writing = os.pipe()
    # -S: only what is on the path given; -B: nothing is written into the unpacked package.
    command = [sys.executable, "-E", "-S", "-B", str(BOOTSTRAP), str(writing)]
    with open(reading) as answer, tempfile.TemporaryFile() as output:  # noqa: PTH123 - a file descriptor
        try:
            process = subprocess.Popen(
                command,
                cwd=code,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=[writing],
                text=True,
                start_new_session=True,
            )
        finally:
            os.close(writing)
        results: list[str] = []
        initialized = threading.Event()

        def read() -> None:
            answer.readline()
            initialized.set()
            results.append(answer.read())

        reader = threading.Thread(target=read)
        reader.start()
        if process.stdin is not None:
            with suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(request)
        # As in AWS, the function's time begins when its modules are imported.
        initialized.wait(INIT_SECONDS)
        try:
            returned: int | None = process.wait(timeout=function.timeout_seconds)
        except subprocess.TimeoutExpired:
            returned = None
        _end_session(process)
        process.wait()
        reader.join()
        output.seek(0)
        printed = output.read().decode(errors="replace")
    return "".join(results).strip(), printed, returned


def _end_session(process: subprocess.Popen[str]) -> None:
    """Stop what the function started and left running, as Lambda's sandbox would freeze it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _failed(kind: str, message: str, request_id: str) -> Outcome:
    document = {"errorType": kind, "errorMessage": message, "requestId": request_id}
    return Outcome(payload=json.dumps(document), error="Unhandled", log="")
