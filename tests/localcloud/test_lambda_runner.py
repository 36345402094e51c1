"""What a function gets, and what comes of its call."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from localcloud import lambda_bootstrap
from localcloud.lambda_runner import Function, Outcome, Runner

pytestmark = pytest.mark.slow

ENDPOINT = "http://127.0.0.1:1"


def package(code: str, **others: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app/__init__.py", "")
        archive.writestr("app/main.py", code)
        for name, text in others.items():
            archive.writestr(name.replace("__", "/") + ".py", text)
    return content.getvalue()


def function(code: str | bytes, **changes: Any) -> Function:
    return Function(
        **{
            "arn": "arn:aws:lambda:eu-central-2:123456789012:function:f",
            "name": "f",
            "version": "$LATEST",
            "handler": "app.main.handler",
            "code": code if isinstance(code, bytes) else package(code),
            "region": "eu-central-2",
            "memory_mb": 128,
            "timeout_seconds": 10,
            "environment": {},
            "log_group": "/aws/lambda/f",
            "log_stream": "stream",
            **changes,
        }
    )


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    return Runner(tmp_path_factory.mktemp("lambda"), endpoint=ENDPOINT, extra={"EXTRA": "given", "OWN": "no"})


def run(runner: Runner, code: str | bytes, event: object = None, **changes: Any) -> Outcome:
    return runner.invoke(function(code, **changes), event, request_id="id-1")


def test_the_handler_gets_the_event_and_its_result_comes_back(runner: Runner) -> None:
    outcome = run(runner, "def handler(event, context): return {'twice': event['n'] * 2}", {"n": 21})
    assert json.loads(outcome.payload) == {"twice": 42}
    assert outcome.error is None


def test_the_context_knows_the_function_and_its_time(runner: Runner) -> None:
    outcome = run(
        runner,
        """
def handler(event, context):
    left = context.get_remaining_time_in_millis()
    return [context.function_name, context.aws_request_id, context.log_group_name, 0 < left <= 10_000]
""",
    )
    assert json.loads(outcome.payload) == ["f", "id-1", "/aws/lambda/f", True]


def test_the_environment_is_the_functions_own_and_nothing_of_the_server(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVER_SECRET", "of the server")
    outcome = run(
        runner,
        "import os\ndef handler(event, context): return dict(os.environ)",
        environment={"OWN": "yes"},
    )
    environment = json.loads(outcome.payload)
    assert environment["OWN"] == "yes"
    assert environment["EXTRA"] == "given"
    assert environment["AWS_ENDPOINT_URL"] == ENDPOINT
    assert environment["AWS_REGION"] == "eu-central-2"
    assert "SERVER_SECRET" not in environment


def test_boto3_is_there_and_what_is_not_in_the_package_is_not(runner: Runner) -> None:
    outcome = run(runner, "import boto3\ndef handler(event, context): return boto3.__version__")
    assert outcome.error is None
    outcome = run(runner, "import pg8000\ndef handler(event, context): return 1")
    assert outcome.error == "Unhandled"
    assert json.loads(outcome.payload)["errorMessage"] == "No module named 'pg8000'"


def test_an_error_is_answered_as_lambda_does(runner: Runner) -> None:
    outcome = run(runner, "def handler(event, context): raise KeyError('nothing')")
    document = json.loads(outcome.payload)
    assert (outcome.error, document["errorType"]) == ("Unhandled", "KeyError")
    assert "in handler" in "".join(document["stackTrace"])
    assert "[ERROR] KeyError: 'nothing'" in outcome.log


def test_what_it_prints_and_logs_is_its_log_between_start_and_report(runner: Runner) -> None:
    outcome = run(
        runner, "import logging\ndef handler(event, context): print('printed'); logging.error('logged')"
    )
    lines = outcome.log.splitlines()
    assert lines[0] == "START RequestId: id-1 Version: $LATEST"
    assert lines[1] == "printed"
    assert lines[2].endswith("id-1\tlogged")
    assert lines[3] == "END RequestId: id-1"
    assert lines[4].startswith("REPORT RequestId: id-1\tDuration: ")
    assert len(run(runner, "def handler(event, context): print('x' * 10_000)").log_tail) == 4096


def test_json_logs_are_one_object_per_record(runner: Runner) -> None:
    outcome = run(
        runner, "import logging\ndef handler(event, context): logging.warning('logged')", log_format="JSON"
    )
    record = json.loads(outcome.log.splitlines()[1])
    assert (record["level"], record["message"], record["requestId"]) == ("WARNING", "logged", "id-1")


def test_after_its_time_it_and_what_it_started_are_stopped(runner: Runner, tmp_path: Path) -> None:
    code = f"""
import subprocess, time
def handler(event, context):
    child = subprocess.Popen(["/bin/sleep", "60"])
    open({str(tmp_path / "child")!r}, "w").write(str(child.pid))
    time.sleep(60)
"""
    outcome = run(runner, code, timeout_seconds=1)
    assert outcome.error == "Unhandled"
    assert json.loads(outcome.payload)["errorType"] == "Sandbox.Timedout"
    state = Path(f"/proc/{(tmp_path / 'child').read_text()}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_a_process_that_ends_itself_is_an_error(runner: Runner) -> None:
    outcome = run(runner, "import os\ndef handler(event, context): os._exit(3)")
    assert outcome.error == "Unhandled"
    assert "exit status 3" in json.loads(outcome.payload)["errorMessage"]


def test_a_package_that_is_no_zip_is_an_error(runner: Runner) -> None:
    assert json.loads(run(runner, b"text").payload)["errorType"] == "Runtime.InvalidZip"


@pytest.mark.parametrize(
    ("log_format", "end"), [("Text", "id-1\tmessage\n"), ("JSON", '"requestId": "id-1"}\n')]
)
def test_in_this_process_it_calls_the_handler_and_logs_the_same_way(
    log_format: str,
    end: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = f"handlers_{log_format.lower()}"
    (tmp_path / f"{name}.py").write_text(
        "import logging\ndef handler(event, context): logging.getLogger('x').error('message')\n"
        "def broken(event, context): raise ValueError(context.function_version)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    for variable in (
        "FUNCTION_NAME",
        "FUNCTION_VERSION",
        "FUNCTION_MEMORY_SIZE",
        "LOG_GROUP_NAME",
        "LOG_STREAM_NAME",
    ):
        monkeypatch.setenv(f"AWS_LAMBDA_{variable}", variable.lower())
    monkeypatch.setenv("AWS_LAMBDA_LOG_FORMAT", log_format)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    request = {"handler": f"{name}.handler", "event": {}, "id": "id-1", "arn": "arn", "timeout": 3}
    called: list[int] = []
    assert lambda_bootstrap.call(request, lambda: called.append(1)) == ("null", 0)
    assert called == [1]
    assert capsys.readouterr().out.endswith(end)
    text, code = lambda_bootstrap.call({**request, "handler": f"{name}.broken"}, lambda: None)
    assert (code, json.loads(text)["errorMessage"]) == (1, "function_version")


def test_as_a_script_it_reads_the_request_and_answers_on_the_descriptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "answering.py").write_text("def handler(event, context): return event")
    request = {
        "handler": "answering.handler",
        "event": 7,
        "id": "i",
        "arn": "a",
        "timeout": 3,
        "path": [str(tmp_path)],
    }
    for variable in (
        "FUNCTION_NAME",
        "FUNCTION_VERSION",
        "FUNCTION_MEMORY_SIZE",
        "LOG_GROUP_NAME",
        "LOG_STREAM_NAME",
    ):
        monkeypatch.setenv(f"AWS_LAMBDA_{variable}", "x")
    reading, writing = os.pipe()
    monkeypatch.setattr(sys, "path", ["script", *sys.path])
    monkeypatch.setattr(sys, "argv", ["bootstrap", str(writing)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(request)))
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with pytest.raises(SystemExit) as ended:
        lambda_bootstrap.main()
    assert ended.value.code == 0
    with os.fdopen(reading) as answer:
        assert answer.read().split() == ["7"]
