from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.functions.rotating import REGION, RotatingSecret
from tests.functions.server import HOST, PostgreSQLServer, running

MakeSecret = Callable[..., RotatingSecret]


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQLServer]:
    # Not pytest's own folder: the server's user cannot enter what belongs to root.
    folder = Path(tempfile.mkdtemp(prefix="rotation-"))
    try:
        with running(folder) as started:
            yield started
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def make_secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeSecret]:
    """Makes the secret in moto; nothing of the environment reaches the function but what a test sets."""
    for name in ("DATABASE_HOST", "DATABASE_PORT", "DATABASE_NAME", "DATABASE_CA_FILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        client = boto3.client("secretsmanager", region_name=REGION)

        def make(**value: Any) -> RotatingSecret:
            return RotatingSecret(client, value)

        yield make


@pytest.fixture
def username() -> str:
    return f"citizen_{uuid.uuid4().hex[:8]}"


@pytest.fixture
def secret(
    server: PostgreSQLServer, make_secret: MakeSecret, username: str, monkeypatch: pytest.MonkeyPatch
) -> RotatingSecret:
    """A secret whose current password opens the database."""
    monkeypatch.setenv("DATABASE_CA_FILE", str(server.certificate))
    server.create_role(username, "first-password")
    return make_secret(
        engine="postgres",
        host=HOST,
        port=server.port,
        username=username,
        password="first-password",
        dbname="postgres",
    )
