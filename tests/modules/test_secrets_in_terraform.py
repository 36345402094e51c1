"""Entries that Terraform creates, applied with the real provider into the local AWS: the value stays out, rotations stay in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cdktf import App, TerraformStack

from modules.credentials.application import ApplicationCredentials
from modules.credentials.credentials import Credentials
from modules.credentials.settings import ApplicationSettings, CredentialsSettings
from operations import terraform_cli
from operations.project import Project
from operations.terraform import Terraform
from tests.localcloud.server import Server
from tests.modules.site import Site
from tests.modules.test_credentials import FakeDatabase

pytestmark = [pytest.mark.terraform, pytest.mark.server]

REPLICA = "eu-west-1"
NAMES = ("dr-db-credentials-test", "dr-app-credentials-test")


def build(stack: TerraformStack) -> None:
    site = Site(stack)
    settings = CredentialsSettings(
        source="created", replica_regions=(REPLICA,), replica_key="alias/secrets-test"
    )
    common: dict[str, Any] = {
        "account": site.account,
        "settings": settings,
        "profile": "ephemeral",
        "key": site.key,
        "description": "A login",
    }
    Credentials(
        stack,
        "credentials",
        secret_name=NAMES[0],
        username="citizen_admin",
        database_name="citizens",
        **common,
    )
    ApplicationCredentials(
        stack,
        "application-credentials",
        secret_name=NAMES[1],
        application=ApplicationSettings(),
        database=FakeDatabase(),
        **common,
    )


@pytest.fixture(scope="module")
def applied(local_aws: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    folder = tmp_path_factory.mktemp("secrets")
    app = App(outdir=str(folder))
    build(TerraformStack(app, "secrets"))
    app.synth()
    terraform = Terraform(
        folder=folder / "stacks" / "secrets",
        log=folder / "terraform.log",
        show=None,
        environ={
            **terraform_cli.choose(Project()).variables(),
            "AWS_ENDPOINT_URL": local_aws.endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "NO_PROXY": "127.0.0.1",
        },
    )
    plan = folder / "it.tfplan"
    terraform.init()
    terraform.plan(plan)
    terraform.apply(plan)
    yield terraform
    terraform.plan(plan, "-destroy")
    terraform.apply(plan)
    assert terraform.state_list() == []


def rotate(server: Server, name: str) -> str:
    """Move the labels as a rotation does; the new password."""
    client = server.client("secretsmanager")
    current = client.get_secret_value(SecretId=name)
    password = f"rotated-{current['VersionId']}"
    value = {**json.loads(current["SecretString"]), "password": password}
    new = client.put_secret_value(
        SecretId=name, SecretString=json.dumps(value), VersionStages=["AWSPENDING"]
    )["VersionId"]
    client.update_secret_version_stage(
        SecretId=name,
        VersionStage="AWSCURRENT",
        MoveToVersionId=new,
        RemoveFromVersionId=current["VersionId"],
    )
    return password


def test_the_state_has_no_password(applied: Terraform, local_aws: Server) -> None:
    client = local_aws.client("secretsmanager")
    passwords = [
        json.loads(client.get_secret_value(SecretId=name)["SecretString"])["password"] for name in NAMES
    ]
    assert [len(password) for password in passwords] == [32, 32]
    files = [
        path
        for path in applied.folder.parent.parent.rglob("*")
        if path.is_file() and path.stat().st_size < 10**7
    ]
    assert any(path.name == "terraform.tfstate" for path in files)
    for path in files:
        content = path.read_bytes()
        assert not any(password.encode() in content for password in passwords), path


def test_rotations_leave_nothing_to_do(applied: Terraform, local_aws: Server, tmp_path: Path) -> None:
    assert not applied.plan(tmp_path / "first.tfplan")
    for name in NAMES:
        rotate(local_aws, name)
        last = rotate(local_aws, name)
        described = local_aws.client("secretsmanager").describe_secret(SecretId=name)
        # The version that Terraform made still has a label, so that Secrets Manager keeps it.
        assert sorted(described["VersionIdsToStages"].values()) == [
            ["AWSPENDING", "AWSCURRENT"],
            ["AWSPREVIOUS"],
            ["INITIAL"],
        ]
        assert not applied.plan(tmp_path / "again.tfplan")
        value = local_aws.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        assert json.loads(value)["password"] == last


def test_each_entry_has_a_replica_that_follows(applied: Terraform, local_aws: Server) -> None:
    here, there = local_aws.client("secretsmanager"), local_aws.client("secretsmanager", REPLICA)
    for name in NAMES:
        (status,) = here.describe_secret(SecretId=name)["ReplicationStatus"]
        assert (status["Region"], status["KmsKeyId"]) == (REPLICA, "alias/secrets-test")
        rotate(local_aws, name)
        assert (
            there.get_secret_value(SecretId=name)["SecretString"]
            == here.get_secret_value(SecretId=name)["SecretString"]
        )


def test_the_applications_entry_names_its_server(applied: Terraform, local_aws: Server) -> None:
    value = local_aws.client("secretsmanager").get_secret_value(SecretId=NAMES[1])["SecretString"]
    fields = json.loads(value)
    assert {name: fields[name] for name in ("engine", "username", "dbname", "host", "port")} == {
        "engine": "postgres",
        "username": "citizen_app",
        "dbname": "citizens",
        "host": "db.example.org",
        "port": 5433,
    }
