"""The two locks of a state: an item in the table, and a file beside the state. Who holds them, and their release."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from operations.aws import error_code
from operations.failure import Failed
from operations.state.places import ABSENT, LOCK_FILE, STATE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_dynamodb import DynamoDBClient

    from environments.backend import Backend
    from operations.state.clients import Clients

DIGEST = "-md5"
"""How the table's items end that are no locks, but checksums of states."""

_UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """One lock of a state, as Terraform wrote it.

    Attributes:
        place: where it is.
        key: of the state, in the bucket.
        content: what was found there.
        etag: of the lock file; None for an item of the table.
    """

    place: Literal["table", "file"]
    key: str
    content: str
    etag: str | None = None

    @property
    def id(self) -> str:
        """Names the run that holds it."""
        return self._field("ID")

    @property
    def who(self) -> str:
        """User and host."""
        return self._field("Who")

    @property
    def operation(self) -> str:
        """What the run does, ``OperationTypeApply``."""
        return self._field("Operation")

    @property
    def created(self) -> datetime | None:
        """When it was taken; None when it does not say so."""
        try:
            # Go writes nanoseconds; Python reads them and keeps microseconds.
            found = datetime.fromisoformat(self._field("Created"))
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def _field(self, name: str) -> str:
        try:
            fields = json.loads(self.content)
        except ValueError:
            return _UNKNOWN
        return str(fields.get(name) or _UNKNOWN) if isinstance(fields, dict) else _UNKNOWN


def held(aws: Clients, backend: Backend, key: str) -> list[Lock]:
    """The locks of one state.

    Args:
        aws: clients.
        backend: the backend.
        key: of the state.
    """
    return [lock for lock in (_item(aws, backend, key), _file(aws, backend, key)) if lock is not None]


def locked(dynamodb: DynamoDBClient, backend: Backend, objects: Iterable[str]) -> set[str]:
    """All states that are locked, in one place or in both: bucket and key, as the table names them.

    Args:
        dynamodb: client in the region of the table.
        backend: the backend.
        objects: the keys of all objects in the bucket.
    """
    return {
        *(
            f"{backend.bucket}/{key.removesuffix(LOCK_FILE)}{STATE}"
            for key in objects
            if key.endswith(LOCK_FILE)
        ),
        *(name for name in items(dynamodb, backend.dynamodb_table) if not name.endswith(DIGEST)),
    }


def items(dynamodb: DynamoDBClient, table: str) -> dict[str, dict[str, Any]]:
    """All items of the table by their names; none when there is no such table."""
    try:
        return {
            item["LockID"]["S"]: dict(item)
            for page in dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
            for item in page.get("Items", [])
        }
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return {}
        raise


def release(aws: Clients, backend: Backend, lock: Lock) -> None:
    """Delete a lock, if it is still the one that was read.

    Args:
        aws: clients.
        backend: the backend.
        lock: as it was read.

    Raises:
        Failed: another run has taken it since; it was not released.
    """
    try:
        if lock.place == "table":
            _delete_item(aws.dynamodb, backend, lock)
        elif lock.etag is not None:
            # Without naming the version: a delete marker comes, and who had the lock can still be read.
            aws.s3.delete_object(Bucket=backend.bucket, Key=f"{lock.key}.tflock", IfMatch=lock.etag)
    except ClientError as error:
        if error_code(error) in ABSENT:
            return
        if error_code(error) in {"ConditionalCheckFailedException", "PreconditionFailed", "412"}:
            raise Failed(
                f"the lock {lock.id} is not there any more: another run has taken the lock, and keeps it"
            ) from None
        raise


def digest(dynamodb: DynamoDBClient, backend: Backend, key: str) -> str | None:
    """The checksum that the table has of a state: its MD5, in hexadecimal digits."""
    found = _get(dynamodb, backend.dynamodb_table, f"{backend.bucket}/{key}{DIGEST}")
    return None if found is None else str(found.get("Digest", {}).get("S", "")) or None


def deletion(backend: Backend, key: str) -> str:
    """The command that deletes a state's checksum: Terraform then takes the state as it is, and writes another."""
    name = json.dumps({"LockID": {"S": f"{backend.bucket}/{key}{DIGEST}"}})
    return f"aws dynamodb delete-item --region {backend.region} --table-name {backend.dynamodb_table} --key '{name}'"


def _delete_item(dynamodb: DynamoDBClient, backend: Backend, lock: Lock) -> None:
    key = {"LockID": {"S": f"{backend.bucket}/{lock.key}"}}
    if not lock.content:
        dynamodb.delete_item(
            TableName=backend.dynamodb_table, Key=key, ConditionExpression="attribute_not_exists(Info)"
        )
        return
    dynamodb.delete_item(
        TableName=backend.dynamodb_table,
        Key=key,
        ConditionExpression="attribute_not_exists(LockID) OR Info = :content",
        ExpressionAttributeValues={":content": {"S": lock.content}},
    )


def _item(aws: Clients, backend: Backend, key: str) -> Lock | None:
    found = _get(aws.dynamodb, backend.dynamodb_table, f"{backend.bucket}/{key}")
    return None if found is None else Lock(place="table", key=key, content=found.get("Info", {}).get("S", ""))


def _file(aws: Clients, backend: Backend, key: str) -> Lock | None:
    try:
        found = aws.s3.get_object(Bucket=backend.bucket, Key=f"{key}.tflock")
    except ClientError as error:
        if error_code(error) in ABSENT:
            return None
        raise
    content = found["Body"].read().decode("utf-8", errors="replace")
    return Lock(place="file", key=key, content=content, etag=found["ETag"])


def _get(dynamodb: DynamoDBClient, table: str, name: str) -> dict[str, Any] | None:
    try:
        found = dynamodb.get_item(TableName=table, Key={"LockID": {"S": name}}, ConsistentRead=True)
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
    return dict(found["Item"]) if "Item" in found else None
