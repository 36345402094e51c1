"""database-ha in a VPC that is there, regulated: restored from a snapshot, resized and upgraded in place, destroyed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.docs import runbook
from tests.system import database_ha
from tests.system.checkout import DATABASE_HA, Checkout, succeeded
from tests.system.database_ha import Existing, instance, names, write
from tests.system.fixtures import checkout, holdfast

pytestmark = [
    pytest.mark.deployed,
    pytest.mark.terraform,
    pytest.mark.server,
]

NAME = "ha-postgres-prod"
BLOCK = """
database_ha = {
  network  = { vpc_id = "%s" }
  database = {
    DATABASE
  }
}
"""
FIRST = "performance_insights_retention_days = 372"
RESTORED = f'{FIRST}\n    restore = {{ snapshot = "{NAME}-before-16" }}'
LARGER = f"""{FIRST}
    instance_class              = "db.m6g.large"
    storage_gb                  = 120
    engine_version              = "16"
    allow_major_version_upgrade = true
    apply_immediately           = true"""


def block(database: str) -> str:
    return BLOCK.replace("DATABASE", database)


@pytest.fixture(scope="module")
def existing() -> Iterator[Existing]:
    with checkout("prod") as made:
        succeeded(made.holdfast("local", "up"))
        there = Existing(made, block(FIRST))
        succeeded(holdfast(made, f"secret create {DATABASE_HA}"))
        database_ha.deploy(made)
        yield there


@pytest.fixture
def deployed(existing: Existing) -> Checkout:
    return existing.checkout


def test_a_second_plan_is_empty(deployed: Checkout) -> None:
    assert database_ha.changes(deployed) == ""
    assert instance(deployed, NAME)["EngineVersion"].startswith("15.")


def test_nothing_is_added_to_the_network(existing: Existing) -> None:
    assert existing.all_subnets() == set(existing.subnets.values())


def test_it_is_restored_from_a_snapshot_with_its_data(existing: Existing) -> None:
    made = existing.checkout
    old = instance(made, NAME)
    write(made, "kept")
    snapshot, *_ = runbook.commands("Upgrade the engine")
    database_ha.aws(made, snapshot)
    write(made, "lost")
    # The password of the snapshot is none of the secret's any more.
    succeeded(holdfast(made, f"rotate {DATABASE_HA}"))
    database_ha.put_aside(made)
    existing.describe(block(RESTORED))
    database_ha.deploy(made)
    restored = instance(made, NAME)
    assert restored["DbiResourceId"] != old["DbiResourceId"]
    assert restored["KmsKeyId"] == old["KmsKeyId"] == made.outputs["key_arns_database"]
    assert names(made) == ["kept"]
    assert names(made, f"{NAME}-before") == ["kept", "lost"]
    assert database_ha.changes(made) == ""


def test_the_secret_opens_what_was_restored(deployed: Checkout) -> None:
    succeeded(holdfast(deployed, f"credentials check {DATABASE_HA}"))
    database_ha.tidy_up(deployed)


def test_terraform_refuses_to_destroy_it_before_anything_is_gone(deployed: Checkout) -> None:
    before = database_ha.addresses(deployed)
    refused = deployed.in_local_shell(f"npx cdktf destroy {DATABASE_HA} --auto-approve")
    assert refused.returncode != 0
    assert "destroying-it-needs-HOLDFAST_REMOVAL-allow" in refused.stdout + refused.stderr
    assert database_ha.addresses(deployed) == before


def test_it_is_resized_and_upgraded_in_place(existing: Existing) -> None:
    made = existing.checkout
    before = instance(made, NAME)
    existing.describe(block(LARGER))
    # The protection is lifted with the same deployment: each of them waits for minutes.
    database_ha.deploy(made, removal=True)
    after = instance(made, NAME)
    assert after["DbiResourceId"] == before["DbiResourceId"]
    assert (before["DBInstanceClass"], after["DBInstanceClass"]) == ("db.t3.medium", "db.m6g.large")
    assert (before["AllocatedStorage"], after["AllocatedStorage"]) == (100, 120)
    assert (before["EngineVersion"][:3], after["EngineVersion"][:3]) == ("15.", "16.")
    (group,) = after["DBParameterGroups"]
    assert group["DBParameterGroupName"].startswith("ha-postgres16-prod-")
    assert names(made) == ["kept"]
    assert database_ha.changes(made) == ""


def test_it_is_destroyed_when_it_is_told_to(existing: Existing) -> None:
    made = existing.checkout
    database_ha.cdktf(made, "destroy", removal=True)
    assert database_ha.addresses(made) == []
    rds = made.client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=f"{NAME}-final")["DBSnapshots"]
    assert existing.vpc in {vpc["VpcId"] for vpc in made.client("ec2").describe_vpcs()["Vpcs"]}
