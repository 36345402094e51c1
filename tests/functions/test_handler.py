"""The function as Lambda calls it."""

from __future__ import annotations

import json
import logging
import traceback
from typing import Any

import pytest

from functions.rotation import handler as module
from functions.rotation.failures import (
    AuthenticationError,
    ConfigurationError,
    RotationError,
    SecretsManagerError,
    UnexpectedError,
)
from functions.rotation.handler import handler
from functions.rotation.secrets_manager import client
from tests.functions.application import MakeSecret
from tests.functions.rotating import NAME, STEPS, Context

VALUE = {"engine": "postgres", "host": "db.example", "username": "citizen", "password": "first-password"}
TOKEN = "00000000-0000-4000-8000-000000000001"
EVENT = {"SecretId": NAME, "ClientRequestToken": TOKEN, "Step": "setSecret"}


class Failing:
    """Takes the place of a rotation; each step fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def run(self, step: str) -> str:
        try:
            json.loads("planted-password")
        except ValueError as error:
            raise self._error from error
        return ""


def call(monkeypatch: pytest.MonkeyPatch, error: Exception) -> RotationError:
    monkeypatch.setattr(module, "_rotation", lambda *_: Failing(error))
    with pytest.raises(RotationError) as raised:
        handler(EVENT, Context(60))
    return raised.value


def lines(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The line of the log, and that of the metrics."""
    log, metrics = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    return log, metrics


def what_lambda_logs(error: BaseException) -> str:
    """Class, message and lines of code of the error itself: nothing that is behind it.

    Source: handle_event_request in awslambdaric/bootstrap.py of aws/aws-lambda-python-runtime-interface-client.
    """
    return "\n".join(
        [type(error).__name__, str(error), *traceback.format_list(traceback.extract_tb(error.__traceback__))]
    )


def test_a_failure_names_step_and_secret(make_secret: MakeSecret, capsys: pytest.CaptureFixture[str]) -> None:
    make_secret(**VALUE)
    with pytest.raises(
        SecretsManagerError, match="setSecret of secret another: Secrets Manager refuses DescribeSecret"
    ):
        handler({**EVENT, "SecretId": "another"}, Context(60))
    log, metrics = lines(capsys)
    assert (log["level"], log["step"], log["secret"]) == ("ERROR", "setSecret", "another")
    assert log["message"].startswith("setSecret of secret another: ")
    assert (log["failure"], log["error"]) == ("secrets-manager", "SecretsManagerError")
    assert (log["version"], log["request_id"]) == (TOKEN, Context.aws_request_id)
    assert (metrics["Secret"], metrics["Failure"], metrics["RotationFailed"]) == (
        "another",
        "secrets-manager",
        1,
    )


@pytest.mark.parametrize("missing", ["SecretId", "ClientRequestToken", "Step"])
def test_an_event_that_lacks_something(missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError, match=f"the event has no {missing}"):
        handler({name: value for name, value in EVENT.items() if name != missing}, None)
    assert json.loads(capsys.readouterr().out)["failure"] == "configuration"


def test_a_wrong_setting_is_a_failure_like_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ROTATION_STRATEGY", "both")
    with pytest.raises(ConfigurationError, match=r"setSecret of secret .*ROTATION_STRATEGY is 'both'"):
        handler(EVENT, Context(60))
    log, metrics = lines(capsys)
    assert log["failure"] == metrics["Failure"] == "configuration"


def test_the_error_keeps_its_class_and_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = call(monkeypatch, AuthenticationError("refused", sqlstate="28P01"))
    assert type(error) is AuthenticationError
    assert str(error) == f"setSecret of secret {NAME}: refused"
    log, _ = lines(capsys)
    assert (log["error"], log["failure"], log["sqlstate"]) == (
        "AuthenticationError",
        "authentication",
        "28P01",
    )


def test_nothing_is_chained_to_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda logs the error alone, but tracers and debuggers follow the chain."""
    error = call(monkeypatch, AuthenticationError("refused"))
    assert error.__cause__ is error.__context__ is None
    assert "planted-password" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("error", [KeyError("planted-password"), RuntimeError("planted-password")])
def test_an_unexpected_error_is_named_and_not_quoted(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    caplog.set_level(logging.DEBUG)
    raised = call(monkeypatch, error)
    assert type(raised) is UnexpectedError
    assert f"unexpected {type(error).__name__} in test_handler.py:" in str(raised)
    output = capsys.readouterr()
    assert "planted-password" not in output.out + output.err + caplog.text + what_lambda_logs(raised)


def test_a_throttled_secrets_manager_is_tried_again_and_then_named(
    make_secret: MakeSecret, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = make_secret(**VALUE)
    token = secret.begin()
    calls = []

    def throttle(**_: Any) -> Any:
        calls.append(1)
        return moto_answer(400, {"__type": "ThrottlingException", "message": "Rate exceeded"})

    def throttled() -> Any:
        made = client()
        made.meta.events.register_first("before-send.secrets-manager.DescribeSecret", throttle)
        return made

    monkeypatch.setattr(module, "client", throttled)
    with pytest.raises(SecretsManagerError, match="throttles DescribeSecret: ThrottlingException"):
        secret.step("createSecret", token, Context(60))
    assert len(calls) == 3
    log, _ = lines(capsys)
    assert log["failure"] == "secrets-manager"
    monkeypatch.setattr(module, "client", client)
    secret.step("createSecret", token, Context(60))


def moto_answer(status: int, body: dict[str, str]) -> Any:
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders
    from moto.core.botocore_stubber import MockRawResponse

    return AWSResponse("https://secretsmanager", status, HTTPHeaders(), MockRawResponse(json.dumps(body)))


def test_steps_are_those_of_secrets_manager(monkeypatch: pytest.MonkeyPatch, make_secret: MakeSecret) -> None:
    secret = make_secret(**VALUE)
    with pytest.raises(RotationError, match=f"unknown step 'dropSecret'; allowed: {', '.join(STEPS)}"):
        secret.step("dropSecret", secret.begin())
