"""The AWS commands of the runbook are run as they are printed, and the data in PostgreSQL is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests import aws_cli
from tests.docs import runbook
from tests.localcloud.leftovers import delete_databases
from tests.localcloud.server import REGION, Server, start, stop
from tests.localcloud.test_postgres import create, describe
from tests.localcloud.test_rds_blue_green import replicating
from tests.localcloud.test_rds_snapshots import names, write

pytestmark = pytest.mark.server

SECOND = "eu-central-1"
NAME = "ha-postgres-dev"
VAULT = "ha-backup-vault-dev"
ROLE = "arn:aws:iam::123456789012:role/ha-backup-dev"
PLACES = {REGION: "dev", SECOND: "away"}
TRIED = {
    "Restore",
    "Beside the database",
    "In the second region",
    "Fail over",
    "Resize",
    "Upgrade the engine",
    "Rotate keys and passwords",
}

ELSEWHERE = {"A Multi-AZ cluster"}
"""Tried with a deployed system: ``tests/system/test_database_ha_cluster.py``."""


class World:
    """A local AWS with what the commands name."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.key = ""
        for region, suffix in PLACES.items():
            key = self._key(f"alias/ha-rds-{suffix}", region)
            self.key = self.key or key
            server.client("backup", region).create_backup_vault(
                BackupVaultName=VAULT, EncryptionKeyArn=self._key("alias/ha-backups-dev", region)
            )
            self._subnets(f"ha-database-{suffix}-0123", region)

    def run(self, printed: str, **actual: str) -> Any:
        """Run a command of the page.

        Args:
            printed: the command.
            actual: by the name of an option, with underscores, a value in place of the page's example.
        """
        command = printed
        for name, value in actual.items():
            option = f"--{name.replace('_', '-')}"
            command, found = re.subn(rf"{option} \S+", f"{option} {value}", command)
            assert found == 1, f"{printed} has no {option}"
        return aws_cli.run(command, self.server.client)

    def instances(self, region: str = REGION) -> dict[str, dict[str, Any]]:
        found = self.server.client("rds", region).describe_db_instances()["DBInstances"]
        return {instance["DBInstanceIdentifier"]: instance for instance in found}

    def names(self, name: str, region: str = REGION) -> list[str]:
        """The rows of a database."""
        return names(self.server, self.instances(region)[name])

    def empty(self) -> None:
        """Delete what a test has left."""
        for region in PLACES:
            backup = self.server.client("backup", region)
            for point in backup.list_recovery_points_by_backup_vault(BackupVaultName=VAULT)["RecoveryPoints"]:
                backup.delete_recovery_point(
                    BackupVaultName=VAULT, RecoveryPointArn=point["RecoveryPointArn"]
                )
        delete_databases(self.server, SECOND)

    def _key(self, alias: str, region: str) -> str:
        kms = self.server.client("kms", region)
        key = kms.create_key()["KeyMetadata"]
        kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
        return str(key["Arn"])

    def _subnets(self, name: str, region: str) -> None:
        ec2 = self.server.client("ec2", region)
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"{region}{zone}")
            for index, zone in enumerate("abc")
        ]
        self.server.client("rds", region).create_db_subnet_group(
            DBSubnetGroupName=name,
            DBSubnetGroupDescription=name,
            SubnetIds=[subnet["Subnet"]["SubnetId"] for subnet in subnets],
        )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Its own: the commands list what there is."""
    server = start(tmp_path_factory.mktemp("runbook"))
    yield World(server)
    stop(server)


@pytest.fixture
def database(world: World) -> Iterator[dict[str, Any]]:
    """The database of a regulated system, with one row."""
    made = create(
        world.server,
        DBInstanceIdentifier=NAME,
        EngineVersion="15.14",
        DBParameterGroupName=replicating(world.server),
        DBSubnetGroupName="ha-database-dev-0123",
        DeletionProtection=True,
        KmsKeyId=world.key,
        MultiAZ=True,
        StorageEncrypted=True,
    )
    write(world.server, made, "first")
    yield made
    world.empty()


def test_restore(world: World, database: dict[str, Any]) -> None:
    rds, away = world.server.client("rds"), world.server.client("rds", SECOND)
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier=f"{NAME}-replica", SourceDBInstanceIdentifier=NAME, DeletionProtection=True
    )
    away.start_db_instance_automated_backups_replication(SourceDBInstanceArn=database["DBInstanceArn"])
    latest, snapshots, points, unprotect_replica, no_replica, no_backups, aside, unprotect, delete = (
        runbook.commands("Restore")
    )
    assert world.run(latest)
    (snapshot,) = world.run(snapshots)["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"].startswith(f"rds:{NAME}-")
    assert world.run(points)["RecoveryPoints"] == []
    world.run(unprotect_replica)
    world.run(no_replica)
    world.run(no_backups)
    assert away.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"] == []
    world.run(aside)
    assert list(world.instances()) == [f"{NAME}-before"]
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=f"{NAME}-before",
        TargetDBInstanceIdentifier=NAME,
        UseLatestRestorableTime=True,
    )
    assert world.names(NAME) == ["first"]
    world.run(unprotect)
    world.run(delete)
    assert list(world.instances()) == [NAME]
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=f"{NAME}-before-last")["DBSnapshots"]


def test_beside_the_database(world: World, database: dict[str, Any]) -> None:
    backup, found, metadata, restore, job, delete = runbook.commands("Beside the database")
    world.run(backup)
    write(world.server, database, "later")
    (point,) = world.run(found)
    assert world.run(metadata, recovery_point_arn=point)["RestoreMetadata"]["DBInstanceIdentifier"] == NAME
    started = world.run(restore, recovery_point_arn=point)["RestoreJobId"]
    assert world.run(job, restore_job_id=started)["Status"] == "COMPLETED"
    beside = world.instances()[f"{NAME}-beside"]
    assert (beside["DBSubnetGroup"]["DBSubnetGroupName"], beside["KmsKeyId"]) == (
        "ha-database-dev-0123",
        world.key,
    )
    assert world.names(f"{NAME}-beside") == ["first"]
    world.run(delete)
    assert list(world.instances()) == [NAME]


@pytest.mark.parametrize("way", ["a replicated backup", "a copied recovery point"])
def test_in_the_second_region(world: World, database: dict[str, Any], way: str) -> None:
    backups, to_time, points, restore, snapshot, copy = runbook.commands("In the second region")
    away = world.server.client("rds", SECOND)
    if way == "a replicated backup":
        key = world.server.client("kms", SECOND).create_key()["KeyMetadata"]["Arn"]
        away.start_db_instance_automated_backups_replication(
            SourceDBInstanceArn=database["DBInstanceArn"], KmsKeyId=key
        )
        (backup,) = world.run(backups)
        world.run(to_time, source_db_instance_automated_backups_arn=backup)
        away.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=database["DBInstanceArn"])
    else:
        here, there = world.server.client("backup"), world.server.client("backup", SECOND)
        made = here.start_backup_job(
            BackupVaultName=VAULT, ResourceArn=database["DBInstanceArn"], IamRoleArn=ROLE
        )
        here.start_copy_job(
            RecoveryPointArn=made["RecoveryPointArn"],
            SourceBackupVaultName=VAULT,
            DestinationBackupVaultArn=there.describe_backup_vault(BackupVaultName=VAULT)["BackupVaultArn"],
            IamRoleArn=ROLE,
        )
        (point,) = world.run(points)["RecoveryPoints"]
        world.run(restore, recovery_point_arn=point["RecoveryPointArn"])
    rescued = world.instances(SECOND)["ha-postgres-rescued"]
    assert rescued["DBSubnetGroup"]["DBSubnetGroupName"] == "ha-database-away-0123"
    world.run(snapshot)
    world.run(copy)
    away.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="ha-postgres-away", DBSnapshotIdentifier="ha-postgres-away"
    )
    ours = world.server.client("kms", SECOND).describe_key(KeyId="alias/ha-rds-away")["KeyMetadata"]["Arn"]
    assert world.instances(SECOND)["ha-postgres-away"]["KmsKeyId"] == ours != rescued["KmsKeyId"]
    assert world.names("ha-postgres-away", SECOND) == ["first"]


def test_fail_over(world: World, database: dict[str, Any]) -> None:
    reboot, zones = runbook.commands("Fail over")
    world.run(reboot)
    assert world.run(zones) == [database["SecondaryAvailabilityZone"], database["AvailabilityZone"]]
    assert world.names(NAME) == ["first"]


@pytest.mark.usefixtures("database")
def test_resize(world: World) -> None:
    (reboot,) = runbook.commands("Resize")
    world.run(reboot)
    assert world.names(NAME) == ["first"]


def test_upgrade_the_engine(world: World, database: dict[str, Any]) -> None:
    snapshot, create_green, look, switch, no_deployment, unprotect, delete, restart = runbook.commands(
        "Upgrade the engine"
    )
    world.run(snapshot)
    world.run(restart)
    made = world.run(create_green)["BlueGreenDeployment"]["BlueGreenDeploymentIdentifier"]
    status, target = world.run(look, blue_green_deployment_identifier=made)
    assert (status, f":db:{NAME}-green-" in target) == ("AVAILABLE", True)
    write(world.server, database, "meanwhile")
    world.run(switch, blue_green_deployment_identifier=made)
    assert sorted(world.instances()) == [NAME, f"{NAME}-old1"]
    assert world.instances()[NAME]["EngineVersion"].startswith("16.")
    assert world.names(NAME) == ["first", "meanwhile"]
    world.run(no_deployment, blue_green_deployment_identifier=made)
    world.run(unprotect)
    world.run(delete)
    assert list(world.instances()) == [NAME]


@pytest.mark.usefixtures("database")
def test_rotate_keys(world: World) -> None:
    which, rotate, rotations, snapshot, copy = runbook.commands("Rotate keys and passwords")
    key = world.run(which)
    assert world.key.endswith(f"key/{key}")
    world.run(rotate, key_id=key)
    (rotation,) = world.run(rotations, key_id=key)["Rotations"]
    assert rotation["RotationType"] == "ON_DEMAND"
    world.run(snapshot)
    world.run(copy)
    rds = world.server.client("rds")
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="copied", DBSnapshotIdentifier=f"{NAME}-new-key"
    )
    assert describe(world.server, "copied")["KmsKeyId"] == world.key
    assert world.names("copied") == ["first"]


def test_every_section_with_commands_is_tried() -> None:
    headings = re.findall(r"^#+ (.+)$", runbook.PAGE.text, re.MULTILINE)
    assert {heading for heading in headings if runbook.commands(heading)} == TRIED | ELSEWHERE
