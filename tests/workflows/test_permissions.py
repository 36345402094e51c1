"""The policies of the guide give the roles what the systems of ``prod`` ask for, by what Terraform is given for them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from localcloud.policy import Request, decide
from stacks.citizen_data import CitizenData
from stacks.environment import load
from tests.stacks import ha
from tests.template import Template
from tests.workflows.guide import document, documents

REGION, ACCOUNT = "eu-central-2", "123456789012"
STATES_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
ANOTHER_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/99999999-8888-7777-6666-555555555555"

SERVICES = {
    "aws_backup": "backup",
    "aws_cloudwatch": "cloudwatch",
    "aws_cloudwatch_event": "events",
    "aws_cloudwatch_log": "logs",
    "aws_db": "rds",
    "aws_efs": "elasticfilesystem",
    "aws_iam": "iam",
    "aws_kms": "kms",
    "aws_lambda": "lambda",
    "aws_rds": "rds",
    "aws_s3": "s3",
    "aws_secretsmanager": "secretsmanager",
    "aws_sns": "sns",
    "aws_sqs": "sqs",
}
"""How the types of a service begin, to what its actions begin with; all others are EC2's."""


class Role:
    """What policies allow together."""

    def __init__(self, *policies: dict[str, Any]) -> None:
        # An identity's policy names no principal: it is for whoever it is attached to.
        self._policy = {
            "Statement": [{**one, "Principal": "*"} for policy in policies for one in policy["Statement"]]
        }

    def may(self, action: str, resource: str = "*", **context: str) -> bool:
        asked = Request(
            action=action,
            resource=resource,
            account=ACCOUNT,
            context={"aws:RequestedRegion": REGION, **context},
        )
        return decide(self._policy, asked) == "Allow"

    def may_decrypt(self, key: str, service: str, **context: str) -> bool:
        names = {f"kms:EncryptionContext:{name.replace('_', ':')}": value for name, value in context.items()}
        return self.may(
            "kms:Decrypt", key, **{"kms:ViaService": f"{service}.{REGION}.amazonaws.com"}, **names
        )


@pytest.fixture(scope="module")
def reads() -> Role:
    """With AWS's own policy, as moto has it of AWS."""
    return Role(
        json.loads(aws_managed_policies_data)["ReadOnlyAccess"]["Document"], document("StatesAndTheirLocks")
    )


@pytest.fixture(scope="module")
def changes() -> Role:
    return Role(document("Services"))


@pytest.fixture(scope="module")
def systems() -> list[Template]:
    environment = load("prod")
    return [
        Template.synthesized(lambda app: CitizenData(app, environment=environment), name="citizen-data"),
        ha.synthesized(environment.database_ha),
    ]


def _named(systems: list[Template], type_: str, argument: str = "name") -> list[str]:
    """The names of the resources of a type."""
    found = [str(resource[argument]) for system in systems for resource in system.all(type_)]
    assert found
    return found


def _secrets(systems: list[Template]) -> Iterator[str]:
    """The ARNs of the entries that a plan reads: the databases' own, and those whose values Terraform made."""
    for system in systems:
        for entry in system.document["data"].get("aws_secretsmanager_secret", {}).values():
            yield f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{entry['name']}-AbCdEf"
        for entry in system.all("aws_secretsmanager_secret"):
            yield f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{entry['name']}-AbCdEf"


def test_a_plan_reads_the_entries_and_no_others(systems: list[Template], reads: Role) -> None:
    found = list(_secrets(systems))
    assert len(found) == 3
    for arn in found:
        assert reads.may("secretsmanager:GetSecretValue", arn)
        assert reads.may_decrypt(ANOTHER_KEY, "secretsmanager", SecretARN=arn)
    other = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:payroll-AbCdEf"
    assert not reads.may("secretsmanager:GetSecretValue", other)
    assert not reads.may_decrypt(ANOTHER_KEY, "secretsmanager", SecretARN=other)


def test_a_plan_makes_passwords_that_nobody_uses(systems: list[Template], reads: Role) -> None:
    assert any("aws_secretsmanager_random_password" in system.document["ephemeral"] for system in systems)
    assert reads.may("secretsmanager:GetRandomPassword")


def test_a_plan_compares_the_environments_of_functions(systems: list[Template], reads: Role) -> None:
    for name in _named(systems, "aws_lambda_function", "function_name"):
        arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        assert reads.may_decrypt(ANOTHER_KEY, "lambda", aws_lambda_FunctionArn=arn)
    other = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:payroll"
    assert not reads.may_decrypt(ANOTHER_KEY, "lambda", aws_lambda_FunctionArn=other)


def test_a_plan_locks_with_the_table_whose_key_is_that_of_the_states(reads: Role) -> None:
    assert reads.may_decrypt(STATES_KEY, "dynamodb")
    assert reads.may_decrypt(STATES_KEY, "s3")
    assert not reads.may("kms:Decrypt", STATES_KEY)
    assert not reads.may_decrypt(STATES_KEY, "secretsmanager")


def test_a_plan_reads_states_of_its_environment_and_no_other_data(reads: Role) -> None:
    states = "arn:aws:s3:::acme-holdfast-state/holdfast"
    assert reads.may("s3:GetObject", f"{states}/prod/prod/citizen-data.tfstate")
    assert reads.may("s3:GetBucketPolicy", "arn:aws:s3:::rds-backups-database-ha-prod")
    assert reads.may("dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/holdfast-state-lock")
    for action, resource in (
        ("s3:GetObject", f"{states}/dev/dev/citizen-data.tfstate"),
        ("s3:GetObject", "arn:aws:s3:::rds-backups-database-ha-prod/ha-postgres-prod/export.parquet"),
        ("s3:PutObject", f"{states}/prod/prod/citizen-data.tfstate"),
        ("dynamodb:Scan", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/payroll"),
        ("logs:FilterLogEvents", f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/rds/instance/x/postgresql"),
    ):
        assert not reads.may(action, resource), action


def test_every_service_of_the_systems_can_be_changed(systems: list[Template], changes: Role) -> None:
    used = {
        next((SERVICES[start] for start in sorted(SERVICES, reverse=True) if type_.startswith(start)), "ec2")
        for system in systems
        for type_, _ in system.everything()
        if type_.startswith("aws_")
    }
    assert used == {*SERVICES.values(), "ec2"}
    limited = {"iam", "s3", "secretsmanager"}  # to names: below
    for service in used - limited:
        assert changes.may(f"{service}:CreateSomething", ANOTHER_KEY), service
        elsewhere = {"aws:RequestedRegion": "us-east-1"}
        assert not changes.may(f"{service}:CreateSomething", ANOTHER_KEY, **elsewhere), service
    assert changes.may("backup-storage:MountCapsule")


def test_roles_buckets_and_entries_of_the_systems_can_be_made(systems: list[Template], changes: Role) -> None:
    for kind, action in (("role", "iam:CreateRole"), ("policy", "iam:CreatePolicy")):
        for name in _named(systems, f"aws_iam_{kind}"):
            assert changes.may(action, f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"), name
    for name in _named(systems, "aws_iam_role"):
        assert changes.may("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{name}")
    for name in _named(systems, "aws_s3_bucket", "bucket"):
        assert changes.may("s3:CreateBucket", f"arn:aws:s3:::{name}"), name
    for arn in _secrets(systems):
        assert changes.may("secretsmanager:PutResourcePolicy", arn), arn
        # One that is not there yet has no six characters at its end.
        assert changes.may("secretsmanager:CreateSecret", arn[: -len("-AbCdEf")]), arn


def test_the_role_that_changes_is_not_given_all_that_there_is(changes: Role) -> None:
    assert not changes.may("kms:Decrypt", STATES_KEY)
    assert not changes.may(
        "s3:GetObject", "arn:aws:s3:::acme-holdfast-state/holdfast/dev/dev/citizen-data.tfstate"
    )
    assert not changes.may("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/administrator")
    assert not changes.may("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/dr-backup-dev")
    assert not changes.may(
        "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:payroll-AbCdEf"
    )


def test_no_policy_is_longer_than_a_managed_one_may_be() -> None:
    """IAM does not count white space (source: IAM user guide, "IAM and AWS STS quotas", 2026-11)."""
    for policy in documents():
        assert len(re.sub(r"\s", "", json.dumps(policy))) <= 6144
