from __future__ import annotations

from typing import Any

import pytest

from tests.system.fixtures import Deployed


@pytest.fixture(scope="module")
def instance(deployed: Deployed) -> dict[str, Any]:
    found = deployed.client("rds").describe_db_instances(
        DBInstanceIdentifier=deployed.outputs["database_identifier"]
    )
    return dict(found["DBInstances"][0])


@pytest.fixture(scope="module")
def parameters(deployed: Deployed, instance: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the parameter group sets, by name."""
    (group,) = instance["DBParameterGroups"]
    pages = deployed.client("rds").get_paginator("describe_db_parameters")
    found = pages.paginate(DBParameterGroupName=group["DBParameterGroupName"], Source="user")
    return {parameter["ParameterName"]: parameter for page in found for parameter in page["Parameters"]}


def test_the_outputs_tell_where_it_is(deployed: Deployed, instance: dict[str, Any]) -> None:
    assert deployed.outputs["database_arn"] == instance["DBInstanceArn"]
    assert deployed.outputs["database_address"] == instance["Endpoint"]["Address"]
    assert int(deployed.outputs["database_port"]) == instance["Endpoint"]["Port"]


def test_it_has_a_standby_in_another_zone(instance: dict[str, Any]) -> None:
    assert instance["MultiAZ"] is True
    assert instance["SecondaryAvailabilityZone"] != instance["AvailabilityZone"]


def test_it_is_encrypted_with_its_own_key(deployed: Deployed, instance: dict[str, Any]) -> None:
    assert instance["StorageEncrypted"] is True
    assert instance["KmsKeyId"] == deployed.outputs["key_arns_database"]


def test_it_is_not_public(instance: dict[str, Any]) -> None:
    assert instance["PubliclyAccessible"] is False


def test_it_is_backed_up_as_long_as_the_profile_asks(deployed: Deployed, instance: dict[str, Any]) -> None:
    least = {"ephemeral": 7, "regulated": 35}[deployed.outputs["profile"]]
    assert instance["BackupRetentionPeriod"] >= least
    assert instance["CopyTagsToSnapshot"] is True


def test_the_profile_decides_about_deletion_protection(deployed: Deployed, instance: dict[str, Any]) -> None:
    assert instance["DeletionProtection"] is (deployed.outputs["profile"] == "regulated")


def test_it_is_observed(deployed: Deployed, instance: dict[str, Any]) -> None:
    assert instance["MonitoringInterval"] == 60
    assert instance["MonitoringRoleArn"]
    assert instance["PerformanceInsightsEnabled"] is True
    assert instance["PerformanceInsightsKMSKeyId"] == deployed.outputs["key_arns_database"]
    assert sorted(instance["EnabledCloudwatchLogsExports"]) == ["postgresql", "upgrade"]


def test_its_logs_go_to_encrypted_groups_that_forget(deployed: Deployed) -> None:
    prefix = f"/aws/rds/instance/{deployed.outputs['database_identifier']}/"
    groups = deployed.client("logs").describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    assert sorted(group["logGroupName"].removeprefix(prefix) for group in groups) == ["postgresql", "upgrade"]
    assert all(group["kmsKeyId"] == deployed.outputs["key_arns_logs"] for group in groups)
    assert all(group["retentionInDays"] > 0 for group in groups)


def test_it_accepts_iam_authentication(instance: dict[str, Any]) -> None:
    assert instance["IAMDatabaseAuthenticationEnabled"] is True


def test_storage_grows(instance: dict[str, Any]) -> None:
    assert instance["StorageType"] == "gp3"
    assert instance["MaxAllocatedStorage"] > instance["AllocatedStorage"]


def test_tls_is_forced(parameters: dict[str, dict[str, Any]]) -> None:
    assert parameters["rds.force_ssl"]["ParameterValue"] == "1"


def test_connections_are_as_many_as_the_alarm_assumes(
    deployed: Deployed, parameters: dict[str, dict[str, Any]]
) -> None:
    assert parameters["max_connections"]["ParameterValue"] == deployed.outputs["database_max_connections"]


def test_it_lies_in_the_isolated_subnets(deployed: Deployed, instance: dict[str, Any]) -> None:
    group = {subnet["SubnetIdentifier"] for subnet in instance["DBSubnetGroup"]["Subnets"]}
    outputs = deployed.outputs.items()
    assert group == {value for name, value in outputs if name.startswith("database_subnet_ids_")}


def test_it_is_tagged(deployed: Deployed, instance: dict[str, Any]) -> None:
    tags = {tag["Key"]: tag["Value"] for tag in instance["TagList"]}
    assert tags["Environment"] == deployed.outputs["suffix"]
    assert tags["ManagedBy"] == "cdktf"
    assert tags["Project"]
    assert tags["CostCenter"]
