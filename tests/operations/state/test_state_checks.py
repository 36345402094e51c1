"""One state: who holds its locks, whether its checksum is right, how it is encrypted."""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from environments.backend import Backend
from operations.state import creation, state_checks
from operations.state.clients import Clients, clients
from tests.localcloud.server import Server
from tests.operations.conftest import Command, enter, new_backend
from tests.operations.state.keeping import (
    FIRST,
    SECOND,
    STATE,
    fixes,
    key,
    take,
    write,
    write_digest,
)
from tests.operations.tiny import Tiny

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_checks, "SETTLING_SECONDS", 0.0)


@pytest.fixture(scope="module")
def shared(local_aws: Server) -> Backend:
    """A backend as ``bootstrap`` makes it, for all of these tests: each has its own folder in it."""
    with pytest.MonkeyPatch.context() as environment:
        enter(local_aws, environment)
        made = new_backend()
        creation.bootstrap(made, lambda _name, _became: None)
    return made


@pytest.fixture
def backend(shared: Backend) -> Backend:
    return shared.model_copy(update={"key_prefix": f"holdfast-{uuid.uuid4().hex[:8]}"})


@pytest.fixture
def ours(tiny: Tiny, aws: Server, backend: Backend) -> Clients:
    """The state of one system as Terraform leaves it."""
    tiny.keep_states_in(backend)
    made = clients(backend)
    write(made, backend)
    return made


# Locks


def test_a_run_that_goes_on_needs_nothing_done(ours: Clients, backend: Backend, holdfast: Command) -> None:
    take(ours, backend, FIRST, "table", "file", created=datetime.now(UTC) - timedelta(minutes=50))
    done = holdfast("state", "doctor")
    assert done.code == 0
    assert "; locked" in done.out
    assert "locked by build@runner since " in done.out
    assert "50 minutes ago (OperationTypeApply" in done.out


def test_a_lock_that_is_older_than_any_run(ours: Clients, backend: Backend, holdfast: Command) -> None:
    take(ours, backend, FIRST, "table", "file", created=datetime.now(UTC) - timedelta(hours=7))
    done = holdfast("state", "doctor", "it")
    assert done.code == 1
    assert "longer than any run should take" in done.out
    (fix,) = fixes(done)
    command = fix.partition("pipenv run holdfast ")[2].split()
    assert command == ["unlock", "it", "--environment", "dev", "--lock-id", FIRST]
    assert holdfast(*command, "--yes").code == 0
    assert holdfast("state", "doctor", "it").code == 0


@pytest.mark.parametrize("place", ["table", "file"])
def test_a_lock_in_one_place_only(ours: Clients, backend: Backend, holdfast: Command, place: str) -> None:
    take(ours, backend, FIRST, place)
    done = holdfast("state", "doctor", "it")
    assert done.code == 1
    assert f"locked in the {place} only, by build@runner" in done.out
    assert f"--lock-id {FIRST}" in done.out
    assert 'docs/state.md says how, under "Moving"' in done.out


def test_a_run_that_is_about_to_take_its_second_lock_is_waited_for(
    ours: Clients, backend: Backend, holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(ours, backend, FIRST, "file")
    monkeypatch.setattr(
        "operations.state.state_checks.time.sleep",
        lambda _seconds: take(ours, backend, FIRST, "table", "file"),
    )
    assert holdfast("state", "doctor", "it").code == 0


def test_two_runs_with_one_lock_each(ours: Clients, backend: Backend, holdfast: Command) -> None:
    take(ours, backend, FIRST, "table")
    take(ours, backend, SECOND, "file")
    done = holdfast("state", "doctor", "it")
    assert done.code == 1
    assert "two runs hold one of its locks each" in done.out
    assert FIRST in done.out
    assert SECOND in done.out


# Checksums and content


def test_a_missing_checksum_is_told_and_needs_nothing_done(
    ours: Clients, backend: Backend, holdfast: Command
) -> None:
    ours.dynamodb.delete_item(
        TableName=backend.dynamodb_table, Key={"LockID": {"S": f"{backend.bucket}/{key(backend)}-md5"}}
    )
    done = holdfast("state", "doctor", "it")
    assert done.code == 0
    assert "the table has no checksum of it" in done.out


def test_a_stale_checksum_is_told_with_the_version_that_it_is_of(
    ours: Clients, backend: Backend, holdfast: Command
) -> None:
    (before,) = ours.s3.list_object_versions(Bucket=backend.bucket, Prefix=key(backend))["Versions"]
    write(ours, backend, STATE + b"\n")
    write_digest(ours, backend, hashlib.md5(STATE).hexdigest())
    done = holdfast("state", "doctor", "it")
    assert done.code == 1
    assert f"its checksum in the table is stale: it is that of version {before['VersionId']}" in done.out

    write_digest(ours, backend, "0" * 32)
    assert "that of none of the last 10 versions" in holdfast("state", "doctor", "it").out


def test_a_checksum_of_a_state_that_is_gone(ours: Clients, backend: Backend, holdfast: Command) -> None:
    ours.s3.delete_object(Bucket=backend.bucket, Key=key(backend))
    done = holdfast("state", "doctor", "it")
    assert done.code == 1
    assert re.search(r"it \(dev\) +no state\n", done.out)
    assert "its checksum in the table is stale: it is that of version" in done.out


def test_a_state_that_is_being_written_is_left_in_peace(
    ours: Clients, backend: Backend, holdfast: Command
) -> None:
    take(ours, backend, FIRST, "table", "file")
    write_digest(ours, backend, "0" * 32)
    done = holdfast("state", "doctor", "it")
    assert done.code == 0
    assert "a run is writing it, or broke off while it did" in done.out


@pytest.mark.parametrize(
    ("encryption", "told"),
    [({"ServerSideEncryption": "AES256"}, "but with AES256"), ({}, "but with nothing")],
)
def test_a_state_that_is_encrypted_otherwise(
    ours: Clients, backend: Backend, holdfast: Command, encryption: dict[str, Any], told: str
) -> None:
    ours.s3.delete_bucket_encryption(Bucket=backend.bucket)
    ours.s3.put_object(Bucket=backend.bucket, Key=key(backend), Body=STATE, **encryption)
    done = holdfast("state", "doctor", "it")
    assert done.code == 1
    assert f"it is not encrypted with {backend.kms_key_id}, {told}" in done.out
    assert (
        f"aws s3 cp s3://{backend.bucket}/{key(backend)} s3://{backend.bucket}/{key(backend)} --sse aws:kms"
        in done.out
    )


def test_something_that_is_no_state(ours: Clients, backend: Backend, holdfast: Command) -> None:
    write(ours, backend, b"truncated")
    done = holdfast("state", "doctor", "it")
    assert done.code == 1
    assert f"{key(backend)} is not a state of Terraform" in done.out
