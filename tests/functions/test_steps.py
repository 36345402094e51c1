"""The steps against Secrets Manager, without a database."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from functions.rotation.deadline import Deadline
from functions.rotation.entry import Defaults, Entry
from functions.rotation.failures import RotationError, SecretError
from functions.rotation.handler import handler
from functions.rotation.log import logger
from functions.rotation.passwords import PasswordPolicy
from functions.rotation.secret import Secret
from functions.rotation.steps import Rotation
from tests.functions.conftest import MakeSecret
from tests.functions.rotating import REGION, STEPS, RotatingSecret

VALUE = {"engine": "postgres", "host": "db.example", "username": "citizen", "password": "first-password"}
TOKEN = "00000000-0000-4000-8000-000000000001"
FIRST = "00000000-0000-4000-8000-000000000002"
SECOND = "00000000-0000-4000-8000-000000000003"


@dataclasses.dataclass
class Recording:
    """A strategy that needs no database: it keeps what the steps hand to it."""

    applied: list[tuple[str, str, list[str]]] = dataclasses.field(default_factory=list)

    def successor(self, current: Entry, password: str) -> Entry:
        return current.with_login(current.login.username, password)

    def check(self, pending: Entry, current: Entry) -> None:
        if pending.login.username != current.login.username:
            raise SecretError("another role")

    def apply(
        self, pending: Entry, current: Entry, earlier: Iterable[Entry], still_pending: Callable[[], None]
    ) -> str:
        passwords = [entry.login.password for entry in earlier]
        self.applied.append((pending.login.password, current.login.password, passwords))
        return "applied"

    def verify(self, pending: Entry) -> None:
        assert pending.login.password == self.applied[-1][0]


@pytest.fixture
def secret(make_secret: MakeSecret) -> RotatingSecret:
    return make_secret(**VALUE)


def run(secret: RotatingSecret, token: str, step: str, strategy: Recording | None = None) -> str:
    return rotation(
        Secret(secret.client, secret.arn, defaults=Defaults(), deadline=Deadline(10)), token, strategy
    ).run(step)


def rotation(secret: Secret, token: str, strategy: Recording | None = None) -> Rotation:
    return Rotation(
        secret=secret, token=token, strategy=strategy or Recording(), passwords=PasswordPolicy(length=16)
    )


def test_a_strategy_gets_every_password_that_may_still_work(secret: RotatingSecret) -> None:
    strategy = Recording()
    secret.put({**VALUE, "password": "second-password"}, "AWSCURRENT")
    abandoned = secret.begin()
    run(secret, abandoned, "createSecret")
    lost = secret.value("AWSPENDING")["password"]
    token = secret.begin()
    run(secret, token, "createSecret")
    assert run(secret, token, "setSecret", strategy) == "applied"
    assert strategy.applied == [
        (secret.value("AWSPENDING")["password"], "second-password", ["first-password", lost])
    ]


def test_what_the_past_holds_that_is_no_entry_is_passed_over(secret: RotatingSecret) -> None:
    secret.put("planted, and no JSON", "AWSCURRENT")
    secret.put({**VALUE, "password": "third-password"}, "AWSCURRENT")
    token, strategy = secret.begin(), Recording()
    run(secret, token, "createSecret")
    run(secret, token, "setSecret", strategy)
    assert strategy.applied[0][2] == ["first-password"]


def test_a_finished_rotation_does_nothing(secret: RotatingSecret) -> None:
    token, strategy = secret.begin(), Recording()
    for step in STEPS:
        run(secret, token, step, strategy)
    before = secret.stages()
    for step in STEPS:
        assert run(secret, token, step, strategy) == "nothing to do: the version is AWSCURRENT"
    assert len(strategy.applied) == 1
    assert secret.stages() == before


def test_a_rotation_that_another_one_replaced_is_refused(secret: RotatingSecret) -> None:
    token = secret.begin()
    run(secret, token, "createSecret")
    secret.begin()
    for step in STEPS:
        with pytest.raises(RotationError, match=f"version {token} .*: .*"):
            run(secret, token, step)


def test_a_version_that_secrets_manager_does_not_know_is_refused(secret: RotatingSecret) -> None:
    with pytest.raises(
        RotationError, match=f"no version {TOKEN} with a label: .*Secrets Manager starts rotations"
    ):
        run(secret, TOKEN, "createSecret")


def test_an_unknown_step_is_refused(secret: RotatingSecret) -> None:
    with pytest.raises(RotationError, match="unknown step 'dropSecret'; allowed: createSecret, setSecret"):
        run(secret, secret.begin(), "dropSecret")


@pytest.mark.parametrize("step", STEPS[1:])
def test_a_step_before_there_is_a_pending_password(secret: RotatingSecret, step: str) -> None:
    token = secret.begin()
    with pytest.raises(RotationError, match="has no value: createSecret has not been done"):
        run(secret, token, step)
    assert secret.value() == VALUE


def test_a_current_version_that_is_no_entry_stops_the_rotation(secret: RotatingSecret) -> None:
    secret.put("planted, and no JSON", "AWSCURRENT")
    token = secret.begin()
    with pytest.raises(
        RotationError, match="AWSCURRENT version is not a database entry: its value is not JSON"
    ):
        run(secret, token, "createSecret")


def test_a_binary_entry_stops_the_rotation(secret: RotatingSecret) -> None:
    secret.client.put_secret_value(SecretId=secret.arn, SecretBinary=b"planted", VersionStages=["AWSCURRENT"])
    with pytest.raises(RotationError, match="AWSCURRENT version is binary"):
        run(secret, secret.begin(), "createSecret")


def stubbed(stages: dict[str, list[str]]) -> tuple[Secret, Stubber]:
    client = boto3.client(
        "secretsmanager", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    stub = Stubber(client)
    stub.add_response("describe_secret", {"VersionIdsToStages": stages}, {"SecretId": "name"})
    stub.activate()
    return Secret(client, "name", defaults=Defaults(), deadline=Deadline(10)), stub


def reads(stub: Stubber, version: str, stage: str | None, value: dict[str, Any] | None) -> None:
    request = {"SecretId": "name", "VersionId": version, **({"VersionStage": stage} if stage else {})}
    if value is None:
        stub.add_client_error("get_secret_value", "ResourceNotFoundException", expected_params=request)
    else:
        stub.add_response("get_secret_value", {"SecretString": json.dumps(value)}, request)


def test_a_quicker_invocation_wins() -> None:
    """Secrets Manager refuses a second value for the same version: the first one stays."""
    secret, stub = stubbed({SECOND: ["AWSCURRENT"], TOKEN: ["AWSPENDING"]})
    reads(stub, SECOND, "AWSCURRENT", VALUE)
    reads(stub, TOKEN, "AWSPENDING", None)
    stub.add_response("get_random_password", {"RandomPassword": "next-password-01"})
    stub.add_client_error("put_secret_value", "ResourceExistsException")
    rotation(secret, TOKEN).run("createSecret")
    stub.assert_no_pending_responses()


def test_previous_works_without_the_right_to_list_versions() -> None:
    secret, stub = stubbed({FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"], TOKEN: ["AWSPENDING"]})
    reads(stub, FIRST, None, {**VALUE, "password": "previous"})
    stub.add_client_error("list_secret_version_ids", "AccessDeniedException", "not authorized")
    earlier = secret.earlier(TOKEN)
    assert next(iter(earlier)).login.password == "previous"
    with pytest.raises(
        RotationError, match="refuses ListSecretVersionIds: AccessDeniedException: not authorized"
    ):
        next(iter(earlier))


def test_a_secret_without_a_current_version() -> None:
    secret, _ = stubbed({TOKEN: ["AWSPENDING"]})
    with pytest.raises(RotationError, match="no AWSCURRENT version: put a value with a working password"):
        rotation(secret, TOKEN).run("createSecret")


def test_the_function_names_step_and_secret(
    make_secret: MakeSecret, capsys: pytest.CaptureFixture[str]
) -> None:
    make_secret(**VALUE)
    event = {"SecretId": "another", "ClientRequestToken": TOKEN, "Step": "setSecret"}
    with pytest.raises(
        RotationError, match="setSecret of secret another: Secrets Manager refuses DescribeSecret"
    ):
        handler(event, None)
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (line["level"], line["step"], line["secret"]) == ("ERROR", "setSecret", "another")
    assert line["message"].startswith("setSecret of secret another: ")


@pytest.mark.parametrize("missing", ["SecretId", "ClientRequestToken", "Step"])
def test_an_event_that_lacks_something(missing: str) -> None:
    event = {"SecretId": "name", "ClientRequestToken": TOKEN, "Step": "setSecret"}
    with pytest.raises(RotationError, match=f"the event has no {missing}"):
        handler({name: value for name, value in event.items() if name != missing}, None)


def test_a_message_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    logger()
    logger().warning("first\nsecond", extra={"fields": {"step": "setSecret"}})
    line = json.loads(capsys.readouterr().out)
    assert (line["level"], line["message"], line["step"]) == ("WARNING", "first\nsecond", "setSecret")
    assert not logger().propagate


def test_no_library_writes_what_it_sends() -> None:
    logging.getLogger("botocore").setLevel(logging.NOTSET)
    logger()
    assert logging.getLogger("botocore.parsers").getEffectiveLevel() >= logging.WARNING
