from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from cdktf import App

from modules.credentials.rotation import PROJECT
from stacks.citizen_data import CitizenData
from stacks.environment import load
from tests.template import Template, statements


@pytest.fixture(scope="module")
def system() -> Template:
    # Rotation needs credentials, a database and a network around it: the system has them.
    return Template.synthesized(lambda app: CitizenData(app, environment=load("dev")), name="citizen-data")


def test_the_secret_rotates_every_30_days(system: Template) -> None:
    schedule = system.one("aws_secretsmanager_secret_rotation")
    assert schedule["rotation_rules"] == {"automatically_after_days": 30}
    assert schedule["rotate_immediately"] is False
    assert (
        system.address("aws_lambda_permission", "rotation/secrets-manager-invokes") in schedule["depends_on"]
    )


def test_only_secrets_manager_may_call_the_function_for_this_entry(system: Template) -> None:
    permission = system.one("aws_lambda_permission")
    assert permission["principal"] == "secretsmanager.amazonaws.com"
    assert "secretsmanager_secret" in permission["source_arn"]
    assert permission["source_account"]


def test_the_function_runs_in_the_isolated_tier(system: Template) -> None:
    function = system.one("aws_lambda_function")
    assert all("network_database-" in subnet for subnet in function["vpc_config"]["subnet_ids"])
    assert len(function["vpc_config"]["security_group_ids"]) == 1


def test_the_function_reports_failures_and_hides_its_environment(system: Template) -> None:
    function = system.one("aws_lambda_function")
    assert "aws_sns_topic." in function["dead_letter_config"]["target_arn"]
    assert function["kms_key_arn"].startswith("${aws_kms_key.keys_secrets")
    assert set(function["environment"]["variables"]) == {"DATABASE_HOST", "DATABASE_NAME", "DATABASE_PORT"}


def test_the_function_may_only_do_what_rotation_takes(system: Template) -> None:
    policy = statements(system.one("aws_iam_role_policy", "rotation/role/policy")["policy"])
    assert set(policy) == {
        "WriteLogs",
        "NetworkInterfaces",
        "Trace",
        "RotateCredentials",
        "MakePassword",
        "UseKeyOfCredentials",
        "PublishNotifications",
        "EncryptNotifications",
    }
    without_resource = {sid for sid, statement in policy.items() if statement["Resource"] == "*"}
    assert without_resource == {"MakePassword", "NetworkInterfaces", "Trace"}


def test_the_hash_is_that_of_the_zip_that_is_deployed(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    CitizenData(app, environment=load("dev"))
    app.synth()
    stack = tmp_path / "stacks" / "citizen-data"
    function = Template.read(stack / "cdk.tf.json").one("aws_lambda_function")
    package = (stack / function["filename"]).read_bytes()
    assert function["source_code_hash"] == base64.b64encode(hashlib.sha256(package).digest()).decode()


def test_its_code_is_in_the_project() -> None:
    assert (PROJECT / "functions" / "rotation" / "handler.py").is_file()
