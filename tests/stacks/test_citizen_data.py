"""The whole system, synthesized once per environment."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from environments import guard, manifest
from environments.guard import System
from modules.database.cluster_settings import ClusterSettings
from modules.database.settings import DatabaseSettings
from stacks.citizen_data import CitizenData
from stacks.environment import Environment, load
from tests.template import Template

TAGGED = {"Environment", "Project", "CostCenter", "ManagedBy"}
UNTAGGABLE = {
    "aws_backup_restore_testing_selection",
    "aws_db_instance_automated_backups_replication",
    "aws_backup_selection",
    "aws_backup_vault_lock_configuration",
    "aws_backup_vault_notifications",
    "aws_backup_vault_policy",
    "aws_cloudwatch_dashboard",
    "aws_cloudwatch_event_target",
    "aws_efs_backup_policy",
    "aws_efs_file_system_policy",
    "aws_efs_mount_target",
    "aws_iam_role_policy_attachment",
    "aws_kms_alias",
    "aws_lambda_permission",
    "aws_route",
    "aws_route_table_association",
    "aws_secretsmanager_secret_policy",
    "aws_secretsmanager_secret_rotation",
    "aws_secretsmanager_secret_version",
    "aws_sns_topic_policy",
    "aws_sns_topic_subscription",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_sqs_queue_policy",
}
"""Types of the provider's schema without ``tags``."""


def synthesize(name: str, *, removable: bool = False) -> Template:
    return Template.synthesized(
        lambda app: CitizenData(app, environment=load(name), removable=removable), name="citizen-data"
    )


@pytest.fixture(scope="module")
def dev() -> Template:
    return synthesize("dev")


@pytest.fixture(scope="module")
def prod() -> Template:
    return synthesize("prod")


def test_it_is_one_state_of_about_150_resources(dev: Template) -> None:
    assert 130 <= len(list(dev.everything())) <= 170


def test_its_database_can_be_a_cluster_too() -> None:
    environment = load("dev")
    database = DatabaseSettings(instance_class="db.m6gd.large", cluster=ClusterSettings())
    with_cluster = environment.model_copy(update={"database": database})
    template = Template.synthesized(
        lambda app: CitizenData(app, environment=with_cluster), name="citizen-data"
    )
    assert template.all("aws_db_instance") == []
    cluster = template.address("aws_rds_cluster", "database/cluster")
    # The login of the application is made at the endpoint of the writer, as that of the master user is.
    hosts = {
        function["environment"]["variables"]["DATABASE_HOST"]
        for function in template.all("aws_lambda_function")
        if "DATABASE_HOST" in function["environment"]["variables"]
    }
    assert hosts == {f"${{{cluster}.endpoint}}"}
    assert cluster in str(template.one("aws_backup_selection")["resources"])


def test_it_names_no_endpoint_and_no_credentials(dev: Template) -> None:
    assert dev.document["provider"]["aws"] == [{"region": "eu-central-2"}]


def test_everything_that_can_be_tagged_is_tagged(dev: Template) -> None:
    untagged = {kind for kind, resource in dev.everything() if not set(resource.get("tags", {})) >= TAGGED}
    assert untagged <= UNTAGGABLE


def test_every_name_carries_the_suffix(dev: Template) -> None:
    for kind, resource in dev.everything():
        given = resource.get("name") or resource.get("tags", {}).get("Name")
        if given:
            # An expression is no name, and the log of what did not arrive ends as SNS prescribes it.
            written = re.sub(r"\$\{[^}]*\}", "", given).removesuffix("/Failure")
            assert "-dev" in written, (kind, given)
            assert written == written.lower()


@pytest.mark.parametrize("name", ["dr-vpc-dev", "dr-transaction-logs-dev", "dr-db-credentials-dev"])
def test_the_required_names(dev: Template, name: str) -> None:
    assert name in json.dumps(dev.document)


def test_the_manifests_name_all_that_holds_data(dev: Template, prod: Template) -> None:
    # What is missing here was renamed or removed; what is new: holdfast manifest update.
    for name, template in (("dev", dev), ("prod", prod)):
        recorded = manifest.read(manifest.file(name), systems=["citizen-data"])
        system = System.of("citizen-data", template.document)
        guard.refuse_losses([system], recorded, name)
        assert guard.unrecorded([system], recorded) == []
        assert {"aws_db_instance", "aws_efs_file_system", "aws_backup_vault", "aws_kms_key"} <= {
            entry.type for entry in recorded
        }


def test_outputs_name_no_secret(dev: Template) -> None:
    outputs = dev.document["output"]
    assert {
        "database_endpoint",
        "vpc_id",
        "credentials_arn",
        "rotation_function_name",
        "application_credentials_arn",
        "application_rotation_function_name",
        "backup_vault_name",
    } <= set(outputs)
    for name, output in outputs.items():
        assert "password" not in json.dumps(output), name
        assert "ephemeral." not in json.dumps(output), name


def test_c39_continuous_backup_and_the_instance_keep_the_same_days(prod: Template) -> None:
    rules = {rule["rule_name"]: rule for rule in prod.one("aws_backup_plan")["rule"]}
    days = prod.one("aws_db_instance")["backup_retention_period"]
    assert rules["continuous"]["lifecycle"]["delete_after"] == days == 35


def test_a_regulated_system_is_protected_and_can_be_released(prod: Template) -> None:
    released = synthesize("prod", removable=True)
    assert prod.one("aws_db_instance")["deletion_protection"] is True
    assert released.one("aws_db_instance")["deletion_protection"] is False
    assert len(prod.all("aws_backup_vault_lock_configuration")) == 1
    assert released.all("aws_backup_vault_lock_configuration") == []
    guard.refuse_losses(
        [System.of("citizen-data", released.document)],
        manifest.read(manifest.file("prod"), systems=["citizen-data"]),
        "prod",
    )


def test_the_application_reaches_the_database_the_file_system_and_its_credentials(dev: Template) -> None:
    """The names of the services lead to the endpoints from everywhere in the VPC: whom these refuse has no other way."""
    application = dev.address("aws_security_group", "network/application-security-group/group")
    reached = {
        (rule["from_port"], rule["referenced_security_group_id"])
        for rule in dev.all("aws_vpc_security_group_egress_rule")
        if application in rule["security_group_id"]
    }
    assert reached == {
        (port, f"${{{dev.address('aws_security_group', group)}.id}}")
        for port, group in (
            (443, "endpoints/security-group/group"),
            (2049, "filesystem-security-group/group"),
            (5432, "database-security-group/group"),
        )
    }


def test_another_port_of_the_database_is_open_all_the_way() -> None:
    values = load("dev").model_dump(mode="json")
    values["database"]["port"] = 6432
    changed = Environment.model_validate_json(json.dumps(values))
    template = Template.synthesized(lambda app: CitizenData(app, environment=changed), name="citizen-data")
    (acl,) = template.all("aws_network_acl")
    for direction in ("ingress", "egress"):
        assert 6432 in {rule["from_port"] for rule in acl[direction]}
        rules = template.all(f"aws_vpc_security_group_{direction}_rule")
        assert 6432 in {rule["from_port"] for rule in rules}
    assert '_port": 5432' not in json.dumps(template.document["resource"])


def test_no_security_group_rule_is_open_to_the_world(dev: Template, prod: Template) -> None:
    for template in (dev, prod):
        assert_nothing_is_public_or_unencrypted(template)


def assert_nothing_is_public_or_unencrypted(template: Template) -> None:
    """Hold what must be true of every environment."""
    for kind, resource in template.everything():
        if kind in {"aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"}:
            assert resource.get("cidr_ipv4") != "0.0.0.0/0"
        _check(kind, resource)


def _check(kind: str, resource: dict[str, Any]) -> None:
    encrypted_by = {
        "aws_db_instance": "kms_key_id",
        "aws_rds_cluster": "kms_key_id",
        "aws_efs_file_system": "kms_key_id",
        "aws_cloudwatch_log_group": "kms_key_id",
        "aws_sns_topic": "kms_master_key_id",
        "aws_backup_vault": "kms_key_arn",
        "aws_lambda_function": "kms_key_arn",
        "aws_secretsmanager_secret": "kms_key_id",
        "aws_sqs_queue": "kms_master_key_id",
    }
    if kind in encrypted_by and "replicate_source_db" not in resource:
        assert resource[encrypted_by[kind]].startswith("${"), kind
    if kind == "aws_db_instance":
        assert resource["storage_encrypted"] is True
        assert resource["publicly_accessible"] is False
    if kind == "aws_efs_file_system":
        assert resource["encrypted"] is True
    if kind == "aws_subnet":
        assert resource["map_public_ip_on_launch"] is False
