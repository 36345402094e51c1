"""database-ha as a Multi-AZ cluster in a new network without NAT: deployed, failed over and destroyed by the CDKTF CLI itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.system.checkout import DATABASE_HA, Checkout, succeeded
from tests.system.fixtures import checkout, holdfast

pytestmark = [
    pytest.mark.deployed,
    pytest.mark.terraform,
    pytest.mark.server,
]

BLOCK = """
database_ha = {
  network     = { nat = "none" }
  database    = { instance_class = "db.m6gd.large", engine_version = "16", cluster = { lag_seconds = 20 } }
  credentials = { source = "created" }
  recovery    = { rpo_minutes = 5, rto_minutes = 1 }
}
"""

ZONES = {"eu-central-2a", "eu-central-2b", "eu-central-2c"}


@pytest.fixture(scope="module")
def deployed() -> Iterator[Checkout]:
    with checkout("dev") as made:
        path = made.folder / "environments" / "dev.tfvars"
        kept = re.sub(r"\ndatabase_ha = \{\n(.*\n)*?\}\n", "", path.read_text(encoding="utf-8"))
        path.write_text(kept + BLOCK, encoding="utf-8")
        # Nothing is deployed yet that the instance's place in the manifest could stand for.
        succeeded(made.holdfast("manifest", "remove", DATABASE_HA, "--environment", "dev"))
        succeeded(made.holdfast("local", "up"))
        succeeded(made.in_local_shell(f"npx cdktf deploy {DATABASE_HA} --auto-approve"))
        succeeded(holdfast(made, f"outputs {DATABASE_HA}"))
        yield made


def cluster(made: Checkout) -> dict[str, Any]:
    (found,) = made.client("rds").describe_db_clusters(DBClusterIdentifier="ha-postgres-dev")["DBClusters"]
    return dict(found)


def members(made: Checkout) -> dict[str, dict[str, Any]]:
    found = made.client("rds").describe_db_instances()["DBInstances"]
    return {one["DBInstanceIdentifier"]: one for one in found}


def writer(made: Checkout) -> str:
    (found,) = [one for one in cluster(made)["DBClusterMembers"] if one["IsClusterWriter"]]
    return str(found["DBInstanceIdentifier"])


def plan(made: Checkout) -> str:
    """A plan that finds nothing to change; else what it finds."""
    done = made.terraform("plan -detailed-exitcode -input=false -no-color", DATABASE_HA)
    _, _, changes = done.stdout.partition("Terraform used the selected providers")
    return "" if done.returncode == 0 else f"{changes}{done.stderr}" or done.stdout


def test_a_second_plan_is_empty(deployed: Checkout) -> None:
    assert plan(deployed) == ""


def test_a_writer_and_two_readers_are_in_three_zones_behind_two_endpoints(deployed: Checkout) -> None:
    found, three = cluster(deployed), members(deployed)
    assert {one["DBInstanceIdentifier"] for one in found["DBClusterMembers"]} == set(three)
    assert {one["AvailabilityZone"] for one in three.values()} == ZONES
    assert {one["DBInstanceClass"] for one in three.values()} == {"db.m6gd.large"}
    assert (found["MultiAZ"], found["StorageType"], found["Iops"]) == (True, "gp3", 3000)
    assert deployed.outputs["database_endpoint"] == f"{found['Endpoint']}:5432"
    assert deployed.outputs["database_reader_endpoint"] == f"{found['ReaderEndpoint']}:5432"


def test_it_is_as_closed_and_as_observed_as_an_instance(deployed: Checkout) -> None:
    found = cluster(deployed)
    assert (found["StorageEncrypted"], found["KmsKeyId"]) == (True, deployed.outputs["key_arns_database"])
    assert found["PerformanceInsightsKMSKeyId"] == deployed.outputs["key_arns_database"]
    assert found["MonitoringInterval"] == 60
    assert found["IAMDatabaseAuthenticationEnabled"] is True
    assert found["BackupRetentionPeriod"] == 35
    (group,) = found["VpcSecurityGroups"]
    assert group["VpcSecurityGroupId"] == deployed.outputs["database_security_group_id"]
    names = {
        one["logGroupName"]
        for one in deployed.client("logs").describe_log_groups(logGroupNamePrefix="/aws/rds/")["logGroups"]
        if one["kmsKeyId"] == deployed.outputs["key_arns_logs"]
    }
    assert names == {f"/aws/rds/cluster/ha-postgres-dev/{log}" for log in ("postgresql", "upgrade")}


def test_each_of_the_three_has_its_alarms(deployed: Checkout) -> None:
    found = deployed.client("cloudwatch").describe_alarms(AlarmNamePrefix="ha-")
    watched: dict[str, set[str]] = {}
    for alarm in found["MetricAlarms"]:
        for dimension in alarm["Dimensions"]:
            if dimension["Name"] == "DBInstanceIdentifier":
                watched.setdefault(dimension["Value"], set()).add(alarm["MetricName"])
    metrics = {"CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "ReadLatency", "WriteLatency"}
    assert watched == dict.fromkeys(members(deployed), metrics | {"ReplicaLag"})
    subscriptions = deployed.client("rds").describe_event_subscriptions()["EventSubscriptionsList"]
    sources = {one["SourceType"]: set(one.get("SourceIdsList") or ()) for one in subscriptions}
    assert sources["db-cluster"] == {"ha-postgres-dev"}
    assert sources["db-instance"] == set(members(deployed))


def test_its_backups_are_snapshots_alone_and_tried(deployed: Checkout) -> None:
    backup, plan_id = deployed.client("backup"), deployed.outputs["backup_plan_id"]
    rules = backup.get_backup_plan(BackupPlanId=plan_id)["BackupPlan"]["Rules"]
    assert {rule["RuleName"]: rule["EnableContinuousBackup"] for rule in rules} == {
        "daily": False,
        "long-term": False,
    }
    (chosen,) = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    selection = backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=chosen["SelectionId"])
    assert selection["BackupSelection"]["Resources"] == [cluster(deployed)["DBClusterArn"]]
    assert len(backup.list_restore_testing_plans()["RestoreTestingPlans"]) == 1


def test_its_snapshot_gets_to_the_bucket(deployed: Checkout) -> None:
    called = deployed.client("lambda").invoke(FunctionName="ha-snapshot-export-dev", Payload=b"{}")
    assert "FunctionError" not in called, called["Payload"].read()
    (task,) = deployed.client("rds").describe_export_tasks()["ExportTasks"]
    assert ":cluster-snapshot:rds:ha-postgres-dev-" in task["SourceArn"]
    (found,) = deployed.client("s3").list_objects_v2(Bucket=deployed.outputs["bucket_name"])["Contents"]
    assert found["Key"].startswith(f"ha-postgres-dev/{task['ExportTaskIdentifier']}/")


def test_its_credentials_rotate_and_log_in(deployed: Checkout) -> None:
    succeeded(holdfast(deployed, f"rotate {DATABASE_HA}"))
    checked = succeeded(holdfast(deployed, f"credentials check {DATABASE_HA}"))
    assert f"AWSCURRENT logs in as dbadmin at {cluster(deployed)['Endpoint']}" in " ".join(checked.split())


def test_a_failover_makes_a_reader_the_writer_and_terraform_sees_no_change(deployed: Checkout) -> None:
    before = writer(deployed)
    deployed.client("rds").failover_db_cluster(DBClusterIdentifier="ha-postgres-dev")
    assert writer(deployed) != before
    succeeded(holdfast(deployed, f"credentials check {DATABASE_HA}"))
    assert plan(deployed) == ""


def test_it_is_restored_by_rds_and_taken_over_by_terraform(deployed: Checkout) -> None:
    """As docs/runbook.md has it: rename, forget, restore, import; the plan then changes in place."""
    rds, before = deployed.client("rds"), cluster(deployed)
    rds.modify_db_cluster(
        DBClusterIdentifier="ha-postgres-dev",
        NewDBClusterIdentifier="ha-postgres-dev-before",
        ApplyImmediately=True,
    )
    listed = succeeded(deployed.terraform("state list", DATABASE_HA)).split()
    (address,) = [found for found in listed if found.startswith("aws_rds_cluster.")]
    succeeded(deployed.terraform(f"state rm {address}", DATABASE_HA))
    rds.restore_db_cluster_to_point_in_time(
        DBClusterIdentifier="ha-postgres-dev",
        SourceDBClusterIdentifier="ha-postgres-dev-before",
        UseLatestRestorableTime=True,
        DBClusterInstanceClass="db.m6gd.large",
        StorageType="gp3",
        Iops=3000,
        DBSubnetGroupName=before["DBSubnetGroup"],
        DBClusterParameterGroupName=before["DBClusterParameterGroup"],
        VpcSecurityGroupIds=[deployed.outputs["database_security_group_id"]],
        KmsKeyId=before["KmsKeyId"],
    )
    succeeded(deployed.terraform(f"import -input=false {address} ha-postgres-dev", DATABASE_HA))
    applied = succeeded(deployed.terraform("apply -auto-approve -input=false -no-color", DATABASE_HA))
    assert "must be replaced" not in applied
    assert re.search(r"Resources: 0 added, \d+ changed, 0 destroyed", applied)
    assert plan(deployed) == ""
    rds.delete_db_cluster(DBClusterIdentifier="ha-postgres-dev-before", SkipFinalSnapshot=True)
    succeeded(holdfast(deployed, f"credentials check {DATABASE_HA}"))


def test_it_is_destroyed_and_nothing_is_left(deployed: Checkout) -> None:
    succeeded(deployed.in_local_shell(f"npx cdktf destroy {DATABASE_HA} --auto-approve"))
    assert succeeded(deployed.terraform("state list", DATABASE_HA)).split() == []
    rds = deployed.client("rds")
    assert rds.describe_db_clusters()["DBClusters"] == []
    assert members(deployed) == {}
    assert rds.describe_db_cluster_snapshots()["DBClusterSnapshots"] == []
    assert deployed.client("s3").list_buckets()["Buckets"] == []
    assert deployed.client("cloudwatch").describe_alarms(AlarmNamePrefix="ha-")["MetricAlarms"] == []
