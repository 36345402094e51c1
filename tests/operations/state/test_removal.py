"""The state backend goes when nothing needs it any more, and only what was created for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from environments.backend import Backend
from environments.problem import Problem
from operations.state import creation, removal
from operations.state.clients import Clients, clients
from tests.localcloud.server import REGION, Server

pytestmark = pytest.mark.server

STATE = "holdfast/dev/dev/citizen-data.tfstate"


@pytest.fixture
def s3(aws: Server) -> Any:
    return aws.client("s3")


@pytest.fixture
def bootstrapped(aws: Server, backend: Backend) -> Backend:
    creation.bootstrap(backend, lambda _name, _became: None)
    return backend


@pytest.fixture
def remove(aws: Server, backend: Backend) -> Callable[[], dict[str, str]]:
    def run() -> dict[str, str]:
        said: dict[str, str] = {}
        removal.remove(backend, lambda name, became: said.update({name.split()[0]: became}))
        return said

    return run


Remove = Callable[[], dict[str, str]]


def put_state(s3: Any, backend: Backend, *resources: dict[str, Any]) -> None:
    body = json.dumps({"version": 4, "resources": resources})
    s3.put_object(Bucket=backend.bucket, Key=STATE, Body=body.encode())


def managed(instances: int) -> dict[str, Any]:
    return {"mode": "managed", "type": "aws_vpc", "name": "it", "instances": [{}] * instances}


def test_everything_goes_with_all_versions_of_the_states(
    aws: Server, s3: Any, bootstrapped: Backend, remove: Remove
) -> None:
    put_state(s3, bootstrapped, managed(1))
    put_state(
        s3, bootstrapped, managed(0), {"mode": "data", "type": "aws_caller_identity", "instances": [{}]}
    )
    s3.put_object(Bucket=bootstrapped.bucket, Key="other", Body=b"")
    s3.delete_object(Bucket=bootstrapped.bucket, Key="other")
    arn = aws.client("kms").describe_key(KeyId=bootstrapped.kms_key_id)["KeyMetadata"]["Arn"]
    assert remove() == {"bucket": "deleted", "table": "deleted", "key": "AWS deletes it in 7 days"}
    assert bootstrapped.bucket not in [found["Name"] for found in s3.list_buckets()["Buckets"]]
    assert bootstrapped.dynamodb_table not in aws.client("dynamodb").list_tables()["TableNames"]
    assert aws.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert remove() == dict.fromkeys(("bucket", "table", "key"), "not there")


def test_after_it_everything_can_be_created_again(bootstrapped: Backend, remove: Remove) -> None:
    remove()
    said: list[str] = []
    creation.bootstrap(bootstrapped, lambda _name, became: said.append(became))
    assert said == ["created"] * 3


def test_a_removal_that_broke_off_is_finished_by_the_next(
    aws: Server, bootstrapped: Backend, remove: Remove, monkeypatch: pytest.MonkeyPatch
) -> None:

    def breaking_off(ours: Backend) -> Clients:
        made = clients(ours)

        def interrupt(**_: object) -> None:
            raise KeyboardInterrupt

        made.kms.delete_alias = interrupt  # type: ignore[method-assign,assignment]
        return made

    with monkeypatch.context() as patched:
        patched.setattr(removal, "clients", breaking_off)
        with pytest.raises(KeyboardInterrupt):
            remove()
    assert remove() == {"bucket": "not there", "table": "not there", "key": "AWS deletes it in 7 days"}
    assert remove()["key"] == "not there"


def test_states_that_hold_resources_keep_it(s3: Any, bootstrapped: Backend, remove: Remove) -> None:
    put_state(s3, bootstrapped, managed(2), managed(1))
    with pytest.raises(Problem, match="still hold resources") as caught:
        remove()
    assert caught.value.given == f"{STATE}: 3 resources"
    assert s3.head_bucket(Bucket=bootstrapped.bucket)


def test_a_state_that_cannot_be_read_keeps_it(s3: Any, bootstrapped: Backend, remove: Remove) -> None:
    s3.put_object(Bucket=bootstrapped.bucket, Key=STATE, Body=b"not a state")
    with pytest.raises(Problem) as caught:
        remove()
    assert caught.value.given == f"{STATE}: cannot be read, so nobody knows"


@pytest.mark.parametrize("where", ["table", "file"])
def test_a_lock_keeps_it(aws: Server, s3: Any, bootstrapped: Backend, remove: Remove, where: str) -> None:
    name = f"{bootstrapped.bucket}/{STATE}"
    dynamodb = aws.client("dynamodb")
    # What Terraform leaves there between runs is no lock.
    dynamodb.put_item(TableName=bootstrapped.dynamodb_table, Item={"LockID": {"S": f"{name}-md5"}})
    removal.check(bootstrapped)
    if where == "table":
        dynamodb.put_item(TableName=bootstrapped.dynamodb_table, Item={"LockID": {"S": name}})
    else:
        s3.put_object(Bucket=bootstrapped.bucket, Key=f"{STATE}.tflock", Body=b"{}")
    with pytest.raises(Problem, match="holds a lock") as caught:
        remove()
    assert caught.value.given == name


def test_what_somebody_else_created_stays(aws: Server, s3: Any, backend: Backend, remove: Remove) -> None:
    s3.create_bucket(Bucket=backend.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    aws.client("dynamodb").create_table(
        TableName=backend.dynamodb_table,
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    aws.client("kms").create_alias(AliasName=backend.kms_key_id, TargetKeyId=key)
    assert remove() == dict.fromkeys(("bucket", "table", "key"), "left: not created by holdfast")
    assert aws.client("kms").describe_key(KeyId=backend.kms_key_id)["KeyMetadata"]["KeyState"] == "Enabled"
    assert s3.head_bucket(Bucket=backend.bucket)
