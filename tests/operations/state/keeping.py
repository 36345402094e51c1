"""States, checksums and locks as Terraform leaves them."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from environments.backend import Backend
from operations.state.clients import Clients
from tests.operations.conftest import Done

SYSTEM = "it"
STATE = json.dumps({"version": 4, "resources": [{"mode": "managed", "instances": [{}, {}]}]}).encode()

FIRST, SECOND = "680aa96d-7567-d088-8c4d-2dc4caa0f6ed", "5aaa0ca9-7008-30b0-eff5-f551cd4b5baa"
"""Two runs."""


def key(backend: Backend) -> str:
    """Where the state is."""
    return backend.key_for(SYSTEM, "dev")


def content(id: str, *, created: datetime | None = None) -> str:
    """A lock, taken now or then, as Terraform 1.11.4 writes it: in nanoseconds."""
    taken = created or datetime.now(UTC)
    return json.dumps(
        {
            "ID": id,
            "Operation": "OperationTypeApply",
            "Info": "",
            "Who": "build@runner",
            "Version": "1.11.4",
            "Created": f"{taken:%Y-%m-%dT%H:%M:%S.%f}021Z",
            "Path": "states/holdfast/dev/dev/it.tfstate",
        }
    )


def take(ours: Clients, backend: Backend, id: str, *places: str, created: datetime | None = None) -> None:
    """Take the locks as Terraform does, now or then."""
    text = content(id, created=created)
    if "file" in places:
        ours.s3.put_object(Bucket=backend.bucket, Key=f"{key(backend)}.tflock", Body=text.encode())
    if "table" in places:
        item: Any = {"LockID": {"S": f"{backend.bucket}/{key(backend)}"}, "Info": {"S": text}}
        ours.dynamodb.put_item(TableName=backend.dynamodb_table, Item=item)


def write(ours: Clients, backend: Backend, state: bytes = STATE, *, at: str | None = None) -> None:
    """Write a state, with its checksum."""
    ours.s3.put_object(
        Bucket=backend.bucket,
        Key=at or key(backend),
        Body=state,
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=backend.kms_key_id,
    )
    write_digest(ours, backend, hashlib.md5(state).hexdigest(), at=at)


def write_digest(ours: Clients, backend: Backend, digest: str, *, at: str | None = None) -> None:
    """Write a checksum."""
    item: Any = {
        "LockID": {"S": f"{backend.bucket}/{at or key(backend)}-md5"},
        "Digest": {"S": digest},
    }
    ours.dynamodb.put_item(TableName=backend.dynamodb_table, Item=item)


def fixes(done: Done) -> list[str]:
    """What the doctor says to do."""
    return [line.strip().removeprefix("fix: ") for line in done.out.splitlines() if "fix: " in line]
