"""The table of the locks: ours is encrypted and protected; somebody else's is used as it is."""

from __future__ import annotations

from typing import Any

import pytest

from environments.backend import Backend
from environments.problem import Problem
from operations.state import kms_key, lock_table
from tests.localcloud.server import Server

pytestmark = pytest.mark.server


@pytest.fixture
def dynamodb(aws: Server) -> Any:
    return aws.client("dynamodb")


@pytest.fixture
def key(aws: Server, backend: Backend) -> str:
    arn, _ = kms_key.ensure(aws.client("kms"), backend.kms_key_id)
    return arn


@pytest.fixture
def name(backend: Backend) -> str:
    return backend.dynamodb_table


def create(dynamodb: Any, name: str, attribute: str = "LockID", **settings: Any) -> None:
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": attribute, "AttributeType": "S"}],
        KeySchema=[{"AttributeName": attribute, "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **settings,
    )


def test_a_new_table_is_encrypted_and_protected(dynamodb: Any, name: str, key: str) -> None:
    assert lock_table.ensure(dynamodb, name, key) == "created"
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key
    assert table["DeletionProtectionEnabled"]
    assert history(dynamodb, name) == "ENABLED"
    assert lock_table.ensure(dynamodb, name, key) == "already there"


def history(dynamodb: Any, name: str) -> str:
    found = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return str(found["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"])


def test_a_table_that_is_weaker_is_corrected(dynamodb: Any, name: str, key: str) -> None:
    create(dynamodb, name, Tags=[{"Key": "ManagedBy", "Value": "holdfast"}])
    asked: list[dict[str, Any]] = []
    # moto 5.2.5 does not change the encryption of a table: only the request can be seen.
    dynamodb.meta.events.register(
        "provide-client-params.dynamodb.UpdateTable", lambda params, **_: asked.append(params)
    )
    corrected = lock_table.ensure(dynamodb, name, key)
    assert corrected == "corrected: encryption, deletion protection, point-in-time recovery"
    assert asked[0]["SSESpecification"] == {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    assert dynamodb.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"]
    assert history(dynamodb, name) == "ENABLED"


def test_a_table_of_somebody_else_is_used_and_not_changed(dynamodb: Any, name: str, key: str) -> None:
    create(dynamodb, name)
    before = dynamodb.describe_table(TableName=name)["Table"]
    became = lock_table.ensure(dynamodb, name, key)
    assert became == "already there; not created by holdfast, so left as it is"
    assert dynamodb.describe_table(TableName=name)["Table"] == before


def test_a_table_with_another_key_is_refused(dynamodb: Any, name: str, key: str) -> None:
    create(dynamodb, name, "citizen")
    with pytest.raises(Problem, match="cannot hold Terraform's locks") as caught:
        lock_table.ensure(dynamodb, name, key)
    assert (caught.value.given, caught.value.allowed) == ("citizen", "one hash key, LockID")
