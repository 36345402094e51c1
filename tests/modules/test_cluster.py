"""A Multi-AZ cluster, and how it differs from an instance in Terraform."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack

from modules.credentials.credentials import EphemeralPassword
from modules.database.cluster import DatabaseCluster
from modules.database.settings import DatabaseSettings
from modules.settings import Profile
from tests.modules.reading import let_a_role_read
from tests.modules.site import Site, name
from tests.template import Template

PASSWORD = EphemeralPassword("${ephemeral.some.password}", 3)


def _build(
    stack: TerraformStack, profile: Profile, *, removable: bool = False, **settings: Any
) -> DatabaseCluster:
    site = Site(stack)
    return DatabaseCluster(
        stack,
        "database",
        name=name,
        identifier="ha-postgres-test",
        account=site.account,
        network=site.network(),
        settings=DatabaseSettings.model_validate(
            {"instance_class": "db.m6gd.large", "cluster": {}, **settings}
        ),
        profile=profile,
        removable=removable,
        key=site.key,
        logs_key=site.key,
        password=PASSWORD,
    )


def _template(profile: Profile = "ephemeral", *, removable: bool = False, **settings: Any) -> Template:
    return Template.of(lambda stack: _build(stack, profile, removable=removable, **settings))


@pytest.fixture(scope="module")
def ephemeral() -> Template:
    def build(stack: TerraformStack) -> None:
        let_a_role_read(stack, _build(stack, "ephemeral"))

    return Template.of(build)


@pytest.fixture(scope="module")
def regulated() -> Template:
    return _template("regulated", backup_retention_days=35)


def test_rds_makes_its_instances_of_the_class_and_storage_that_it_names(ephemeral: Template) -> None:
    cluster = ephemeral.one("aws_rds_cluster")
    assert (cluster["engine"], cluster["engine_version"]) == ("postgres", "16")
    assert cluster["db_cluster_instance_class"] == "db.m6gd.large"
    assert (cluster["storage_type"], cluster["allocated_storage"], cluster["iops"]) == ("gp3", 100, 3000)
    assert ephemeral.all("aws_rds_cluster_instance") == ephemeral.all("aws_db_instance") == []


def test_it_takes_provisioned_storage() -> None:
    cluster = _template(cluster={"storage_type": "io2", "iops": 2000}).one("aws_rds_cluster")
    assert (cluster["storage_type"], cluster["iops"]) == ("io2", 2000)


def test_it_is_encrypted_and_lies_in_isolated_subnets_of_three_zones(ephemeral: Template) -> None:
    cluster = ephemeral.one("aws_rds_cluster")
    assert cluster["storage_encrypted"] is True
    assert cluster["kms_key_id"].startswith("${aws_kms_key.")
    assert len(ephemeral.one("aws_db_subnet_group")["subnet_ids"]) == 3
    assert "availability_zones" not in cluster
    assert len(cluster["vpc_security_group_ids"]) == 1


def test_the_password_goes_past_the_state(ephemeral: Template) -> None:
    cluster = ephemeral.one("aws_rds_cluster")
    assert (cluster["master_password_wo"], cluster["master_password_wo_version"]) == (PASSWORD.expression, 3)
    assert not {"master_password", "manage_master_user_password"} & set(cluster)


def test_it_takes_tls_only_and_c41_static_parameters_wait_for_a_restart(ephemeral: Template) -> None:
    group = ephemeral.one("aws_rds_cluster_parameter_group")
    parameters = {item["name"]: item for item in group["parameter"]}
    assert parameters["rds.force_ssl"]["value"] == "1"
    assert parameters["shared_preload_libraries"]["apply_method"] == "pending-reboot"
    assert (group["family"], group["name_prefix"]) == ("postgres16", "dr-postgres16-test-")
    assert group["lifecycle"] == {"create_before_destroy": True}
    assert ephemeral.one("aws_rds_cluster")["ca_certificate_identifier"] == "rds-ca-rsa2048-g1"


def test_it_is_observed_and_its_logs_are_ours(ephemeral: Template) -> None:
    cluster = ephemeral.one("aws_rds_cluster")
    assert cluster["monitoring_interval"] == 60
    assert cluster["performance_insights_kms_key_id"].startswith("${aws_kms_key.")
    assert cluster["enabled_cloudwatch_logs_exports"] == ["postgresql", "upgrade"]
    for export in ("postgresql", "upgrade"):
        group = ephemeral.one("aws_cloudwatch_log_group", f"database/{export}-logs")
        assert group["name"] == f"/aws/rds/cluster/ha-postgres-test/{export}"
        assert group["kms_key_id"]
        address = ephemeral.address("aws_cloudwatch_log_group", f"database/{export}-logs")
        assert address in cluster["depends_on"]


def test_an_ephemeral_one_leaves_nothing(ephemeral: Template) -> None:
    cluster = ephemeral.one("aws_rds_cluster")
    assert (cluster["deletion_protection"], cluster["skip_final_snapshot"]) == (False, True)


def test_a_regulated_one_is_protected_until_it_is_to_be_removed(regulated: Template) -> None:
    cluster = regulated.one("aws_rds_cluster")
    assert cluster["deletion_protection"] is True
    assert cluster["skip_final_snapshot"] is False
    assert cluster["final_snapshot_identifier"] == "ha-postgres-test-final"
    lifted = _template("regulated", removable=True, backup_retention_days=35).one("aws_rds_cluster")
    assert (lifted["deletion_protection"], lifted["skip_final_snapshot"]) == (False, False)


def test_logins_with_tokens_name_the_resource_id_of_the_cluster(ephemeral: Template) -> None:
    assert ephemeral.one("aws_rds_cluster")["iam_database_authentication_enabled"] is True
    cluster = ephemeral.address("aws_rds_cluster", "database/cluster")
    assert f"dbuser:${{{cluster}.cluster_resource_id}}/reader" in json.dumps(
        ephemeral.one("aws_iam_policy", "app/policy")
    )


def test_its_servers_are_the_members_whatever_rds_calls_them() -> None:
    made: list[DatabaseCluster] = []

    def build(stack: TerraformStack) -> None:
        made.append(_build(stack, "ephemeral"))
        for server, instance in made[0].servers.items():
            TerraformOutput(stack, f"server{server}", value=instance)
        TerraformOutput(stack, "endpoints", value=[made[0].endpoint, made[0].reader_endpoint])

    template = Template.of(build)
    cluster = template.address("aws_rds_cluster", "database/cluster")
    outputs = {name: found["value"] for name, found in template.document["output"].items()}
    assert outputs.pop("endpoints") == [
        f"${{{cluster}.endpoint}}:5432",
        f"${{{cluster}.reader_endpoint}}:5432",
    ]
    assert len(set(outputs.values())) == 3
    for index in range(3):
        assert outputs[f"server-{index + 1}"].startswith("${element(sort(")
        assert f"{cluster}.cluster_members" in outputs[f"server-{index + 1}"]
    assert made[0].continuous_backup_days is None, "AWS Backup makes no continuous backups of a cluster (C47)"
