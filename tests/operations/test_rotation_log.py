from __future__ import annotations

import json
from typing import Any

import pytest

from operations.rotation_log import Line, parse


def _line(**fields: Any) -> str:
    return json.dumps({"level": "INFO", "step": "setSecret", "version": "v", "message": "done", **fields})


def test_a_step_that_succeeded() -> None:
    assert parse(_line()) == Line(text="done", step="setSecret", version="v")


def test_a_step_that_failed_has_its_kind() -> None:
    failed = parse(_line(level="ERROR", failure="authentication", message="refused"))
    assert failed == Line(text="refused", step="setSecret", failure="authentication", version="v")


@pytest.mark.parametrize(
    ("message", "failure"),
    [
        (
            '{"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 3.00 seconds"}',
            "Sandbox.Timedout",
        ),
        ("2026-11-25T00:00:00Z 1-2-3 Task timed out after 60.00 seconds\n", "timeout"),
        ("[ERROR] ImportError: no module named pg8000", "function error"),
        ('{"type": "platform.report", "record": {"status": "timeout"}}', "timeout"),
        (
            '{"type": "platform.report", "record": {"status": "error", "errorType": "Runtime.ExitError"}}',
            "Runtime.ExitError",
        ),
    ],
)
def test_what_lambda_reports_when_the_function_cannot(message: str, failure: str) -> None:
    line = parse(message)
    assert line is not None
    assert (line.failure, line.step) == (failure, None)
    assert line.text


@pytest.mark.parametrize(
    "message",
    [
        "START RequestId: 1 Version: $LATEST",
        "REPORT RequestId: 1 Duration: 1 ms",
        '{"_aws": {}, "Secret": "s", "RotationFailed": 1}',
        '{"type": "platform.start", "record": {}}',
        '{"type": "platform.report", "record": {"status": "success"}}',
        "[]",
        "",
    ],
)
def test_other_lines_say_nothing_about_a_rotation(message: str) -> None:
    assert parse(message) is None
