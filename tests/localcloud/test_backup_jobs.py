"""AWS Backup: jobs of an RDS instance make, copy and restore recovery points, with the data in them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.leftovers import delete_databases
from tests.localcloud.server import REGION, Server
from tests.localcloud.test_postgres import create
from tests.localcloud.test_rds_snapshots import names, write

pytestmark = pytest.mark.server

ROLE = "arn:aws:iam::123456789012:role/backup"
SECOND = "eu-central-1"


def vault(server: Server, region: str = REGION) -> str:
    name = f"vault-{uuid.uuid4().hex[:8]}"
    key = server.client("kms", region).create_key()["KeyMetadata"]["Arn"]
    server.client("backup", region).create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
    return name


def back_up(server: Server, resource: str, into: str) -> str:
    """Run a backup job to its end; gives the ARN of the recovery point."""
    backup = server.client("backup")
    job = backup.start_backup_job(BackupVaultName=into, ResourceArn=resource, IamRoleArn=ROLE)["BackupJobId"]
    done = backup.describe_backup_job(BackupJobId=job)
    assert (done["State"], done["ResourceArn"]) == ("COMPLETED", resource)
    return str(done["RecoveryPointArn"])


def restored(server: Server, point: str, metadata: dict[str, str], region: str = REGION) -> dict[str, Any]:
    backup, name = server.client("backup", region), f"restored-{uuid.uuid4().hex[:8]}"
    job = backup.start_restore_job(
        RecoveryPointArn=point, IamRoleArn=ROLE, Metadata={**metadata, "DBInstanceIdentifier": name}
    )["RestoreJobId"]
    done = backup.describe_restore_job(RestoreJobId=job)
    assert (done["Status"], done["CreatedResourceArn"].rpartition(":")[2]) == ("COMPLETED", name)
    found = server.client("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(found[0])


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(local_aws: Server) -> Iterator[None]:
    yield
    delete_databases(local_aws, SECOND)


@pytest.fixture(scope="module")
def database(local_aws: Server) -> dict[str, Any]:
    made = create(local_aws)
    write(local_aws, made, "kept")
    return made


@pytest.fixture(scope="module")
def place(local_aws: Server) -> str:
    return vault(local_aws)


@pytest.fixture(scope="module")
def point(local_aws: Server, database: dict[str, Any], place: str) -> str:
    return back_up(local_aws, database["DBInstanceArn"], place)


def test_a_recovery_point_is_found_where_it_was_put(
    local_aws: Server, database: dict[str, Any], place: str, point: str
) -> None:
    backup = local_aws.client("backup")
    (listed,) = backup.list_recovery_points_by_backup_vault(BackupVaultName=place)["RecoveryPoints"]
    of_it = backup.list_recovery_points_by_resource(ResourceArn=database["DBInstanceArn"])["RecoveryPoints"]
    described = backup.describe_recovery_point(BackupVaultName=place, RecoveryPointArn=point)
    assert {one["RecoveryPointArn"] for one in (listed, of_it[0], described)} == {point}
    assert (described["Status"], described["ResourceType"]) == ("COMPLETED", "RDS")
    held = {
        one["BackupVaultName"]: one["NumberOfRecoveryPoints"]
        for one in backup.list_backup_vaults()["BackupVaultList"]
    }
    assert held[place] == 1


def test_it_is_a_snapshot_of_rds_too(local_aws: Server, point: str) -> None:
    rds, name = local_aws.client("rds"), point.split(":", 6)[6]
    assert name.startswith("awsbackup:job-")
    for asked in ({"DBSnapshotIdentifier": name}, {"SnapshotType": "awsbackup"}):
        (found,) = rds.describe_db_snapshots(**asked)["DBSnapshots"]
        assert (found["DBSnapshotArn"], found["SnapshotType"]) == (point, "awsbackup")
    for given in (name, point):
        made = f"restored-{uuid.uuid4().hex[:8]}"
        restored_ = rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=made, DBSnapshotIdentifier=given
        )["DBInstance"]
        assert names(local_aws, restored_) == ["kept"]


def test_a_restore_job_makes_an_instance_with_its_data(
    local_aws: Server, database: dict[str, Any], place: str, point: str
) -> None:
    write(local_aws, database, "later")
    metadata = local_aws.client("backup").get_recovery_point_restore_metadata(
        BackupVaultName=place, RecoveryPointArn=point
    )["RestoreMetadata"]
    assert metadata["DBInstanceIdentifier"] == database["DBInstanceIdentifier"]
    made = restored(local_aws, point, {**metadata, "DBInstanceClass": "db.t3.small", "MultiAZ": "true"})
    assert (made["DBInstanceClass"], made["MultiAZ"]) == ("db.t3.small", True)
    assert names(local_aws, made) == ["kept"]


def test_a_copy_in_the_second_region_has_that_vaults_key_and_the_data(
    local_aws: Server, place: str, point: str
) -> None:
    there = local_aws.client("backup", SECOND)
    target = there.describe_backup_vault(BackupVaultName=vault(local_aws, SECOND))
    here = local_aws.client("backup")
    job = here.start_copy_job(
        RecoveryPointArn=point,
        SourceBackupVaultName=place,
        DestinationBackupVaultArn=target["BackupVaultArn"],
        IamRoleArn=ROLE,
    )["CopyJobId"]
    done = here.describe_copy_job(CopyJobId=job)["CopyJob"]
    assert done["State"] == "COMPLETED"
    (copied,) = there.list_recovery_points_by_backup_vault(BackupVaultName=target["BackupVaultName"])[
        "RecoveryPoints"
    ]
    assert copied["RecoveryPointArn"] == done["DestinationRecoveryPointArn"]
    assert f":{SECOND}:" in copied["RecoveryPointArn"]
    assert copied["EncryptionKeyArn"] == target["EncryptionKeyArn"]
    made = restored(local_aws, copied["RecoveryPointArn"], {"DBInstanceClass": "db.t3.small"}, SECOND)
    assert names(local_aws, made) == ["kept"]


def test_a_vault_is_not_deleted_before_what_it_holds(local_aws: Server, database: dict[str, Any]) -> None:
    backup, place = local_aws.client("backup"), vault(local_aws)
    made = back_up(local_aws, database["DBInstanceArn"], place)
    with pytest.raises(ClientError, match="contains recovery points"):
        backup.delete_backup_vault(BackupVaultName=place)
    backup.put_backup_vault_lock_configuration(BackupVaultName=place, MinRetentionDays=1)
    with pytest.raises(ClientError, match="is locked"):
        backup.delete_recovery_point(BackupVaultName=place, RecoveryPointArn=made)
    backup.delete_backup_vault_lock_configuration(BackupVaultName=place)
    backup.delete_recovery_point(BackupVaultName=place, RecoveryPointArn=made)
    backup.delete_backup_vault(BackupVaultName=place)
    with pytest.raises(ClientError, match="DBSnapshotNotFound"):
        local_aws.client("rds").describe_db_snapshots(DBSnapshotIdentifier=made.split(":", 6)[6])


def test_what_is_not_there_is_not_found(local_aws: Server, place: str) -> None:
    backup = local_aws.client("backup")
    calls: list[Callable[[], object]] = [
        lambda: backup.describe_backup_job(BackupJobId="none"),
        lambda: backup.describe_copy_job(CopyJobId="none"),
        lambda: backup.describe_restore_job(RestoreJobId="none"),
        lambda: backup.describe_recovery_point(BackupVaultName=place, RecoveryPointArn="arn:none"),
        lambda: backup.start_restore_job(RecoveryPointArn="arn:none", IamRoleArn=ROLE, Metadata={}),
    ]
    for call in calls:
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            call()


def test_other_resources_are_refused(local_aws: Server, place: str) -> None:
    with pytest.raises(ClientError, match="Only RDS instances"):
        back_up(local_aws, "arn:aws:elasticfilesystem:eu-central-2:123456789012:file-system/fs-1", place)


def test_an_instance_without_a_name_is_not_restored(local_aws: Server, point: str) -> None:
    with pytest.raises(ClientError, match="has no DBInstanceIdentifier"):
        local_aws.client("backup").start_restore_job(
            RecoveryPointArn=point, IamRoleArn=ROLE, Metadata={"MultiAZ": "false"}
        )


def test_still_missing_in_moto(plain_moto: Server) -> None:
    with pytest.raises(ClientError):
        back_up(plain_moto, create(plain_moto)["DBInstanceArn"], vault(plain_moto))
