"""The secret in Secrets Manager, and what its answers mean."""

from __future__ import annotations

import datetime
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ParamValidationError
from botocore.stub import Stubber

from functions.rotation.deadline import Deadline
from functions.rotation.entry import Defaults, Entry
from functions.rotation.failures import RotationError, SecretError, SecretsManagerError
from functions.rotation.passwords import PasswordPolicy
from functions.rotation.secret import Secret
from functions.rotation.secrets_manager import calling
from tests.functions.rotating import REGION

VALUE = {"host": "db.example", "username": "citizen", "password": "current-password"}
FIRST, SECOND, THIRD, TOKEN = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(4))
STAGES = {FIRST: ["AWSPREVIOUS"], SECOND: ["AWSCURRENT"], TOKEN: ["AWSPENDING"]}


def stubbed(stages: dict[str, list[str]] | None = None) -> tuple[Secret, Stubber]:
    client = boto3.client(
        "secretsmanager", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    stub = Stubber(client)
    if stages is not None:
        describes(stub, stages)
    stub.activate()
    return Secret(client, "name", defaults=Defaults(), deadline=Deadline(10)), stub


def describes(stub: Stubber, stages: dict[str, list[str]]) -> None:
    stub.add_response("describe_secret", {"VersionIdsToStages": stages}, {"SecretId": "name"})


def reads(stub: Stubber, version: str, password: str | None, stage: str | None = None) -> None:
    request = {"SecretId": "name", "VersionId": version, **({"VersionStage": stage} if stage else {})}
    if password is None:
        stub.add_client_error("get_secret_value", "ResourceNotFoundException", expected_params=request)
    else:
        answer = {"SecretString": json.dumps({**VALUE, "password": password})}
        stub.add_response("get_secret_value", answer, request)


def passwords(entries: Iterator[Entry]) -> list[str]:
    return [entry.login.password for entry in entries]


def test_the_past_is_read_from_the_most_likely_version_to_the_oldest() -> None:
    secret, stub = stubbed(STAGES)
    reads(stub, FIRST, "previous")
    moments = {
        name: datetime.datetime(2026, 11, day, tzinfo=datetime.UTC) for day, name in enumerate("abc", 1)
    }
    versions = [
        {"VersionId": f"{name * 8}{TOKEN[8:]}", "CreatedDate": moment} for name, moment in moments.items()
    ]
    labelled = [
        {"VersionId": version, "VersionStages": stages, "CreatedDate": moments["c"]}
        for version, stages in STAGES.items()
    ]
    stub.add_response("list_secret_version_ids", {"Versions": [*versions, *labelled]})
    for version, password in zip(reversed(versions), ["newest", None, "oldest"], strict=True):
        reads(stub, str(version["VersionId"]), password)
    assert passwords(secret.earlier(TOKEN)) == ["previous", "newest", "oldest"]
    stub.assert_no_pending_responses()


def test_previous_works_without_the_right_to_list_versions() -> None:
    secret, stub = stubbed(STAGES)
    reads(stub, FIRST, "previous")
    stub.add_client_error("list_secret_version_ids", "AccessDeniedException", "not authorized")
    earlier = secret.earlier(TOKEN)
    assert next(earlier).login.password == "previous"
    with pytest.raises(
        SecretsManagerError, match="refuses ListSecretVersionIds: AccessDeniedException: not authorized"
    ):
        next(earlier)


def test_a_secret_that_is_rotated_by_somebody_else_has_up_to_three_passwords() -> None:
    secret, stub = stubbed(STAGES)
    for version, password, stage in (
        (SECOND, "current", "AWSCURRENT"),
        (TOKEN, "pending", None),
        (FIRST, "previous", None),
    ):
        reads(stub, version, password, stage)
    assert passwords(secret.labelled()) == ["current", "pending", "previous"]


def test_a_rotation_of_somebody_else_that_is_over_is_not_read_twice() -> None:
    secret, stub = stubbed({SECOND: ["AWSCURRENT", "AWSPENDING"]})
    reads(stub, SECOND, "current", "AWSCURRENT")
    assert passwords(secret.labelled()) == ["current"]


def test_a_secret_without_a_current_version() -> None:
    secret, _ = stubbed({TOKEN: ["AWSPENDING"]})
    with pytest.raises(SecretError, match="no AWSCURRENT version: put a value with a working password"):
        secret.current()


def test_a_quicker_delivery_wins() -> None:
    """Secrets Manager refuses a second value for the same version: the first one stays."""
    secret, stub = stubbed()
    stub.add_client_error("put_secret_value", "ResourceExistsException")
    entry = Entry.parse(json.dumps(VALUE), Defaults())
    assert not secret.put_pending(TOKEN, entry)
    stub.add_response("put_secret_value", {})
    assert secret.put_pending(TOKEN, entry)


def test_a_password_that_was_not_asked_for_is_refused() -> None:
    secret, stub = stubbed()
    stub.add_response(
        "get_random_password",
        {"RandomPassword": "short"},
        {"PasswordLength": 16, "ExcludeCharacters": "\"'/0@", "ExcludePunctuation": False},
    )
    with pytest.raises(SecretsManagerError, match="GetRandomPassword answers a password that is not as"):
        secret.random_password(PasswordPolicy(length=16, excluded="0"))


def test_a_label_is_taken_from_the_version_that_had_it() -> None:
    secret, stub = stubbed(STAGES)
    stub.add_response(
        "update_secret_version_stage",
        {},
        {
            "SecretId": "name",
            "VersionStage": "AWSCURRENT",
            "MoveToVersionId": TOKEN,
            "RemoveFromVersionId": SECOND,
        },
    )
    secret.promote(TOKEN)
    stub.assert_no_pending_responses()


def test_another_delivery_may_have_moved_the_label() -> None:
    secret, stub = stubbed(STAGES)
    stub.add_client_error("update_secret_version_stage", "InvalidParameterException")
    describes(stub, {SECOND: ["AWSPREVIOUS"], TOKEN: ["AWSCURRENT", "AWSPENDING"]})
    secret.promote(TOKEN)
    stub.assert_no_pending_responses()


def test_another_rotation_may_have_moved_the_label() -> None:
    secret, stub = stubbed(STAGES)
    stub.add_client_error("update_secret_version_stage", "InvalidParameterException", "moved")
    describes(stub, {SECOND: ["AWSPREVIOUS"], THIRD: ["AWSCURRENT"]})
    with pytest.raises(
        SecretsManagerError, match="refuses UpdateSecretVersionStage: InvalidParameterException"
    ):
        secret.promote(TOKEN)


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        (
            "ThrottlingException",
            400,
            "throttles DescribeSecret: ThrottlingException; the rotation can be started",
        ),
        ("InternalServiceError", 500, r"cannot serve DescribeSecret: InternalServiceError \(HTTP 500\)"),
        ("Unheard", 503, r"cannot serve DescribeSecret: Unheard \(HTTP 503\)"),
        ("AccessDeniedException", 400, "refuses DescribeSecret: AccessDeniedException: the message"),
    ],
)
def test_a_refusal_says_what_to_do(code: str, status: int, message: str) -> None:
    client = boto3.client(
        "secretsmanager", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stub:
        stub.add_client_error("describe_secret", code, "the message", http_status_code=status)
        secret = Secret(client, "name", defaults=Defaults(), deadline=Deadline(10))
        with pytest.raises(SecretsManagerError, match=f"Secrets Manager {message}"):
            secret.stages_now()


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="https://planted-password"),
        ConnectTimeoutError(endpoint_url="https://planted-password"),
        ParamValidationError(report="value: planted-password"),
    ],
)
def test_an_error_of_the_library_is_named_and_not_quoted(error: Exception) -> None:
    with pytest.raises(SecretsManagerError) as failure, calling("PutSecretValue"):
        raise error
    assert str(failure.value) == f"no answer from Secrets Manager to PutSecretValue: {type(error).__name__}"


def test_a_refused_value_is_not_quoted() -> None:
    secret, stub = stubbed()
    stub.add_client_error("put_secret_value", "ValidationException", "Value 'planted-password' failed")
    with pytest.raises(SecretsManagerError) as failure:
        secret.put_pending(TOKEN, Entry.parse(json.dumps(VALUE), Defaults()))
    assert str(failure.value) == "Secrets Manager refuses PutSecretValue: ValidationException"


def test_an_answer_that_does_not_come_ends_with_the_time_of_the_step() -> None:
    release = threading.Event()

    class Silent:
        def describe_secret(self, **_: Any) -> None:
            release.wait(30)

    secret = Secret(Silent(), "name", defaults=Defaults(), deadline=Deadline(0.2))  # type: ignore[arg-type]
    started = time.monotonic()
    with pytest.raises(
        SecretsManagerError, match="no answer from Secrets Manager to DescribeSecret in time"
    ) as failure:
        secret.stages_now()
    assert time.monotonic() - started < 5
    assert isinstance(failure.value, RotationError)
    release.set()
