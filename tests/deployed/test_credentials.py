from __future__ import annotations

import json
from typing import Any

import pytest

from tests.system.fixtures import Deployed


@pytest.fixture(scope="module")
def secret(deployed: Deployed) -> dict[str, Any]:
    return dict(
        deployed.client("secretsmanager").describe_secret(SecretId=deployed.outputs["credentials_arn"])
    )


def test_the_entry_has_the_expected_name(deployed: Deployed, secret: dict[str, Any]) -> None:
    assert secret["Name"] == f"dr-db-credentials-{deployed.outputs['suffix']}"


def test_it_rotates_by_schedule(deployed: Deployed, secret: dict[str, Any]) -> None:
    assert secret["RotationEnabled"] is True
    assert 1 <= secret["RotationRules"]["AutomaticallyAfterDays"] <= 30
    assert deployed.outputs["rotation_function_name"] in secret["RotationLambdaARN"]


def test_its_policy_refuses_plain_text_and_other_accounts(deployed: Deployed) -> None:
    text = deployed.client("secretsmanager").get_resource_policy(
        SecretId=deployed.outputs["credentials_arn"]
    )["ResourcePolicy"]
    denied = [statement for statement in json.loads(text)["Statement"] if statement["Effect"] == "Deny"]
    conditions = json.dumps([statement["Condition"] for statement in denied])
    assert "aws:SecureTransport" in conditions
    assert "aws:PrincipalAccount" in conditions


def test_the_function_runs_in_the_isolated_subnets(deployed: Deployed) -> None:
    function = deployed.client("lambda").get_function_configuration(
        FunctionName=deployed.outputs["rotation_function_name"]
    )
    outputs = deployed.outputs.items()
    isolated = {value for name, value in outputs if name.startswith("database_subnet_ids_")}
    assert set(function["VpcConfig"]["SubnetIds"]) == isolated
    assert function["KMSKeyArn"] == deployed.outputs["key_arns_secrets"]
    assert function["DeadLetterConfig"]["TargetArn"]


def test_only_secrets_manager_of_this_account_may_call_the_function(deployed: Deployed) -> None:
    policy = deployed.client("lambda").get_policy(FunctionName=deployed.outputs["rotation_function_name"])
    (statement,) = json.loads(policy["Policy"])["Statement"]
    assert statement["Principal"] == {"Service": "secretsmanager.amazonaws.com"}
    assert "AWS:SourceAccount" in json.dumps(statement["Condition"])


def test_the_applications_login_was_made_with_the_deployment(deployed: Deployed) -> None:
    client = deployed.client("secretsmanager")
    entry = client.describe_secret(SecretId=deployed.outputs["application_credentials_arn"])
    assert entry["Name"] == f"dr-app-credentials-{deployed.outputs['suffix']}"
    assert entry["KmsKeyId"] == deployed.outputs["key_arns_secrets"]
    assert entry["RotationEnabled"] is True
    assert deployed.outputs["application_rotation_function_name"] in entry["RotationLambdaARN"]


def test_the_version_that_terraform_made_is_kept(deployed: Deployed) -> None:
    client = deployed.client("secretsmanager")
    entry = client.describe_secret(SecretId=deployed.outputs["application_credentials_arn"])
    (labels,) = [found for found in entry["VersionIdsToStages"].values() if "INITIAL" in found]
    assert labels
