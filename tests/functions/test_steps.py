"""The steps against Secrets Manager, without a database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from functions.rotation.deadline import Deadline
from functions.rotation.entry import Defaults, Entry
from functions.rotation.failures import (
    AuthenticationError,
    CapacityError,
    NetworkError,
    RotationError,
    SecretError,
)
from functions.rotation.passwords import PasswordPolicy
from functions.rotation.secret import Secret
from functions.rotation.steps import Rotation
from tests.functions.application import MakeSecret
from tests.functions.rotating import STEPS, RotatingSecret

VALUE = {"engine": "postgres", "host": "db.example", "username": "citizen", "password": "first-password"}
TOKEN = "00000000-0000-4000-8000-000000000001"


@dataclasses.dataclass
class Recording:
    """A strategy that needs no database: it keeps what the steps hand to it."""

    applied: list[tuple[str, str, list[str]]] = dataclasses.field(default_factory=list)
    rehearsed: list[str] = dataclasses.field(default_factory=list)
    meanwhile: Callable[[], object] = bool
    refusal: RotationError | None = None

    def successor(self, current: Entry, password: str) -> Entry:
        return current.with_login(current.login.username, password)

    def check(self, pending: Entry, current: Entry) -> None:
        if pending.login.username != current.login.username:
            raise SecretError("another role")

    def apply(
        self, pending: Entry, current: Entry, earlier: Iterable[Entry], still_pending: Callable[[], None]
    ) -> str:
        passwords = [entry.login.password for entry in earlier]
        self.meanwhile()
        still_pending()
        self.applied.append((pending.login.password, current.login.password, passwords))
        return "applied"

    def verify(self, pending: Entry) -> None:
        assert pending.login.password == self.applied[-1][0]
        if self.refusal:
            raise self.refusal

    def rehearse(self, current: Entry) -> None:
        self.rehearsed.append(current.login.password)


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


def test_a_password_is_as_long_as_the_policy_says(secret: RotatingSecret) -> None:
    run(secret, secret.begin(), "createSecret")
    assert len(secret.value("AWSPENDING")["password"]) == 16


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({**VALUE, "username": "another"}, "another role; it is not AWSPENDING any more: rotate again"),
        ({"username": "citizen"}, "AWSPENDING version is not a database entry: its value has no host"),
        ("planted, and no JSON", "its value is not JSON; it is not AWSPENDING any more"),
    ],
)
def test_a_pending_version_that_can_never_work_does_not_block_the_next_rotation(
    secret: RotatingSecret, value: dict[str, Any] | str, message: str
) -> None:
    token, strategy = secret.begin(), Recording()
    secret.put(value, "AWSPENDING", token)
    with pytest.raises(SecretError, match=message):
        run(secret, token, "createSecret")
    assert token not in secret.stages()
    assert secret.value() == VALUE
    following = secret.begin()
    for step in STEPS:
        run(secret, following, step, strategy)
    assert secret.stages()[following] == ["AWSPENDING", "AWSCURRENT"]


def test_a_rotation_that_begins_meanwhile_wins(secret: RotatingSecret) -> None:
    token = secret.begin()
    run(secret, token, "createSecret")
    strategy = Recording(meanwhile=secret.begin)
    with pytest.raises(RotationError, match="another rotation has begun since"):
        run(secret, token, "setSecret", strategy)
    assert strategy.applied == []


def test_another_delivery_that_finishes_meanwhile_is_no_failure(secret: RotatingSecret) -> None:
    token = secret.begin()
    run(secret, token, "createSecret")

    def finish() -> None:
        for step in STEPS[1:]:
            run(secret, token, step, twin)

    twin = Recording()
    late = Recording(meanwhile=finish)
    assert run(secret, token, "setSecret", late) == "nothing to do: the version is AWSCURRENT"
    assert late.applied == []


def test_a_password_that_the_database_refuses_is_not_promoted(secret: RotatingSecret) -> None:
    token, strategy = secret.begin(), Recording()
    for step in STEPS[:3]:
        run(secret, token, step, strategy)
    strategy.refusal = AuthenticationError("refused")
    with pytest.raises(AuthenticationError):
        run(secret, token, "finishSecret", strategy)
    assert secret.value() == VALUE


@pytest.mark.parametrize("refusal", [CapacityError("too many"), NetworkError("gone")])
def test_a_database_that_does_not_answer_does_not_hold_up_the_last_step(
    secret: RotatingSecret, refusal: RotationError
) -> None:
    token, strategy = secret.begin(), Recording()
    for step in STEPS[:3]:
        run(secret, token, step, strategy)
    strategy.refusal = refusal
    done = run(secret, token, "finishSecret", strategy)
    assert done == f"the version is AWSCURRENT now; it could not be tried again ({refusal})"
    assert "AWSCURRENT" in secret.stages()[token]


def test_a_configuration_is_tested_with_the_current_value(secret: RotatingSecret) -> None:
    """RotateSecret with RotateImmediately=false: testSecret, with a pending version that is like the current one."""
    token, strategy = secret.begin(), Recording()
    secret.put(VALUE, "AWSPENDING", token)
    assert run(secret, token, "testSecret", strategy) == "a rotation could begin"
    assert strategy.rehearsed == ["first-password"]
