"""database-ha in a VPC that is there already, ephemeral, with all options; and taken over by import."""

from __future__ import annotations

import json
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

SECOND = "eu-central-1"
ISOLATED = ("eu-central-2a", "eu-central-2b")
"""Zones that have an isolated subnet; the third one has a private one only."""

BLOCK = """
database_ha = {
  network  = { vpc_id = "%s" }
  database = { replica = { lag_seconds = 30 } }
  credentials   = { source = "created" }
  backup        = { hourly_retention_days = 2 }
  second_region = { region = "eu-central-1", automated_backup_days = 14 }
}
"""


def subnets(made: Checkout, vpc: str) -> dict[tuple[str, str], str]:
    """Subnets as another team tagged them, by tier and zone."""
    ec2 = made.client("ec2")
    places = [("private", f"eu-central-2{letter}") for letter in "abc"] + [
        ("isolated", zone) for zone in ISOLATED
    ]
    found = {}
    for index, (tier, zone) in enumerate(places):
        made_subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.99.{index}.0/24", AvailabilityZone=zone)[
            "Subnet"
        ]
        ec2.create_tags(Resources=[made_subnet["SubnetId"]], Tags=[{"Key": "Tier", "Value": tier}])
        found[tier, zone] = made_subnet["SubnetId"]
    return found


class Existing:
    """The checkout, and the VPC that was there before."""

    def __init__(self, made: Checkout) -> None:
        self.checkout = made
        self.vpc: str = made.client("ec2").create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
        self.subnets = subnets(made, self.vpc)
        self.describe()

    def describe(self) -> None:
        """Write the system's block of the environment's file."""
        path = self.checkout.folder / "environments" / "dev.tfvars"
        text = path.read_text(encoding="utf-8")
        kept = re.sub(r"\n(# A second system.*\n)?database_ha = \{\n(.*\n)*?\}\n", "", text)
        path.write_text(kept + BLOCK % self.vpc, encoding="utf-8")
        # It is another system than the one of the manifest: nothing is deployed yet that could be lost.
        succeeded(self.checkout.holdfast("manifest", "remove", DATABASE_HA, "--environment", "dev"))

    def deploy(self) -> None:
        succeeded(holdfast(self.checkout, f"deploy {DATABASE_HA} --auto-approve"))

    def plan(self) -> str:
        """A plan that finds nothing to change; else what it finds."""
        done = self.checkout.terraform("plan -detailed-exitcode -input=false -no-color", DATABASE_HA)
        _, _, changes = done.stdout.partition("Terraform used the selected providers")
        return "" if done.returncode == 0 else f"{changes}{done.stderr}" or done.stdout


@pytest.fixture(scope="module")
def existing() -> Iterator[Existing]:
    with checkout("dev") as made:
        succeeded(made.holdfast("local", "up"))
        there = Existing(made)
        there.deploy()
        yield there


@pytest.fixture
def deployed(existing: Existing) -> Checkout:
    return existing.checkout


def instance(made: Checkout, name: str = "ha-postgres-dev") -> dict[str, Any]:
    (found,) = made.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(found)


def test_a_second_plan_is_empty(existing: Existing) -> None:
    assert existing.plan() == ""


def test_nothing_is_added_to_the_network(existing: Existing) -> None:
    ec2 = existing.checkout.client("ec2")
    of_it = [{"Name": "vpc-id", "Values": [existing.vpc]}]
    assert len(ec2.describe_subnets(Filters=of_it)["Subnets"]) == len(existing.subnets)
    assert ec2.describe_nat_gateways(Filter=of_it)["NatGateways"] == []
    assert ec2.describe_vpc_endpoints(Filters=of_it)["VpcEndpoints"] == []
    assert existing.checkout.outputs["vpc_id"] == existing.vpc


def test_it_lies_in_the_isolated_subnets_and_where_there_is_none_in_a_private_one(existing: Existing) -> None:
    group = instance(existing.checkout)["DBSubnetGroup"]
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
    replica, source = instance(deployed, "ha-postgres-dev-replica"), instance(deployed)
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
    assert instance(deployed)["DeletionProtection"] is False
    vault = deployed.client("backup").describe_backup_vault(
        BackupVaultName=deployed.outputs["backup_vault_name"]
    )
    assert vault.get("Locked", False) is False


def test_a_database_that_is_there_is_taken_over(existing: Existing) -> None:
    made, before = existing.checkout, instance(existing.checkout)["DbiResourceId"]
    (address,) = [
        found
        for found in succeeded(made.terraform("state list", DATABASE_HA)).split()
        if found.startswith("aws_db_instance.database_instance_")
    ]
    succeeded(made.terraform("state pull > before.tfstate", DATABASE_HA))
    succeeded(made.terraform(f"state rm {address}", DATABASE_HA))
    succeeded(made.terraform(f"import -input=false {address} ha-postgres-dev", DATABASE_HA))
    planned = succeeded(made.terraform("plan -input=false -no-color", DATABASE_HA))
    assert "must be replaced" not in planned
    assert re.search(r"Plan: 0 to add, \d+ to change, 0 to destroy", planned)
    assert instance(made)["DbiResourceId"] == before
    # The change in place is not made: it would take minutes.
    succeeded(made.terraform("state push -force before.tfstate", DATABASE_HA))
    assert existing.plan() == ""


def test_the_secret_that_was_created_opens_it(deployed: Checkout) -> None:
    succeeded(holdfast(deployed, f"credentials check --stack {DATABASE_HA}"))


def test_it_is_destroyed_and_the_network_stays(existing: Existing) -> None:
    made = existing.checkout
    succeeded(holdfast(made, f"destroy {DATABASE_HA} --auto-approve"))
    assert succeeded(made.terraform("state list", DATABASE_HA)).split() == []
    assert made.client("rds").describe_db_instances()["DBInstances"] == []
    assert made.client("s3").list_buckets()["Buckets"] == []
    vpcs = {vpc["VpcId"] for vpc in made.client("ec2").describe_vpcs()["Vpcs"]}
    assert existing.vpc in vpcs
    kept = made.client("rds", SECOND).describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert kept == [], json.dumps(kept, default=str)
