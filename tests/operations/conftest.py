"""A shell for commands: what they print, their exit codes, and the AWS that they talk to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from environments import launcher
from environments.backend import Backend
from operations import app, applying, local, manifest, planning, terraform_cli
from operations.ci import command as ci
from operations.drift import command as drift
from operations.local import redirecting
from operations.project import Project
from operations.state import commands as state_commands
from tests.localcloud.server import REGION, Server
from tests.operations.system import System
from tests.operations.tiny import Tiny


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str


Command = Callable[..., Done]

Schema = dict[str, Any]
"""What the provider says of its resource types."""


@pytest.fixture
def holdfast(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs ``holdfast`` in this process: the whole of it, from its arguments to its exit code."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(launcher, "_has_pipenv", lambda: True)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["holdfast", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.main()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


def enter(server: Server, environment: pytest.MonkeyPatch) -> None:
    """Make commands talk to a local AWS only."""
    for name in redirecting():
        environment.delenv(name)
    for name, value in {
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
    }.items():
        environment.setenv(name, value)


@pytest.fixture
def aws(local_aws: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The local AWS, in the environment of commands."""
    enter(local_aws, monkeypatch)
    return local_aws


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that nobody has configured."""
    for name in list(os.environ):
        if name.startswith("AWS_") and name != "AWS_CA_BUNDLE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def new_backend() -> Backend:
    """A state backend whose names nobody has."""
    name = uuid.uuid4().hex[:12]
    return Backend.model_validate(
        {
            "bucket": f"states-{name}",
            "region": REGION,
            "dynamodb_table": f"locks-{name}",
            "kms_key_id": f"alias/states-{name}",
        }
    )


@pytest.fixture
def backend() -> Backend:
    """A state backend for this test alone."""
    return new_backend()


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """A project whose system is one word, in the place of ours."""
    for name in (
        "CDKTF_OUTDIR",
        "ENVIRONMENT_SUFFIX",
        "HOLDFAST_ENVIRONMENT",
        "HOLDFAST_REMOVAL",
        "TF_CLI_CONFIG_FILE",
    ):
        monkeypatch.delenv(name, raising=False)
    made = Tiny.make(tmp_path)
    for commands in (app, applying, ci, drift, local, manifest, planning, state_commands):
        monkeypatch.setattr(commands, "Project", lambda: made.project)
    return made


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The rotation function as it is deployed."""
    return System.package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session")
def shared_system(local_aws: Server, package: bytes) -> Iterator[System]:
    made = System(local_aws, package)
    yield made
    made.remove()


@pytest.fixture
def system(shared_system: System, monkeypatch: pytest.MonkeyPatch) -> System:
    """A master and an application, each with a secret and a function, and clients that talk to their AWS.

    All tests have the same one: what a test breaks, it repairs.
    """
    shared_system.enter(monkeypatch)
    return shared_system


@pytest.fixture(scope="session")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    """What the provider says of its resource types."""
    folder = tmp_path_factory.mktemp("schema")
    provider = {"source": "hashicorp/aws", "version": terraform_cli.PROVIDER_VERSION}
    (folder / "main.tf.json").write_text(
        json.dumps({"terraform": {"required_providers": {"aws": provider}}}), encoding="utf-8"
    )
    environ = {**os.environ, **terraform_cli.choose(Project()).variables()}

    def terraform(*arguments: str) -> bytes:
        return subprocess.run(
            ["terraform", *arguments], cwd=folder, env=environ, check=True, capture_output=True
        ).stdout

    terraform("init", "-input=false")
    (found,) = json.loads(terraform("providers", "schema", "-json"))["provider_schemas"].values()
    resources: Schema = found["resource_schemas"]
    return resources
