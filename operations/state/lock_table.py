"""The DynamoDB table of the locks: encrypted with the states' key, protected from deletion, with its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code
from operations.state.ownership import TAG_KEY, TAG_VALUE, became

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef


def check(dynamodb: DynamoDBClient, name: str) -> TableDescriptionTypeDef | None:
    """Find the table, and make sure that it can hold locks; nothing is changed.

    Args:
        dynamodb: client in the table's region.
        name: name of the table.

    Returns:
        The table, or None when it will be created.

    Raises:
        Problem: a table of this name has other keys.
    """
    try:
        found = dynamodb.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        return None
    if [(part["AttributeName"], part["KeyType"]) for part in found["KeySchema"]] != [("LockID", "HASH")]:
        raise Problem(
            f"the table {name} cannot hold Terraform's locks",
            given=", ".join(part["AttributeName"] for part in found["KeySchema"]),
            allowed="one hash key, LockID",
            fix="name another dynamodb_table in backend.tf",
        )
    return found


def ensure(dynamodb: DynamoDBClient, name: str, key: str) -> str:
    """Create the table, or correct the one that was created before.

    Args:
        dynamodb: client in the table's region.
        name: name of the table.
        key: ARN of the KMS key.

    Returns:
        What became of it.

    Raises:
        Problem: see `check`.
    """
    found = check(dynamodb, name)
    if found is None:
        _create(dynamodb, name, key)
        return "created"
    if not is_ours(dynamodb, found["TableArn"]):
        return became([], ours=False)
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    return became(_correct(dynamodb, name, found, key))


def is_ours(dynamodb: DynamoDBClient, arn: str) -> bool:
    """Whether a table carries our tag."""
    tags = dynamodb.list_tags_of_resource(ResourceArn=arn).get("Tags", [])
    return {"Key": TAG_KEY, "Value": TAG_VALUE} in tags


def _create(dynamodb: DynamoDBClient, name: str, key: str) -> None:
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        DeletionProtectionEnabled=True,
        Tags=[{"Key": TAG_KEY, "Value": TAG_VALUE}],
    )
    dynamodb.get_waiter("table_exists").wait(TableName=name)
    _keep_history(dynamodb, name)


def lacking(dynamodb: DynamoDBClient, found: TableDescriptionTypeDef, key: str | None) -> list[str]:
    """The settings of a table that are weaker than those that it would be created with.

    Args:
        dynamodb: client in the table's region.
        found: the table.
        key: ARN of the KMS key; None when there is no such key.
    """
    return [name for name, is_right, _ in _settings(dynamodb, found, key or "") if not is_right()]


def _correct(dynamodb: DynamoDBClient, name: str, found: TableDescriptionTypeDef, key: str) -> list[str]:
    corrections = []
    for setting, is_right, correct in _settings(dynamodb, found, key):
        if not is_right():
            correct()
            corrections.append(setting)
            dynamodb.get_waiter("table_exists").wait(TableName=name)
    return corrections


def _settings(
    dynamodb: DynamoDBClient, found: TableDescriptionTypeDef, key: str
) -> list[tuple[str, Callable[[], bool], Callable[[], object]]]:
    """Every setting, with whether it is right, and what corrects it."""
    name = found["TableName"]
    return [
        (
            "encryption",
            lambda: found.get("SSEDescription", {}).get("KMSMasterKeyArn") == key,
            lambda: dynamodb.update_table(
                TableName=name, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
            ),
        ),
        (
            "deletion protection",
            lambda: bool(found.get("DeletionProtectionEnabled")),
            lambda: dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True),
        ),
        (
            "point-in-time recovery",
            lambda: _has_history(dynamodb, name),
            lambda: _keep_history(dynamodb, name),
        ),
    ]


def _has_history(dynamodb: DynamoDBClient, name: str) -> bool:
    found = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return found.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"


def _keep_history(dynamodb: DynamoDBClient, name: str) -> None:
    dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
