"""Remove what `creation` created, once no state in it holds a resource any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code, explained
from operations.state import kms_key, lock_table, locks, places, s3_bucket
from operations.state.clients import clients
from operations.state.ownership import NOT_OURS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

    from environments.backend import Backend

KEY_WINDOW_DAYS = 7
"""Days until AWS deletes the key for good: the shortest time it allows."""

_ABSENT = {"404", "NoSuchBucket", "NotFoundException", "ResourceNotFoundException"}
_LEFT = f"left: {NOT_OURS}"
_NOT_THERE = "not there"


def check(backend: Backend) -> None:
    """Make sure that the backend may go.

    Raises:
        Problem: a state still holds resources, or a run holds a lock.
    """
    aws = clients(backend)
    with explained():
        objects = places.objects(aws.s3, backend.bucket)
        held = _states_in_use(aws.s3, backend.bucket, objects)
        if held:
            raise Problem(
                "these states still hold resources, which would be lost to Terraform",
                given="\n           ".join(f"{key}: {what}" for key, what in held.items()),
                fix="destroy the systems first: pipenv run holdfast destroy <stack>",
            )
        if locked := locks.locked(aws.dynamodb, backend, objects):
            raise Problem(
                "a run holds a lock",
                given=", ".join(sorted(locked)),
                fix="wait for it, or when it is over for good: pipenv run holdfast unlock <stack>",
            )


def remove(backend: Backend, report: Callable[[str, str], None]) -> None:
    """Remove bucket, table and key, as far as they were created by `creation.bootstrap`.

    Args:
        backend: what to remove.
        report: called with each thing and what became of it.

    Raises:
        Problem: see `check`.
        Failed: AWS refused a call.
    """
    check(backend)
    aws = clients(backend)
    with explained():
        report(f"bucket  {backend.bucket}", _bucket(aws.s3, backend.bucket))
        report(f"table   {backend.dynamodb_table}", _table(aws.dynamodb, backend.dynamodb_table))
        report(f"key     {backend.kms_key_id}", _key(aws.kms, backend.kms_key_id))


def _states_in_use(s3: S3Client, bucket: str, keys: list[str]) -> dict[str, str]:
    """The states that still hold resources, and how many."""
    held = {}
    for key in keys:
        if key.endswith(places.STATE):
            count = places.resources(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
            if count is None:
                held[key] = "cannot be read, so nobody knows"
            elif count:
                held[key] = f"{count} resources"
    return held


def _bucket(s3: S3Client, bucket: str) -> str:
    try:
        if not s3_bucket.is_ours(s3, bucket):
            return _LEFT
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return _NOT_THERE
        raise
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects: list[ObjectIdentifierTypeDef] = [
            {"Key": version["Key"], "VersionId": version["VersionId"]} for version in found
        ]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    s3.delete_bucket(Bucket=bucket)
    return "deleted"


def _table(dynamodb: DynamoDBClient, table: str) -> str:
    try:
        arn = dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return _NOT_THERE
        raise
    if not lock_table.is_ours(dynamodb, arn):
        return _LEFT
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.get_waiter("table_exists").wait(TableName=table)
    dynamodb.delete_table(TableName=table)
    dynamodb.get_waiter("table_not_exists").wait(TableName=table)
    return "deleted"


def _key(kms: KMSClient, key_id: str) -> str:
    try:
        found = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return _NOT_THERE
        raise
    if not kms_key.is_ours(kms, found["Arn"]):
        return _LEFT
    # The alias last: a run that breaks off in between finds the key by it.
    if found.get("KeyState") != "PendingDeletion":
        kms.schedule_key_deletion(KeyId=found["KeyId"], PendingWindowInDays=KEY_WINDOW_DAYS)
    if key_id.startswith("alias/"):
        kms.delete_alias(AliasName=key_id)
    return f"AWS deletes it in {KEY_WINDOW_DAYS} days"
