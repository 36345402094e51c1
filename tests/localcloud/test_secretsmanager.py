"""Secrets Manager: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import Server
from tests.localcloud.test_awslambda import create

pytestmark = pytest.mark.server

Check = Callable[[Server], None]

ROTATING = """
import boto3
client = boto3.client("secretsmanager")
def handler(event, context):
    print("step", event["Step"])
    secret, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        client.put_secret_value(SecretId=secret, ClientRequestToken=token, SecretString="rotated", VersionStages=["AWSPENDING"])
    elif event["Step"] == "testSecret":
        client.get_secret_value(SecretId=secret, VersionId=token, VersionStage="AWSPENDING")
    elif event["Step"] == "finishSecret":
        stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
        current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
        )
"""


def secret(server: Server, value: str = "first") -> str:
    """A secret; its ARN."""
    name = f"s-{uuid.uuid4().hex[:8]}"
    return str(server.client("secretsmanager").create_secret(Name=name, SecretString=value)["ARN"])


def function(server: Server, code: str = ROTATING) -> str:
    """A function; its ARN."""
    name = create(server, code, Timeout=20)
    return str(server.client("lambda").get_function_configuration(FunctionName=name)["FunctionArn"])


def rotate(server: Server, arn: str, code: str = ROTATING, **settings: Any) -> str:
    """Start a rotation; the name of its function."""
    by = function(server, code)
    server.client("secretsmanager").rotate_secret(
        SecretId=arn, RotationLambdaARN=by, RotationRules={"AutomaticallyAfterDays": 30}, **settings
    )
    return by.rpartition(":")[2]


def steps(server: Server, name: str) -> list[str]:
    logs, group = server.client("logs"), f"/aws/lambda/{name}"
    events = logs.filter_log_events(logGroupName=group)["events"]
    ordered = sorted(events, key=lambda event: event["timestamp"])
    return [event["message"].split()[1] for event in ordered if event["message"].startswith("step ")]


def eventually(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except ClientError:
            pass
        assert time.monotonic() < deadline
        time.sleep(0.2)


def value(server: Server, arn: str) -> str:
    return str(server.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


def labels(server: Server, arn: str) -> dict[str, list[str]]:
    return dict(server.client("secretsmanager").describe_secret(SecretId=arn)["VersionIdsToStages"])


def the_steps_are_called_and_the_value_moves(server: Server) -> None:
    arn = secret(server)
    name = rotate(server, arn)
    eventually(lambda: value(server, arn) == "rotated", 2 if _plain(server) else 30)
    eventually(lambda: steps(server, name) == ["createSecret", "setSecret", "testSecret", "finishSecret"])
    assert sorted(map(sorted, labels(server, arn).values())) == [
        ["AWSCURRENT", "AWSPENDING"],
        ["AWSPREVIOUS"],
    ]


def the_function_is_remembered(server: Server) -> None:
    arn, client = secret(server), server.client("secretsmanager")
    rotate(server, arn, RotateImmediately=False)
    if not _plain(server):
        eventually(lambda: len(labels(server, arn)) == 1)
    client.rotate_secret(SecretId=arn, RotationRules={"AutomaticallyAfterDays": 7}, RotateImmediately=False)
    described = client.describe_secret(SecretId=arn)
    assert described["RotationLambdaARN"].startswith("arn:aws:lambda:")
    assert described["RotationRules"] == {"AutomaticallyAfterDays": 7}
    client.cancel_rotate_secret(SecretId=arn)
    assert client.describe_secret(SecretId=arn)["RotationEnabled"] is False


def a_schedule_expression_is_kept(server: Server) -> None:
    arn, client = secret(server), server.client("secretsmanager")
    rules = {"ScheduleExpression": "rate(10 days)", "Duration": "3h"}
    client.rotate_secret(
        SecretId=arn, RotationLambdaARN=function(server), RotationRules=rules, RotateImmediately=False
    )
    described = client.describe_secret(SecretId=arn)
    assert (described["RotationEnabled"], described["RotationRules"]) == (True, rules)


def what_was_made_for_the_test_is_taken_away(server: Server) -> None:
    arn = secret(server)
    rotate(server, arn, RotateImmediately=False)
    eventually(lambda: list(labels(server, arn).values()) == [["AWSCURRENT"]], 0.1 if _plain(server) else 20)
    assert value(server, arn) == "first"


def a_failed_step_leaves_the_current_version(server: Server) -> None:
    arn = secret(server)
    name = rotate(server, arn, "def handler(event, context): print('step', event['Step']); raise ValueError")
    eventually(lambda: steps(server, name).count("createSecret") == 3, 1 if _plain(server) else 30)
    assert set(steps(server, name)) == {"createSecret"}
    assert value(server, arn) == "first"


def a_rotation_in_progress_is_reported(server: Server) -> None:
    arn, client = secret(server), server.client("secretsmanager")
    client.put_secret_value(SecretId=arn, SecretString="pending", VersionStages=["AWSPENDING"])
    with pytest.raises(ClientError, match="previous rotation isn't complete"):
        client.rotate_secret(SecretId=arn, RotationLambdaARN=function(server))


def a_pending_value_is_final(server: Server) -> None:
    arn, client, token = secret(server), server.client("secretsmanager"), str(uuid.uuid4())
    stored = {"SecretId": arn, "ClientRequestToken": token, "VersionStages": ["AWSPENDING"]}
    client.put_secret_value(SecretString="one", **stored)
    client.put_secret_value(SecretString="one", **stored)
    with pytest.raises(client.exceptions.ResourceExistsException):
        client.put_secret_value(SecretString="two", **stored)


def a_value_without_a_label_is_the_current_one(server: Server) -> None:
    arn, client = secret(server), server.client("secretsmanager")
    old = client.get_secret_value(SecretId=arn)["VersionId"]
    new = client.put_secret_value(SecretId=arn, SecretString="new", VersionStages=["AWSPENDING"])["VersionId"]
    moved = {"SecretId": arn, "VersionStage": "AWSCURRENT", "MoveToVersionId": new}
    client.update_secret_version_stage(**moved, RemoveFromVersionId=old)
    assert value(server, arn) == "new"


def versions_are_listed_with_their_own_time(server: Server) -> None:
    arn, client = secret(server), server.client("secretsmanager")
    time.sleep(1.1)
    client.put_secret_value(SecretId=arn, SecretString="new")
    versions = client.list_secret_version_ids(SecretId=arn)["Versions"]
    times = {version["VersionStages"][0]: version["CreatedDate"] for version in versions}
    assert times["AWSPREVIOUS"] < times["AWSCURRENT"]
    client.put_secret_value(SecretId=arn, SecretString="newer")
    assert len(client.list_secret_version_ids(SecretId=arn)["Versions"]) == 2
    assert len(client.list_secret_version_ids(SecretId=arn, IncludeDeprecated=True)["Versions"]) == 3


def a_rotation_without_a_function_is_refused(server: Server) -> None:
    client = server.client("secretsmanager")
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.rotate_secret(SecretId=secret(server))


def _plain(server: Server) -> bool:
    return server.directory.name.startswith("plain")


GAPS: list[Check] = [
    the_steps_are_called_and_the_value_moves,
    the_function_is_remembered,
    a_schedule_expression_is_kept,
    what_was_made_for_the_test_is_taken_away,
    a_failed_step_leaves_the_current_version,
    a_rotation_in_progress_is_reported,
    a_pending_value_is_final,
    a_value_without_a_label_is_the_current_one,
    versions_are_listed_with_their_own_time,
    a_rotation_without_a_function_is_refused,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception, ClientError)):
        check(plain_moto)


def test_a_label_moves_only_from_where_it_is(local_aws: Server) -> None:
    arn, client = secret(local_aws), local_aws.client("secretsmanager")
    old = client.get_secret_value(SecretId=arn)["VersionId"]
    new = client.put_secret_value(SecretId=arn, SecretString="new", VersionStages=["MINE"])["VersionId"]
    with pytest.raises(ClientError, match="RemoveFromVersionId can't be empty"):
        client.update_secret_version_stage(SecretId=arn, VersionStage="MINE", MoveToVersionId=old)
    client.update_secret_version_stage(SecretId=arn, VersionStage="MINE", MoveToVersionId=new)
    assert labels(local_aws, arn) == {old: ["AWSCURRENT"], new: ["MINE"]}


def test_an_interrupted_rotation_is_taken_up_again(local_aws: Server) -> None:
    arn, client = secret(local_aws), local_aws.client("secretsmanager")
    rotate(local_aws, arn, RotateImmediately=False)
    eventually(lambda: len(labels(local_aws, arn)) == 1)
    client.put_secret_value(SecretId=arn, SecretString="rotated", VersionStages=["AWSPENDING"])
    with pytest.raises(ClientError, match="will be reattempted"):
        client.rotate_secret(SecretId=arn)
    eventually(lambda: value(local_aws, arn) == "rotated")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"SecretId": "none"}, "ResourceNotFoundException"),
        ({"RotationRules": {"AutomaticallyAfterDays": 1001}}, "InvalidParameterException"),
        (
            {"RotationLambdaARN": "arn:aws:lambda:eu-central-2:123456789012:function:none"},
            "ResourceNotFoundException",
        ),
    ],
)
def test_what_cannot_be_rotated_is_refused(settings: dict[str, Any], code: str, local_aws: Server) -> None:
    with pytest.raises(ClientError) as refused:
        local_aws.client("secretsmanager").rotate_secret(**{"SecretId": secret(local_aws), **settings})
    assert refused.value.response["Error"]["Code"] == code


def test_a_deleted_secret_is_not_rotated(local_aws: Server) -> None:
    arn, client = secret(local_aws), local_aws.client("secretsmanager")
    client.delete_secret(SecretId=arn)
    with pytest.raises(client.exceptions.InvalidRequestException):
        client.rotate_secret(SecretId=arn)


def test_json_entries_are_kept_as_they_are(local_aws: Server) -> None:
    entry = json.dumps({"username": "u", "port": 5432})
    assert value(local_aws, secret(local_aws, entry)) == entry
