"""database-ha in a VPC that is there already, ephemeral, with all options; resized, switched to green, taken over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.docs import runbook
from tests.system import database_ha
from tests.system.checkout import DATABASE_HA, Checkout, succeeded
from tests.system.database_ha import ISOLATED, Existing, instance, names, write
from tests.system.fixtures import checkout, holdfast

pytestmark = [
    pytest.mark.deployed,
    pytest.mark.terraform,
    pytest.mark.server,
]

NAME = "ha-postgres-dev"
SECOND = "eu-central-1"

BLOCK = """
database_ha = {
  network  = { vpc_id = "%s" }
  database = {
    replica = { lag_seconds = 30 }
    DATABASE
  }
  credentials   = { source = "created" }
  backup        = { hourly_retention_days = 2 }
  second_region = { region = "eu-central-1", automated_backup_days = 14 }
}
"""
FIRST = 'engine_version = "15.17"'
LARGER = """engine_version = "15.18"
    instance_class    = "db.m6g.large"
    storage_gb        = 120
    apply_immediately = true
    parameters        = { "rds.logical_replication" = "1" }"""
NEXT = LARGER.replace('"15.18"', '"16"')


def block(database: str) -> str:
    return BLOCK.replace("DATABASE", database)


@pytest.fixture(scope="module")
def existing() -> Iterator[Existing]:
    with checkout("dev") as made:
        succeeded(made.holdfast("local", "up"))
        there = Existing(made, block(FIRST))
        database_ha.deploy(made)
        yield there


@pytest.fixture
def deployed(existing: Existing) -> Checkout:
    return existing.checkout


def test_a_second_plan_is_empty(deployed: Checkout) -> None:
    assert "No changes" in database_ha.cdktf(deployed, "diff")


def test_nothing_is_added_to_the_network(existing: Existing) -> None:
    ec2 = existing.checkout.client("ec2")
    of_it = [{"Name": "vpc-id", "Values": [existing.vpc]}]
    assert existing.all_subnets() == set(existing.subnets.values())
    assert ec2.describe_nat_gateways(Filter=of_it)["NatGateways"] == []
    assert ec2.describe_vpc_endpoints(Filters=of_it)["VpcEndpoints"] == []
    assert existing.checkout.outputs["vpc_id"] == existing.vpc


def test_it_lies_in_the_isolated_subnets_and_where_there_is_none_in_a_private_one(existing: Existing) -> None:
    group = instance(existing.checkout, NAME)["DBSubnetGroup"]
    wanted = {existing.subnets["isolated", zone] for zone in ISOLATED}
    wanted.add(existing.subnets["private", "eu-central-2c"])
    assert {subnet["SubnetIdentifier"] for subnet in group["Subnets"]} == wanted


def test_the_private_subnets_reach_it(existing: Existing) -> None:
    made = existing.checkout
    rules = made.client("ec2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [made.outputs["database_security_group_id"]]}]
    )["SecurityGroupRules"]
    blocks = {rule["CidrIpv4"] for rule in rules if rule.get("CidrIpv4")}
    assert blocks == {f"10.99.{index}.0/24" for index in range(3)}
    assert not [rule for rule in rules if rule["IsEgress"]]


def test_the_read_replica_follows_it(deployed: Checkout) -> None:
    replica, source = instance(deployed, f"{NAME}-replica"), instance(deployed, NAME)
    assert replica["ReadReplicaSourceDBInstanceIdentifier"] == "ha-postgres-dev"
    assert source["ReadReplicaDBInstanceIdentifiers"] == ["ha-postgres-dev-replica"]
    assert replica["StorageEncrypted"] is True
    assert deployed.outputs["replica_endpoint"].endswith(":5432")
    (alarm,) = deployed.client("cloudwatch").describe_alarms(AlarmNames=["ha-replica-lag-dev"])[
        "MetricAlarms"
    ]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ReplicaLag", 30)


def test_its_automated_backups_are_in_the_second_region_too(deployed: Checkout) -> None:
    (found,) = deployed.client("rds", SECOND).describe_db_instance_automated_backups()[
        "DBInstanceAutomatedBackups"
    ]
    assert found["DBInstanceArn"] == deployed.outputs["database_arn"]
    assert found["BackupRetentionPeriod"] == 14
    assert f":{SECOND}:" in found["KmsKeyId"]


def test_its_recovery_points_are_copied_there(deployed: Checkout) -> None:
    vault = deployed.client("backup", SECOND).describe_backup_vault(BackupVaultName="ha-backup-vault-dev")
    assert f":{SECOND}:" in vault["EncryptionKeyArn"]
    plan = deployed.client("backup").get_backup_plan(BackupPlanId=deployed.outputs["backup_plan_id"])[
        "BackupPlan"
    ]
    copied = {
        rule["RuleName"]: {copy["DestinationBackupVaultArn"] for copy in rule.get("CopyActions") or []}
        for rule in plan["Rules"]
    }
    arn = vault["BackupVaultArn"]
    assert copied == {"continuous": set(), "daily": {arn}, "hourly": {arn}, "long-term": {arn}}


def test_nothing_that_it_holds_is_protected(deployed: Checkout) -> None:
    assert instance(deployed, NAME)["DeletionProtection"] is False
    vault = deployed.client("backup").describe_backup_vault(
        BackupVaultName=deployed.outputs["backup_vault_name"]
    )
    assert vault.get("Locked", False) is False


def test_the_secret_that_was_created_opens_it(deployed: Checkout) -> None:
    succeeded(holdfast(deployed, f"credentials check {DATABASE_HA}"))


def test_it_is_resized_and_gets_a_minor_version_in_place(existing: Existing) -> None:
    made = existing.checkout
    before = instance(made, NAME)
    write(made, "kept")
    existing.describe(block(LARGER))
    succeeded(holdfast(made, f"deploy {DATABASE_HA} --auto-approve"))
    after = instance(made, NAME)
    assert after["DbiResourceId"] == before["DbiResourceId"]
    assert (before["DBInstanceClass"], after["DBInstanceClass"]) == ("db.t3.medium", "db.m6g.large")
    assert (before["AllocatedStorage"], after["AllocatedStorage"]) == (100, 120)
    assert (before["EngineVersion"], after["EngineVersion"]) == ("15.17", "15.18")
    assert names(made) == ["kept"]
    assert database_ha.changes(made) == ""


def test_the_green_side_takes_over_with_the_data_and_terraform_takes_it(existing: Existing) -> None:
    made = existing.checkout
    old = instance(made, NAME)
    _, _, _, unprotect_replica, no_replica, no_backups, *_ = runbook.commands("Restore")
    _, create, look, switch, no_deployment, unprotect, delete, restart = runbook.commands(
        "Upgrade the engine"
    )
    for command in (restart, unprotect_replica, no_replica, no_backups):
        database_ha.aws(made, command)
    green = database_ha.aws(made, create)["BlueGreenDeployment"]["BlueGreenDeploymentIdentifier"]
    assert database_ha.aws(made, look, blue_green_deployment_identifier=green)[0] == "AVAILABLE"
    write(made, "meanwhile")
    database_ha.aws(made, switch, blue_green_deployment_identifier=green)
    new = instance(made, NAME)
    assert new["DbiResourceId"] != old["DbiResourceId"]
    assert names(made) == ["kept", "meanwhile"]

    existing.describe(block(NEXT))
    succeeded(made.in_local_shell(f".venv/bin/python main.py {DATABASE_HA}"))
    for command in runbook.commands("Upgrade the engine", "tf"):
        database_ha.terraform(made, command)
    planned = succeeded(made.terraform("plan -input=false -no-color", DATABASE_HA))
    replaced = re.findall(r"# (\S+) must be replaced", planned)
    assert [address for address in replaced if "parameters" not in address] == []
    assert "will be updated in-place" in planned.partition("# aws_db_instance.database_instance_D7FC2283")[2]

    database_ha.aws(made, no_deployment, blue_green_deployment_identifier=green)
    database_ha.aws(made, unprotect)
    database_ha.aws(made, delete)


def test_a_database_that_is_there_is_taken_over(deployed: Checkout) -> None:
    """It and its key are imported as if Terraform had never known them; nothing of them is replaced."""
    before = instance(deployed, NAME)
    key = before["KmsKeyId"].rpartition("/")[2]
    init, of_the_key, of_the_database = runbook.commands("Take over a database", "tf")
    for command in (of_the_key, of_the_database):
        database_ha.terraform(deployed, f"tf state rm {command.split()[2]}")
    database_ha.terraform(deployed, init)
    database_ha.terraform(deployed, re.sub(r"\S+$", key, of_the_key))
    database_ha.terraform(deployed, of_the_database)
    planned = succeeded(deployed.terraform("plan -input=false -no-color", DATABASE_HA))
    replaced = re.findall(r"# (\S+) must be replaced", planned)
    assert [address for address in replaced if "parameters" not in address] == []
    assert instance(deployed, NAME)["DbiResourceId"] == before["DbiResourceId"]


def test_it_is_destroyed_and_the_network_stays(existing: Existing) -> None:
    made = existing.checkout
    database_ha.cdktf(made, "destroy")
    assert database_ha.addresses(made) == []
    assert made.client("rds").describe_db_instances()["DBInstances"] == []
    assert made.client("s3").list_buckets()["Buckets"] == []
    vpcs = {vpc["VpcId"] for vpc in made.client("ec2").describe_vpcs()["Vpcs"]}
    assert existing.vpc in vpcs
    kept = made.client("rds", SECOND).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert kept == [], json.dumps(kept, default=str)
