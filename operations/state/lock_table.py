"""The DynamoDB table of the locks: encrypted with the states' key, protected from deletion, with its history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code
from operations.state.ownership import TAG_KEY, TAG_VALUE, became

if TYPE_CHECKING:
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


def _correct(dynamodb: DynamoDBClient, name: str, found: TableDescriptionTypeDef, key: str) -> list[str]:
    corrections = []
    if found.get("SSEDescription", {}).get("KMSMasterKeyArn") != key:
        dynamodb.update_table(
            TableName=name, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        )
        corrections.append("encryption")
        dynamodb.get_waiter("table_exists").wait(TableName=name)
    if not found.get("DeletionProtectionEnabled"):
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)
        corrections.append("deletion protection")
        dynamodb.get_waiter("table_exists").wait(TableName=name)
    history = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if history.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        _keep_history(dynamodb, name)
        corrections.append("point-in-time recovery")
    return corrections


def _keep_history(dynamodb: DynamoDBClient, name: str) -> None:
    dynamodb.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
