"""The database-ha system, synthesized once per environment; and what its settings refuse."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from environments import guard, manifest
from environments.guard import System
from environments.problem import Problem
from modules.backup.schedules import starts
from modules.database.windows import refuses_backup
from stacks import citizen_data, database_ha
from stacks.environment import load
from tests.stacks.ha import NAME, settings, synthesized
from tests.stacks.test_citizen_data import TAGGED, UNTAGGABLE, assert_nothing_is_public_or_unencrypted
from tests.template import Template, statements


@pytest.fixture(scope="module")
def dev() -> Template:
    return synthesized(load("dev").database_ha)


@pytest.fixture(scope="module")
def prod() -> Template:
    return synthesized(load("prod").database_ha)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """All that is left out has its default."""
    return synthesized(settings(tmp_path_factory.mktemp("plain")))


def test_the_database_is_as_required(plain: Template) -> None:
    database = plain.one("aws_db_instance")
    assert {
        name: database[name]
        for name in (
            "engine",
            "engine_version",
            "instance_class",
            "multi_az",
            "allocated_storage",
            "max_allocated_storage",
            "storage_type",
            "backup_retention_period",
            "backup_window",
            "maintenance_window",
            "monitoring_interval",
            "performance_insights_enabled",
        )
    } == {
        "engine": "postgres",
        "engine_version": "15",
        "instance_class": "db.t3.medium",
        "multi_az": True,
        "allocated_storage": 100,
        "max_allocated_storage": 1000,
        "storage_type": "gp3",
        "backup_retention_period": 35,
        "backup_window": "03:00-04:00",
        "maintenance_window": "sun:04:00-sun:05:00",
        "monitoring_interval": 60,
        "performance_insights_enabled": True,
    }
    assert database["enabled_cloudwatch_logs_exports"] == ["postgresql", "upgrade"]


def test_c41_the_parameters_are_as_required(plain: Template) -> None:
    found = {one["name"]: one for one in plain.one("aws_db_parameter_group")["parameter"]}
    assert found["log_statement"]["value"] == "all"
    assert found["log_min_duration_statement"]["value"] == "1000"
    assert "pg_stat_statements" in found["shared_preload_libraries"]["value"]
    assert found["track_activity_query_size"]["value"] == "2048"
    for static in ("shared_preload_libraries", "track_activity_query_size"):
        assert found[static]["apply_method"] == "pending-reboot"


def test_its_own_network_has_subnets_of_256_addresses_and_two_ways_out(plain: Template) -> None:
    assert {subnet["cidr_block"].split("/")[1] for subnet in plain.all("aws_subnet")} == {"24"}
    assert len(plain.all("aws_subnet")) == 9
    assert len(plain.all("aws_nat_gateway")) == 2


def _open_to_subnets(template: Template, group: str) -> set[tuple[str, int, int]]:
    """The blocks and ports of a group's rules for blocks."""
    address = template.address("aws_security_group", group)
    return {
        (rule["cidr_ipv4"], rule["from_port"], rule["to_port"])
        for rule in template.all("aws_vpc_security_group_ingress_rule")
        if address in rule["security_group_id"] and "cidr_ipv4" in rule
    }


def test_postgresql_and_the_endpoints_are_open_to_the_private_subnets(plain: Template) -> None:
    private = {
        subnet["cidr_block"] for subnet in plain.all("aws_subnet") if subnet["tags"]["Tier"] == "private"
    }
    for group, port in (("database-security-group/group", 5432), ("endpoints/security-group/group", 443)):
        assert _open_to_subnets(plain, group) == {(block, port, port) for block in private}


def test_postgresql_has_no_way_out(plain: Template) -> None:
    group = plain.address("aws_security_group", "database-security-group/group")
    assert not [
        rule for rule in plain.all("aws_vpc_security_group_egress_rule") if group in rule["security_group_id"]
    ]


def test_the_required_alarms(plain: Template) -> None:
    alarms = {
        alarm["metric_name"]: alarm
        for alarm in plain.all("aws_cloudwatch_metric_alarm")
        if alarm["namespace"] == "AWS/RDS" and "heartbeat" not in alarm["alarm_name"]
    }
    cpu, storage = alarms["CPUUtilization"], alarms["FreeStorageSpace"]
    assert (cpu["threshold"], cpu["evaluation_periods"], cpu["datapoints_to_alarm"]) == (80, 2, 2)
    assert (storage["threshold"], storage["comparison_operator"]) == (2 * 1024**3, "LessThanThreshold")
    (most,) = [
        int(one["value"])
        for one in plain.one("aws_db_parameter_group")["parameter"]
        if one["name"] == "max_connections"
    ]
    assert alarms["DatabaseConnections"]["threshold"] == most * 80 // 100


def test_the_required_names(dev: Template) -> None:
    assert dev.one("aws_sns_topic")["name"] == "rds-alerts-dev"
    assert dev.one("aws_s3_bucket", "data/bucket")["bucket"] == "rds-backups-citizen-data-dev"
    assert dev.one("aws_db_instance")["identifier"] == "ha-postgres-dev"
    assert dev.one("aws_sns_topic_subscription")["endpoint"] == "operations@example.org"


def test_a_project_becomes_part_of_a_buckets_name(tmp_path: Path) -> None:
    assert settings(tmp_path).bucket_name == "rds-backups-citizen-data-test"
    assert settings(tmp_path, 'exports = { bucket_name = "mine" }').bucket_name == "mine"


def test_outputs_tell_where_everything_is_and_no_secret(dev: Template) -> None:
    outputs = dev.document["output"]
    assert {
        "database_endpoint",
        "database_port",
        "bucket_name",
        "topic_arn",
        "backup_vault_name",
        "credentials_arn",
        "vpc_id",
    } <= set(outputs)
    assert "password" not in json.dumps(outputs)
    assert "ephemeral." not in json.dumps(outputs)


def test_everything_that_can_be_tagged_is_tagged(dev: Template, prod: Template) -> None:
    untagged = {kind for kind, resource in dev.everything() if not set(resource.get("tags", {})) >= TAGGED}
    assert untagged <= UNTAGGABLE
    tags = prod.one("aws_db_instance")["tags"]
    assert (tags["Project"], tags["Environment"]) == ("database-ha", "prod")


def test_nothing_is_public_or_unencrypted(dev: Template, prod: Template) -> None:
    for template in (dev, prod):
        assert_nothing_is_public_or_unencrypted(template)


def test_the_master_user_rotates_in_it_too(dev: Template) -> None:
    assert dev.one("aws_secretsmanager_secret_rotation")["rotation_rules"] == {"automatically_after_days": 30}


def test_c02_c39_recovery_points_are_kept_for_seven_years(prod: Template) -> None:
    rules = {rule["rule_name"]: rule for rule in prod.one("aws_backup_plan")["rule"]}
    assert rules["continuous"]["lifecycle"]["delete_after"] == 35
    assert prod.one("aws_db_instance")["backup_retention_period"] == 35
    assert rules["daily"]["lifecycle"]["delete_after"] == 35
    assert rules["long-term"]["lifecycle"]["delete_after"] == 2555
    assert prod.one("aws_backup_vault_lock_configuration")["max_retention_days"] == 2555


def test_c33_c38_a_regulated_system_is_protected_and_can_be_released(prod: Template) -> None:
    released = synthesized(load("prod").database_ha, removable=True)
    database = prod.one("aws_db_instance")
    assert (database["deletion_protection"], database["skip_final_snapshot"]) == (True, False)
    assert database["final_snapshot_identifier"] == "ha-postgres-prod-final"
    assert released.one("aws_db_instance")["deletion_protection"] is False
    assert not any(bucket["force_destroy"] for bucket in prod.all("aws_s3_bucket"))
    assert all(bucket["force_destroy"] for bucket in released.all("aws_s3_bucket"))
    guard.refuse_losses(
        [System.of(NAME, released.document)], manifest.read(manifest.file("prod"), systems=[NAME]), "prod"
    )


def test_terraform_refuses_to_destroy_a_regulated_system_and_says_what_allows_it(
    dev: Template, prod: Template
) -> None:
    released = synthesized(load("prod").database_ha, removable=True)
    for template, refuses in ((prod, True), (released, False)):
        (refusal,) = template.document["resource"]["terraform_data"].items()
        assert refusal[0] == "destroying-it-needs-HOLDFAST_REMOVAL-allow"
        assert refusal[1]["lifecycle"] == {"prevent_destroy": refuses}
    assert "terraform_data" not in dev.document["resource"]


def test_the_manifests_name_all_that_holds_data(dev: Template, prod: Template) -> None:
    for name, template in (("dev", dev), ("prod", prod)):
        recorded = manifest.read(manifest.file(name), systems=[NAME])
        system = System.of(NAME, template.document)
        guard.refuse_losses([system], recorded, name)
        assert guard.unrecorded([system], recorded) == []
        assert {"aws_db_instance", "aws_s3_bucket", "aws_backup_vault"} <= {entry.type for entry in recorded}


def test_without_exports_there_is_no_bucket(tmp_path: Path) -> None:
    template = synthesized(settings(tmp_path, "exports = null"))
    assert template.all("aws_s3_bucket") == []
    assert "bucket_name" not in template.document["output"]
    assert "alias/ha-s3-test" not in {alias["name"] for alias in template.all("aws_kms_alias")}


def test_an_existing_vpc_is_used_and_nothing_is_added_to_it(tmp_path: Path) -> None:
    block = 'network = { vpc_id = "vpc-0123456789abcdef0" }'
    template = synthesized(settings(tmp_path, block))
    kinds = {kind for kind, _ in template.everything()}
    assert not kinds & {"aws_vpc", "aws_subnet", "aws_route_table", "aws_vpc_endpoint", "aws_nat_gateway"}
    assert "aws_db_subnet_group" in kinds
    assert len(template.document["data"]["aws_subnets"]) == 6


OPTIONS = """
  database = {
    replica = { lag_seconds = 30 }
    restore = { instance = "ha-postgres-test-before", time = "2026-11-25T12:00:00Z" }
  }
  backup = { hourly_retention_days = 2 }
  second_region = { region = "eu-central-1", automated_backup_days = 14 }
"""


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return synthesized(settings(tmp_path_factory.mktemp("options"), OPTIONS))


def test_a_read_replica_has_an_endpoint_and_an_alarm_on_its_lag(options: Template, plain: Template) -> None:
    replica = options.address("aws_db_instance", "database/replica")
    assert options.document["output"]["replica_endpoint"]["value"] == f"${{{replica}.endpoint}}"
    lag = options.one("aws_cloudwatch_metric_alarm", "replica-lag")
    assert (lag["metric_name"], lag["threshold"]) == ("ReplicaLag", 30)
    assert replica in lag["dimensions"]["DBInstanceIdentifier"]
    assert "replica_endpoint" not in plain.document["output"]


def test_backups_are_kept_in_a_second_region(options: Template, plain: Template) -> None:
    replicated = options.one("aws_db_instance_automated_backups_replication")
    assert (replicated["retention_period"], replicated["provider"]) == (14, "aws.second-region")
    vault = options.address("aws_backup_vault", "copies/vault")
    copied = [
        rule["rule_name"]
        for rule in options.one("aws_backup_plan")["rule"]
        if any(vault in copy["destination_vault_arn"] for copy in rule.get("copy_action", []))
    ]
    assert sorted(copied) == ["daily", "hourly", "long-term"]
    assert plain.document["provider"]["aws"] == [{"region": "eu-central-2"}]
    assert plain.all("aws_db_instance_automated_backups_replication") == []


def test_restores_are_tried_without_being_asked_for(plain: Template) -> None:
    assert plain.one("aws_backup_restore_testing_plan")["name"] == "ha_restore_testing_test"


def test_it_is_restored_to_a_point_in_time(options: Template) -> None:
    restored = options.one("aws_db_instance", "database/instance")["restore_to_point_in_time"]
    assert restored["source_db_instance_identifier"] == "ha-postgres-test-before"


def test_with_all_options_everything_is_tagged_and_nothing_open(options: Template) -> None:
    untagged = {
        kind for kind, resource in options.everything() if not set(resource.get("tags", {})) >= TAGGED
    }
    assert untagged <= UNTAGGABLE
    assert_nothing_is_public_or_unencrypted(options)


def test_what_is_left_out_is_that_of_the_environment(tmp_path: Path) -> None:
    given = settings(tmp_path)
    assert (given.region, given.suffix, given.profile) == ("eu-central-2", "test", "ephemeral")
    own = settings(tmp_path, 'region = "eu-west-1"\n  availability_zones = ["eu-west-1a", "eu-west-1b"]')
    assert synthesized(own).document["provider"]["aws"] == [{"region": "eu-west-1"}]


def test_the_stacks_are_short_and_have_no_block_of_code_in_common() -> None:
    sources = [
        Path(str(module.__file__)).read_text(encoding="utf-8") for module in (citizen_data, database_ha)
    ]
    assert all(len(source.splitlines()) < 150 for source in sources)
    first, second = (set(_calls(source)) for source in sources)
    assert {call for call in first & second if call.count("\n") > 4} == set()


def _calls(source: str) -> list[str]:
    """The statements of the constructors, as they are written."""
    return [
        ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr | ast.Assign)
    ]


def test_only_the_function_that_exports_may_start_exports(dev: Template) -> None:
    allowed: list[Any] = [
        policy["//"]["metadata"]["path"]
        for policy in dev.all("aws_iam_policy")
        if "StartExports" in statements(policy["policy"])
    ]
    assert allowed == ["database-ha/snapshot-export/role/policy"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Template:
    block = 'database = { instance_class = "db.r6gd.large", cluster = { lag_seconds = 20 } }'
    return synthesized(settings(tmp_path_factory.mktemp("cluster"), block))


def test_a_cluster_takes_the_place_of_the_instance(cluster: Template, plain: Template) -> None:
    assert cluster.all("aws_db_instance") == []
    address = cluster.address("aws_rds_cluster", "database/cluster")
    outputs = {name: found["value"] for name, found in cluster.document["output"].items()}
    assert outputs["database_identifier"] == f"${{{address}.cluster_identifier}}"
    assert outputs["database_endpoint"] == f"${{{address}.endpoint}}:5432"
    assert outputs["database_reader_endpoint"] == f"${{{address}.reader_endpoint}}:5432"
    assert set(outputs) - set(plain.document["output"]) == {"database_reader_endpoint"}
    assert address in cluster.one("aws_backup_selection")["resources"][0]
    assert address in cluster.one("aws_backup_restore_testing_selection")["protected_resource_arns"][0]
    rotation = cluster.one("aws_lambda_function", "rotation/function")["environment"]["variables"]
    assert rotation["DATABASE_HOST"] == f"${{{address}.endpoint}}"


def test_c53_terraform_leaves_retention_and_window_to_aws_backup_that_makes_continuous_backups(
    plain: Template, cluster: Template
) -> None:
    kept = {"backup_retention_period", "backup_window"}
    instance = plain.one("aws_db_instance")
    assert kept <= set(instance["lifecycle"]["ignore_changes"])
    assert kept <= set(instance), "they count when it is made"
    assert not any("backup" in name for name in cluster.one("aws_rds_cluster")["lifecycle"]["ignore_changes"])


def test_c55_jobs_of_a_cluster_stay_clear_of_its_windows(cluster: Template) -> None:
    made = cluster.one("aws_rds_cluster")
    for rule in cluster.one("aws_backup_plan")["rule"]:
        for start in starts(rule["schedule"]):
            assert not refuses_backup(
                start,
                rule["start_window"],
                daily=made["preferred_backup_window"],
                weekly=made["preferred_maintenance_window"],
            )


def test_backups_that_fail_are_told_with_the_other_alarms(plain: Template) -> None:
    arns = plain.document["output"]["alarm_arns"]["value"]
    assert {"backup-expired", "backup-failed"} <= set(arns)


def test_c47_the_backup_plan_of_a_cluster_is_not_continuous(cluster: Template) -> None:
    rules = cluster.one("aws_backup_plan")["rule"]
    assert {rule["rule_name"] for rule in rules} == {"daily", "long-term"}
    assert cluster.one("aws_rds_cluster")["backup_retention_period"] == 35


def test_each_reader_has_an_alarm_on_its_lag(cluster: Template) -> None:
    lags = [
        alarm for alarm in cluster.all("aws_cloudwatch_metric_alarm") if alarm["metric_name"] == "ReplicaLag"
    ]
    assert [alarm["alarm_name"] for alarm in lags] == [f"ha-reader-lag-{index}-test" for index in (1, 2, 3)]
    assert {(alarm["threshold"], alarm["treat_missing_data"]) for alarm in lags} == {(20, "notBreaching")}


def test_a_cluster_is_as_closed_and_as_tagged(cluster: Template) -> None:
    assert_nothing_is_public_or_unencrypted(cluster)
    untagged = {
        kind for kind, resource in cluster.everything() if not set(resource.get("tags", {})) >= TAGGED
    }
    assert untagged <= UNTAGGABLE


def test_what_turns_an_instance_into_a_cluster_is_refused_as_a_loss(
    cluster: Template, plain: Template
) -> None:
    recorded = guard.unrecorded([System.of(NAME, plain.document)], [])
    with pytest.raises(Problem, match="aws_db_instance"):
        guard.refuse_losses([System.of(NAME, cluster.document)], recorded, "test")
    found = guard.unrecorded([System.of(NAME, cluster.document)], [])
    assert "aws_rds_cluster" in {entry.type for entry in found}
