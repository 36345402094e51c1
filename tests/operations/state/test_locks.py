"""Locks are read where Terraform keeps them, and released only as they were read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from environments.backend import Backend
from operations.failure import Failed
from operations.state import locks
from operations.state.clients import Clients, clients
from operations.state.locks import Lock
from tests.localcloud.server import Server
from tests.operations.state.keeping import FIRST, SECOND, key, take

pytestmark = pytest.mark.server


def test_both_are_read_and_released_and_who_had_them_can_still_be_seen(
    bare: Clients, backend: Backend
) -> None:
    assert locks.held(bare, backend, key(backend)) == []
    created = datetime(2026, 11, 25, 20, 2, 52, 787504, tzinfo=UTC)
    take(bare, backend, FIRST, "table", "file", created=created)
    found = locks.held(bare, backend, key(backend))
    assert [(lock.place, lock.id, lock.who, lock.operation) for lock in found] == [
        ("table", FIRST, "build@runner", "OperationTypeApply"),
        ("file", FIRST, "build@runner", "OperationTypeApply"),
    ]
    assert [lock.created for lock in found] == [created, created]
    for lock in found:
        locks.release(bare, backend, lock)
    assert locks.held(bare, backend, key(backend)) == []
    (version,) = bare.s3.list_object_versions(Bucket=backend.bucket)["Versions"]
    old = bare.s3.get_object(Bucket=backend.bucket, Key=version["Key"], VersionId=version["VersionId"])
    assert FIRST in old["Body"].read().decode()


@pytest.mark.parametrize("place", ["table", "file"])
def test_a_lock_that_another_run_took_meanwhile_is_kept(bare: Clients, backend: Backend, place: str) -> None:
    take(bare, backend, FIRST, place)
    (shown,) = locks.held(bare, backend, key(backend))
    take(bare, backend, SECOND, place)
    with pytest.raises(Failed, match=f"the lock {FIRST} is not there any more"):
        locks.release(bare, backend, shown)
    (kept,) = locks.held(bare, backend, key(backend))
    assert kept.id == SECOND


@pytest.mark.parametrize("place", ["table", "file"])
def test_a_lock_that_is_gone_is_released(bare: Clients, backend: Backend, place: str) -> None:
    take(bare, backend, FIRST, place)
    (shown,) = locks.held(bare, backend, key(backend))
    locks.release(bare, backend, shown)
    locks.release(bare, backend, shown)


@pytest.mark.parametrize("found", ["", "{}", "[]", "not JSON", '{"ID": null, "Created": "yesterday"}'])
def test_a_lock_that_says_nothing_can_be_released_too(bare: Clients, backend: Backend, found: str) -> None:
    item: Any = {"LockID": {"S": f"{backend.bucket}/{key(backend)}"}} | (
        {"Info": {"S": found}} if found else {}
    )
    bare.dynamodb.put_item(TableName=backend.dynamodb_table, Item=item)
    (lock,) = locks.held(bare, backend, key(backend))
    assert (lock.id, lock.who, lock.created) == ("unknown", "unknown", None)
    locks.release(bare, backend, lock)
    assert locks.held(bare, backend, key(backend)) == []


def test_an_item_without_content_that_got_some_is_kept(bare: Clients, backend: Backend) -> None:
    take(bare, backend, FIRST, "table")
    with pytest.raises(Failed):
        locks.release(bare, backend, Lock(place="table", key=key(backend), content=""))


def test_all_locked_states_are_named_and_checksums_are_no_locks(bare: Clients, backend: Backend) -> None:
    take(bare, backend, FIRST, "file")
    for name in ("others/it.tfstate", f"{backend.bucket}/a.tfstate-md5"):
        bare.dynamodb.put_item(TableName=backend.dynamodb_table, Item={"LockID": {"S": name}})
    assert locks.locked(bare.dynamodb, backend, [f"{key(backend)}.tflock", key(backend), "notes"]) == {
        f"{backend.bucket}/{key(backend)}",
        "others/it.tfstate",
    }


def test_without_a_table_and_a_bucket_nothing_is_locked(aws: Server, backend: Backend) -> None:
    bare = clients(backend)
    assert locks.held(bare, backend, key(backend)) == []
    assert locks.locked(bare.dynamodb, backend, []) == set()
    assert locks.digest(bare.dynamodb, backend, key(backend)) is None
