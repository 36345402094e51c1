"""Remove what `state_backend` created, once no state in it holds a resource any more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code, explained
from operations.state_backend import TAG_KEY, TAG_VALUE, Clients, clients

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

    from environments.backend import Backend

KEY_WINDOW_DAYS = 7
"""Days until AWS deletes the key for good: the shortest time it allows."""

_ABSENT = {"404", "NoSuchBucket", "NoSuchTagSet", "NotFoundException", "ResourceNotFoundException"}
_NOT_OURS = "left: not created by holdfast"
_NOT_THERE = "not there"


def check(backend: Backend) -> None:
    """Make sure that the backend may go.

    Raises:
        Problem: a state still holds resources, or a run holds a lock.
    """
    aws = clients(backend)
    with explained():
        held = _states_in_use(aws.s3, backend.bucket)
        if held:
            raise Problem(
                "these states still hold resources, which would be lost to Terraform",
                given="\n           ".join(f"{key}: {count}" for key, count in held.items()),
                fix="destroy the systems first: pipenv run holdfast destroy <stack>",
            )
        locked = _locks(aws.dynamodb, backend.dynamodb_table)
        if locked:
            raise Problem(
                "a run holds a lock",
                given=", ".join(locked),
                fix="wait for it, or terraform force-unlock <id>",
            )


def remove(backend: Backend, report: Callable[[str, str], None]) -> None:
    """Remove bucket, table and key, as far as they were created by `state_backend.bootstrap`.

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
        report(f"table   {backend.dynamodb_table}", _table(aws, backend.dynamodb_table))
        report(f"key     {backend.kms_key_id}", _key(aws.kms, backend.kms_key_id))


def _states_in_use(s3: S3Client, bucket: str) -> dict[str, str]:
    """The states that still hold resources, and how many."""
    held = {}
    try:
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket))
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return {}
        raise
    for page in pages:
        for found in page.get("Contents", []):
            if found["Key"].endswith(".tfstate"):
                state: dict[str, Any] = json.loads(
                    s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                )
                count = sum(
                    len(resource.get("instances", []))
                    for resource in state.get("resources", [])
                    if resource.get("mode") == "managed"
                )
                if count:
                    held[found["Key"]] = f"{count} resources"
    return held


def _locks(dynamodb: DynamoDBClient, table: str) -> list[str]:
    """The states that are locked: items of the table that are not checksums."""
    try:
        items = [
            item
            for page in dynamodb.get_paginator("scan").paginate(TableName=table)
            for item in page.get("Items", [])
        ]
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return []
        raise
    return sorted(item["LockID"]["S"] for item in items if not item["LockID"]["S"].endswith("-md5"))


def _bucket(s3: S3Client, bucket: str) -> str:
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if error_code(error) == "NoSuchBucket":
            return _NOT_THERE
        if error_code(error) in _ABSENT:
            return _NOT_OURS
        raise
    if {"Key": TAG_KEY, "Value": TAG_VALUE} not in tags:
        return _NOT_OURS
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for found in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=bucket, Key=found["Key"], VersionId=found["VersionId"])
    s3.delete_bucket(Bucket=bucket)
    return "deleted"


def _table(aws: Clients, table: str) -> str:
    try:
        arn = aws.dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return _NOT_THERE
        raise
    if {"Key": TAG_KEY, "Value": TAG_VALUE} not in aws.dynamodb.list_tags_of_resource(ResourceArn=arn).get(
        "Tags", []
    ):
        return _NOT_OURS
    aws.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    aws.dynamodb.get_waiter("table_exists").wait(TableName=table)
    aws.dynamodb.delete_table(TableName=table)
    aws.dynamodb.get_waiter("table_not_exists").wait(TableName=table)
    return "deleted"


def _key(kms: KMSClient, key_id: str) -> str:
    try:
        found = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return _NOT_THERE
        raise
    tags = kms.list_resource_tags(KeyId=found["Arn"]).get("Tags", [])
    if {"TagKey": TAG_KEY, "TagValue": TAG_VALUE} not in tags:
        return _NOT_OURS
    if key_id.startswith("alias/"):
        kms.delete_alias(AliasName=key_id)
    if found.get("KeyState") != "PendingDeletion":
        kms.schedule_key_deletion(KeyId=found["KeyId"], PendingWindowInDays=KEY_WINDOW_DAYS)
    return f"alias deleted; AWS deletes the key in {KEY_WINDOW_DAYS} days"
