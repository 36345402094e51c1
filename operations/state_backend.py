"""Create what keeps Terraform's states: KMS key, S3 bucket, DynamoDB lock table; safe to run again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations import state_bucket
from operations.aws import CONFIG, error_code, explained, session

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

    from environments.backend import Backend

TAG_KEY, TAG_VALUE = "ManagedBy", "holdfast"
"""The tag of everything created here; only what carries it is ever removed."""

ALREADY_THERE = "already there"


@dataclass(frozen=True, kw_only=True)
class Clients:
    """AWS clients in the region of the backend."""

    kms: KMSClient
    s3: S3Client
    dynamodb: DynamoDBClient


def clients(backend: Backend) -> Clients:
    """Clients with the credentials of the environment.

    Raises:
        Problem: there are none.
    """
    ours = session(backend.region)
    with explained():
        return Clients(
            kms=ours.client("kms", config=CONFIG),
            s3=ours.client("s3", config=CONFIG),
            dynamodb=ours.client("dynamodb", config=CONFIG),
        )


def bootstrap(backend: Backend, report: Callable[[str, str], None]) -> None:
    """Create the key, the bucket and the table; what exists is kept, and corrected where it is weaker.

    Args:
        backend: what to create.
        report: called with each thing and what became of it: created, already there, or corrected.

    Raises:
        Problem: no credentials, or something of this name exists that is not ours to use.
        Failed: AWS refused a call.
    """
    aws = clients(backend)
    with explained():
        key, became = _key(aws.kms, backend.kms_key_id)
        report(f"key     {backend.kms_key_id}", became)
        became = state_bucket.ensure(aws.s3, backend, key, tag=(TAG_KEY, TAG_VALUE))
        report(f"bucket  {backend.bucket}", became)
        became = _table(aws.dynamodb, backend.dynamodb_table, key)
        report(f"table   {backend.dynamodb_table}", became)


def became(corrections: list[str]) -> str:
    """What to report of a thing that existed."""
    return f"corrected: {', '.join(corrections)}" if corrections else ALREADY_THERE


def _key(kms: KMSClient, key_id: str) -> tuple[str, str]:
    """The ARN of the key, and what became of it."""
    try:
        found = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if error_code(error) != "NotFoundException":
            raise
        if not key_id.startswith("alias/"):
            raise Problem(
                "the KMS key does not exist", given=key_id, fix="name a key that exists, or an alias"
            ) from None
        return _new_key(kms, key_id), "created"
    if found.get("KeyState") != "Enabled":
        raise Problem(
            "the KMS key cannot be used",
            given=f"{key_id} is {found.get('KeyState')}",
            allowed="an enabled key",
            fix="aws kms cancel-key-deletion and enable-key, or another alias in backend.tf",
        )
    # A key named by its ARN is someone's own: its rotation is theirs to decide.
    if (
        key_id.startswith("alias/")
        and not kms.get_key_rotation_status(KeyId=found["Arn"])["KeyRotationEnabled"]
    ):
        kms.enable_key_rotation(KeyId=found["Arn"])
        return found["Arn"], became(["rotation"])
    return found["Arn"], ALREADY_THERE


def _new_key(kms: KMSClient, alias: str) -> str:
    arn = kms.create_key(
        Description="Terraform states of Holdfast", Tags=[{"TagKey": TAG_KEY, "TagValue": TAG_VALUE}]
    )["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=arn)
    kms.create_alias(AliasName=alias, TargetKeyId=arn)
    return arn


def _table(dynamodb: DynamoDBClient, name: str, key: str) -> str:
    try:
        found = dynamodb.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if error_code(error) != "ResourceNotFoundException":
            raise
        _new_table(dynamodb, name, key)
        return "created"
    if [(part["AttributeName"], part["KeyType"]) for part in found["KeySchema"]] != [("LockID", "HASH")]:
        raise Problem(
            f"the table {name} cannot hold Terraform's locks",
            given=", ".join(part["AttributeName"] for part in found["KeySchema"]),
            allowed="one hash key, LockID",
            fix="name another dynamodb_table in backend.tf",
        )
    return became(_correct_table(dynamodb, name, found, key))


def _new_table(dynamodb: DynamoDBClient, name: str, key: str) -> None:
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


def _correct_table(
    dynamodb: DynamoDBClient, name: str, found: TableDescriptionTypeDef, key: str
) -> list[str]:
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
