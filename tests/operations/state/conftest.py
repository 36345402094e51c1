"""A state in S3 with both locks, and a system that holds them as long as a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from environments.backend import Backend
from operations.state import creation
from operations.state.clients import Clients, clients
from tests.localcloud.server import REGION, Server
from tests.operations.tiny import Tiny


@pytest.fixture
def bare(aws: Server, backend: Backend) -> Clients:
    """A bucket with versions and a table: all that locks need, and made at once."""
    aws.client("s3").create_bucket(
        Bucket=backend.bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    aws.client("s3").put_bucket_versioning(
        Bucket=backend.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    aws.client("dynamodb").create_table(
        TableName=backend.dynamodb_table,
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return clients(backend)


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """The apply that has the lock waits until this file is there."""
    return tmp_path / "go"


@pytest.fixture
def system(
    tiny: Tiny, aws: Server, backend: Backend, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tiny]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    creation.bootstrap(backend, lambda _name, _became: None)
    tiny.keep_states_as_ours()
    tiny.keep_states_in(backend)
    wait = f"while [ ! -e {gate} ]; do sleep 0.1; done"
    resource = {"input": "a word", "provisioner": [{"local-exec": {"command": wait}}]}
    tiny.write({"resource": {"terraform_data": {"it": resource}}})
    yield tiny
    gate.touch()
