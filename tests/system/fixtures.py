"""The systems that are deployed for the tests: one of each profile, each into a local AWS of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.system.checkout import FOLDER, REGION, Checkout, succeeded

OUTPUTS_VARIABLE = "HOLDFAST_DEPLOYED_OUTPUTS"
"""Path of the flat outputs of a system in a real account; the credentials are then those of the environment."""


@dataclass(frozen=True)
class Deployed:
    """A deployed system as the tests see it: its outputs, and AWS."""

    outputs: dict[str, str]
    client: Callable[..., Any]


@dataclass(frozen=True)
class Demo:
    """What ``holdfast demo`` did."""

    checkout: Checkout
    printed: str
    seconds: float


@contextmanager
def checkout(environment: str) -> Iterator[Checkout]:
    # Not pytest's own folder: PostgreSQL's user must get to the servers' files.
    place = Path(tempfile.mkdtemp(prefix=f"{environment}-"))
    place.chmod(0o755)
    made = Checkout.make(place / FOLDER, environment=environment)
    try:
        yield made
    finally:
        made.remove()
        shutil.rmtree(place)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """The ephemeral system, deployed by the one command."""
    with checkout("dev") as made:
        started = time.monotonic()
        printed = succeeded(made.holdfast("demo"))
        yield Demo(made, printed, time.monotonic() - started)


@pytest.fixture(scope="session")
def deployed(request: pytest.FixtureRequest) -> Deployed:
    """The system whose outputs ``HOLDFAST_DEPLOYED_OUTPUTS`` names; without it, the one that the demo deploys."""
    named = os.environ.get(OUTPUTS_VARIABLE)
    if named is None:
        made: Checkout = request.getfixturevalue("demo").checkout
        return Deployed(made.outputs, made.client)
    outputs = dict(json.loads(Path(named).read_text(encoding="utf-8")))

    def client(service: str, region: str = outputs.get("region", REGION)) -> Any:
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]

    return Deployed(outputs, client)


PLANTED = f"planted-{secrets.token_hex(12)}"
"""Made anew, so that no file of the project has it."""


@pytest.fixture(scope="session")
def regulated() -> Iterator[Checkout]:
    """A checkout with a bootstrapped backend and a secret entry whose password is known; nothing is deployed."""
    with checkout("prod") as made:
        made.write_backend()
        succeeded(made.holdfast("local", "up"))
        succeeded(made.in_local_shell(f"{_holdfast()} bootstrap"))
        made.client("secretsmanager").create_secret(
            Name="dr-db-credentials-prod",
            SecretString=json.dumps(
                {
                    "engine": "postgres",
                    "username": "citizen_admin",
                    "password": PLANTED,
                    "dbname": "citizens",
                }
            ),
        )
        yield made


def _holdfast() -> str:
    return ".venv/bin/python -m operations"


def holdfast(made: Checkout, arguments: str) -> subprocess.CompletedProcess[str]:
    """``holdfast`` in a shell that talks to the local AWS."""
    return made.in_local_shell(f"{_holdfast()} {arguments}")
