"""Rotations by command: through Secrets Manager and Lambda to a real PostgreSQL."""

from __future__ import annotations

import time

import pytest

from environments.problem import Problem
from operations import logins, rotate
from operations.app import main
from operations.failure import Failed
from tests.localcloud.server import REGION
from tests.operations.system import System, sleeping

pytestmark = pytest.mark.server

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """A command as a shell runs it; its exit code."""
    monkeypatch.setattr("sys.argv", ["holdfast", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_rotation_is_followed_step_by_step(
    system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = system.labels(system.master)["AWSCURRENT"]
    assert run(monkeypatch, "rotate", "--secret", system.master) == 0
    after = system.labels(system.master)
    assert after["AWSCURRENT"] != before
    assert after["AWSPREVIOUS"] == before
    printed = capsys.readouterr().out
    told = [line.split()[0] for line in printed.splitlines() if line.startswith("  ")]
    assert told == [*STEPS, "AWSCURRENT"]
    assert after["AWSCURRENT"] in printed
    assert not any(password in printed for password in system.passwords())


def test_all_secrets_are_rotated_the_masters_first(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [system.labels(secret)["AWSCURRENT"] for secret in system.deployed.secrets]
    logins.rotate_all(system.deployed.secrets, REGION, timeout=60)
    assert before == [system.labels(secret)["AWSPREVIOUS"] for secret in system.deployed.secrets]
    titles = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert titles == [f"{system.name(secret)}: rotating" for secret in (system.master, system.application)]


def test_nobody_has_to_wait(
    system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = system.secret_with(sleeping(15))
    assert run(monkeypatch, "rotate", "--secret", slow, "--no-wait") == 0
    assert "rotating" in capsys.readouterr().out
    assert run(monkeypatch, "rotate", "--secret", slow, "--no-wait") == 0
    assert "joining a rotation under way" in capsys.readouterr().out


def test_a_failure_is_told_in_the_functions_words_and_the_next_one_joins(system: System) -> None:
    before = system.labels(system.master)["AWSCURRENT"]
    shown: list[str] = []
    with system.master_password_changed_by_hand():
        begun = rotate.begin(system.master, REGION)
        with pytest.raises(Failed) as failed:
            rotate.follow(begun, timeout=60, show=shown.append, quiet=1)
    assert "setSecret: authentication: " in str(failed.value)
    assert [line.split()[0] for line in shown[:2]] == ["createSecret", "setSecret"]
    everything = "\n".join([*shown, str(failed.value)])
    assert not any(password in everything for password in system.passwords())
    assert system.labels(system.master)["AWSCURRENT"] == before

    again = rotate.begin(system.master, REGION)
    assert (again.joined, again.version) == (True, begun.version)
    rotate.follow(again, timeout=60)
    assert system.labels(system.master)["AWSCURRENT"] == begun.version


def test_a_rotation_that_takes_too_long(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = system.secret_with(sleeping(30), timeout=60)
    started = time.monotonic()
    assert run(monkeypatch, "rotate", "--secret", slow, "--timeout", "2") == 1
    assert time.monotonic() - started < 30


def test_a_function_that_lambda_stops(system: System) -> None:
    secret = system.secret_with(sleeping(9), timeout=1)
    with pytest.raises(Failed, match=r"Task timed out after 1.00 seconds"):
        rotate.follow(rotate.begin(secret, REGION), timeout=60, quiet=1)


def test_a_rotation_that_the_function_gives_up(system: System) -> None:
    secret = system.secret_with(
        "import boto3\ndef handler(event, context):\n    boto3.client('secretsmanager').update_secret_version_stage("
        "SecretId=event['SecretId'], VersionStage='AWSPENDING', RemoveFromVersionId=event['ClientRequestToken'])\n"
        "    raise ValueError('the value cannot be used')"
    )
    with pytest.raises(Failed, match="was given up") as failed:
        rotate.follow(rotate.begin(secret, REGION), timeout=60, quiet=30)
    assert "the value cannot be used" in str(failed.value)


def test_a_function_that_secrets_manager_may_not_call(system: System) -> None:
    secret = system.secret_with("def handler(event, context): pass")
    functions = system.aws.client("lambda")
    name = system.aws.client("secretsmanager").describe_secret(SecretId=secret)["RotationLambdaARN"]
    functions.remove_permission(FunctionName=name, StatementId="rotation")
    with pytest.raises(Failed, match="may not call the function"):
        rotate.begin(secret, REGION)


def test_a_secret_that_does_not_exist(
    system: System, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arn = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none-abcdef"
    assert run(monkeypatch, "rotate", "--secret", arn) == 2
    assert "there is no such secret" in capsys.readouterr().err


def test_a_secret_that_cannot_be_rotated(system: System) -> None:
    with pytest.raises(Problem, match="no rotation function"):
        rotate.begin(system.secret_without_rotation(), REGION)
    deleted = system.secret_without_rotation()
    system.aws.client("secretsmanager").delete_secret(SecretId=deleted)
    with pytest.raises(Problem, match="marked for deletion"):
        rotate.begin(deleted, REGION)


@pytest.mark.parametrize("wrong", [("--timeout", "0"), ("--secret", "arn:aws:s3:::bucket")])
def test_bad_input_is_exit_code_2(
    system: System, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str]
) -> None:
    assert run(monkeypatch, "rotate", *wrong) == 2


def test_a_log_that_cannot_be_read_does_not_stop_the_rotation(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.rotate.log_group", lambda *_: "/not/there")
    shown: list[str] = []
    rotate.follow(rotate.begin(system.master, REGION), timeout=60, show=shown.append)
    assert [line.split()[0] for line in shown] == ["AWSCURRENT"]
