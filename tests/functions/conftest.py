from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from localcloud.gaps import secretsmanager
from tests.functions.application import Application, MakeSecret, make_application
from tests.functions.rotating import NAME, REGION, RotatingSecret
from tests.functions.server import HOST, PostgreSQLServer, running, shared

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

VARIABLES = (
    "DATABASE_HOST",
    "DATABASE_PORT",
    "DATABASE_NAME",
    "DATABASE_CA_FILE",
    "ROTATION_STRATEGY",
    "ADMINISTRATOR_SECRET_ARN",
    "OWNER_ROLE",
    "PASSWORD_LENGTH",
    "PASSWORD_EXCLUDED_CHARACTERS",
    "METRIC_NAMESPACE",
)
"""The function's own."""


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQLServer]:
    if (others := shared()) is not None:
        yield others
        return
    # Not pytest's own folder: the server's user cannot enter what belongs to root.
    folder = Path(tempfile.mkdtemp(prefix="rotation-"))
    try:
        with running(folder) as started:
            yield started
    finally:
        shutil.rmtree(folder)


@cache
def _client() -> SecretsManagerClient:
    """One for all tests: it takes longer to make than to use."""
    return boto3.client(
        "secretsmanager", region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b"
    )


@pytest.fixture
def make_secret(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeSecret]:
    """Makes the secret in moto; nothing of the environment reaches the function but what a test sets."""
    for name in (*VARIABLES, "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    secretsmanager.install()  # labels, versions and used tokens as AWS has them, not as moto has them
    with mock_aws():

        def make(
            *, name: str = NAME, environment: dict[str, str] | None = None, **value: Any
        ) -> RotatingSecret:
            return RotatingSecret(_client(), value, name, environment)

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


@pytest.fixture
def application(server: PostgreSQLServer, make_secret: MakeSecret) -> Application:
    """An application whose login does not exist yet, as after a first deployment."""
    return make_application(server, make_secret)
