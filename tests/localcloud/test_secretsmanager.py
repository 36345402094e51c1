"""Secrets Manager: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import Server, start, stop
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


def function(server: Server, code: str = ROTATING, **condition: str) -> str:
    """A function that Secrets Manager may call; its ARN."""
    name = create(server, code, Timeout=20)
    server.client("lambda").add_permission(
        FunctionName=name,
        StatementId="rotation",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
        SourceAccount="123456789012",
        **condition,
    )
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


def eventually(condition: Callable[[], bool], seconds: float = 60) -> None:
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


def a_function_that_may_not_be_called_is_refused(server: Server) -> None:
    other = f"arn:aws:secretsmanager:eu-central-2:123456789012:secret:other-{uuid.uuid4().hex[:6]}"
    with pytest.raises(ClientError, match="cannot invoke the specified Lambda function"):
        server.client("secretsmanager").rotate_secret(
            SecretId=secret(server), RotationLambdaARN=function(server, SourceArn=other)
        )


def a_label_of_ones_own_stays_where_it_is(server: Server) -> None:
    arn, client = secret(server), server.client("secretsmanager")
    mine = {"SecretId": arn, "SecretString": "mine", "VersionStages": ["AWSCURRENT", "INITIAL"]}
    first = client.put_secret_value(**mine)["VersionId"]
    second = client.put_secret_value(SecretId=arn, SecretString="next")["VersionId"]
    assert labels(server, arn) == {first: ["INITIAL", "AWSPREVIOUS"], second: ["AWSCURRENT"]}


def a_replica_keeps_its_key(server: Server) -> None:
    client = server.client("secretsmanager")
    replica = {"Region": "eu-west-1", "KmsKeyId": "alias/secrets"}
    created = client.create_secret(
        Name=f"s-{uuid.uuid4().hex[:8]}", SecretString="first", AddReplicaRegions=[replica]
    )
    (status,) = client.describe_secret(SecretId=created["ARN"])["ReplicationStatus"]
    assert {name: status[name] for name in replica} == replica


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
    a_function_that_may_not_be_called_is_refused,
    a_label_of_ones_own_stays_where_it_is,
    a_replica_keeps_its_key,
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


SLOW = ROTATING.replace('print("step"', 'import time; time.sleep(0.5); print("step"')


def test_the_same_request_again_is_the_same_rotation(local_aws: Server) -> None:
    arn, client, token = secret(local_aws), local_aws.client("secretsmanager"), str(uuid.uuid4())
    asked = {"SecretId": arn, "ClientRequestToken": token, "RotationLambdaARN": function(local_aws)}
    first, again = (client.rotate_secret(**asked)["VersionId"] for _ in range(2))
    assert first == again == token
    eventually(lambda: "AWSCURRENT" in labels(local_aws, arn).get(token, []))
    assert client.rotate_secret(**asked)["VersionId"] == token
    assert len(labels(local_aws, arn)) == 2


def test_only_one_rotation_is_under_way(local_aws: Server) -> None:
    arn, client = secret(local_aws), local_aws.client("secretsmanager")
    name = rotate(local_aws, arn, SLOW)
    for _ in range(3):
        with pytest.raises(ClientError, match="previous rotation isn't complete"):
            client.rotate_secret(SecretId=arn)
    eventually(lambda: value(local_aws, arn) == "rotated")
    eventually(lambda: len(steps(local_aws, name)) == 4)
    assert steps(local_aws, name) == ["createSecret", "setSecret", "testSecret", "finishSecret"]


LINGERING = (
    ROTATING.replace("def handler", "def rotate")
    + """
import time
def handler(event, context):
    version = {"SecretId": event["SecretId"], "VersionId": event["ClientRequestToken"]}
    if event["Step"] == "testSecret" and client.get_secret_value(**version)["SecretString"] == "first":
        client.update_secret_version_stage(
            SecretId=event["SecretId"], VersionStage="AWSPENDING", RemoveFromVersionId=event["ClientRequestToken"]
        )
        time.sleep(2)
    else:
        rotate(event, context)
"""
)
"""Gives the label of the test back, and does not end."""


def test_a_rotation_that_is_asked_for_while_the_function_is_tested_is_not_lost(local_aws: Server) -> None:
    arn, client = secret(local_aws), local_aws.client("secretsmanager")
    rotate(local_aws, arn, LINGERING, RotateImmediately=False)
    eventually(lambda: list(labels(local_aws, arn).values()) == [["AWSCURRENT"]])
    token = client.rotate_secret(SecretId=arn)["VersionId"]
    eventually(lambda: "AWSCURRENT" in labels(local_aws, arn)[token])
    assert value(local_aws, arn) == "rotated"


def test_a_function_that_moves_no_label_has_not_rotated(local_aws: Server) -> None:
    arn = secret(local_aws)
    name = rotate(local_aws, arn, "def handler(event, context): print('step', event['Step'])")
    eventually(lambda: len(steps(local_aws, name)) == 12)
    assert local_aws.client("secretsmanager").describe_secret(SecretId=arn).get("LastRotatedDate") is None
    assert value(local_aws, arn) == "first"


def test_the_next_rotation_is_counted_from_the_last_one(local_aws: Server) -> None:
    arn = secret(local_aws)
    rotate(local_aws, arn)
    client = local_aws.client("secretsmanager")
    eventually(lambda: "LastRotatedDate" in client.describe_secret(SecretId=arn))
    described = client.describe_secret(SecretId=arn)
    assert described["NextRotationDate"] - described["LastRotatedDate"] == timedelta(days=30)


def test_a_replica_has_the_rotated_value_and_cannot_be_rotated(local_aws: Server) -> None:
    arn, client = secret(local_aws), local_aws.client("secretsmanager")
    client.replicate_secret_to_regions(SecretId=arn, AddReplicaRegions=[{"Region": "eu-west-1"}])
    rotate(local_aws, arn)
    there, replica = local_aws.client("secretsmanager", "eu-west-1"), arn.replace("eu-central-2", "eu-west-1")
    eventually(lambda: there.get_secret_value(SecretId=replica)["SecretString"] == "rotated")
    with pytest.raises(ClientError, match="replica"):
        there.rotate_secret(SecretId=replica)


def test_a_rotation_goes_on_after_a_restart(tmp_path: Path) -> None:
    server = start(tmp_path)
    try:
        arn = secret(server)
        name = rotate(server, arn, SLOW)
        eventually(lambda: steps(server, name) == ["createSecret"])
    finally:
        stop(server)
    server = start(tmp_path)
    try:
        eventually(lambda: value(server, arn) == "rotated")
        server.client("secretsmanager").rotate_secret(SecretId=arn)
    finally:
        stop(server)


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
