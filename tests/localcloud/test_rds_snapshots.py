"""Snapshots hold data, and an instance is restored to a point in time: looked at in the PostgreSQL that there is then."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.postgres_machine import home
from tests.localcloud.leftovers import delete_databases
from tests.localcloud.server import REGION, Server, free_port, start, stop
from tests.localcloud.test_postgres import connect, create, describe

pytestmark = pytest.mark.server

SECOND = "eu-central-1"


def new_name(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:8]}"


def write(server: Server, instance: dict[str, Any], name: str) -> None:
    with connect(server, instance) as connection:
        connection.run("CREATE TABLE IF NOT EXISTS citizen (name text)")
        connection.run("INSERT INTO citizen VALUES (:name)", name=name)


def names(server: Server, instance: dict[str, Any]) -> list[str]:
    with connect(server, instance) as connection:
        return [name for (name,) in connection.run("SELECT name FROM citizen ORDER BY name")]


def snapshot(server: Server, instance: dict[str, Any]) -> str:
    made = new_name("snapshot")
    server.client("rds").create_db_snapshot(
        DBInstanceIdentifier=instance["DBInstanceIdentifier"], DBSnapshotIdentifier=made
    )
    return made


def from_snapshot(server: Server, name: str, region: str = REGION) -> dict[str, Any]:
    made = new_name("restored")
    rds = server.client("rds", region)
    rds.restore_db_instance_from_db_snapshot(DBInstanceIdentifier=made, DBSnapshotIdentifier=name)
    return dict(rds.describe_db_instances(DBInstanceIdentifier=made)["DBInstances"][0])


def to_time(server: Server, source: dict[str, Any], **when: Any) -> dict[str, Any]:
    made = new_name("restored")
    server.client("rds").restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=source["DBInstanceIdentifier"], TargetDBInstanceIdentifier=made, **when
    )
    return describe(server, made)


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(local_aws: Server) -> Iterator[None]:
    yield
    delete_databases(local_aws, SECOND)


@pytest.fixture(scope="module")
def source(local_aws: Server) -> dict[str, Any]:
    key = local_aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    return create(local_aws, StorageEncrypted=True, KmsKeyId=key)


def test_a_snapshot_has_what_was_written_before_it(local_aws: Server, source: dict[str, Any]) -> None:
    write(local_aws, source, "before")
    taken = snapshot(local_aws, source)
    write(local_aws, source, "later")
    restored = from_snapshot(local_aws, taken)
    assert names(local_aws, restored) == ["before"]
    write(local_aws, restored, "elsewhere")
    assert names(local_aws, source) == ["before", "later"]


def test_an_instance_is_as_it_was_at_a_point_in_time(local_aws: Server) -> None:
    source = create(local_aws)
    write(local_aws, source, "early")
    time.sleep(0.1)
    then = datetime.now(UTC)
    time.sleep(0.1)
    write(local_aws, source, "late")
    assert names(local_aws, to_time(local_aws, source, RestoreTime=then)) == ["early"]
    latest = to_time(local_aws, source, UseLatestRestorableTime=True)
    assert names(local_aws, latest) == ["early", "late"]
    write(local_aws, latest, "own")
    again = to_time(local_aws, latest, RestoreTime=datetime.now(UTC))
    assert names(local_aws, again) == ["early", "late", "own"]


def test_the_password_is_that_of_the_time(local_aws: Server) -> None:
    source = create(local_aws)
    taken = snapshot(local_aws, source)
    local_aws.client("rds").modify_db_instance(
        DBInstanceIdentifier=source["DBInstanceIdentifier"],
        MasterUserPassword="second-password",
        ApplyImmediately=True,
    )
    connect(local_aws, from_snapshot(local_aws, taken)).close()


@pytest.mark.parametrize(
    "away", [timedelta(days=-1), timedelta(hours=1)], ids=["before it was made", "to come"]
)
def test_a_time_without_a_backup_is_refused(
    local_aws: Server, source: dict[str, Any], away: timedelta
) -> None:
    with pytest.raises(ClientError) as refused:
        to_time(local_aws, source, RestoreTime=datetime.now(UTC) + away)
    assert refused.value.response["Error"]["Code"] == "InvalidRestoreFault"


def test_a_copy_of_a_snapshot_has_the_data_in_another_region_too(
    local_aws: Server, source: dict[str, Any]
) -> None:
    write(local_aws, source, "copied")
    taken = snapshot(local_aws, source)
    arn = f"arn:aws:rds:{REGION}:123456789012:snapshot:{taken}"
    local_aws.client("rds", SECOND).copy_db_snapshot(
        SourceDBSnapshotIdentifier=arn, TargetDBSnapshotIdentifier=f"{taken}-copy"
    )
    local_aws.client("rds").delete_db_snapshot(DBSnapshotIdentifier=taken)
    restored = from_snapshot(local_aws, f"{taken}-copy", SECOND)
    assert restored["AvailabilityZone"].startswith(SECOND)
    assert "copied" in names(local_aws, restored)


def test_replicated_backups_are_restored_in_their_region(local_aws: Server, source: dict[str, Any]) -> None:
    rds = local_aws.client("rds", SECOND)
    key = local_aws.client("kms", SECOND).create_key()["KeyMetadata"]["Arn"]
    backup = rds.start_db_instance_automated_backups_replication(
        SourceDBInstanceArn=source["DBInstanceArn"], KmsKeyId=key
    )["DBInstanceAutomatedBackup"]
    write(local_aws, source, "replicated")
    made = rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceAutomatedBackupsArn=backup["DBInstanceAutomatedBackupsArn"],
        TargetDBInstanceIdentifier=new_name("restored"),
        UseLatestRestorableTime=True,
    )["DBInstance"]
    assert (made["AvailabilityZone"][:-1], made["KmsKeyId"]) == (SECOND, key)
    assert "replicated" in names(local_aws, made)
    rds.stop_db_instance_automated_backups_replication(SourceDBInstanceArn=source["DBInstanceArn"])


def test_a_final_snapshot_has_the_last_of_it(local_aws: Server) -> None:
    made = create(local_aws)
    write(local_aws, made, "last")
    final = new_name("final")
    local_aws.client("rds").delete_db_instance(
        DBInstanceIdentifier=made["DBInstanceIdentifier"], FinalDBSnapshotIdentifier=final
    )
    assert names(local_aws, from_snapshot(local_aws, final)) == ["last"]


def test_a_deleted_snapshot_leaves_no_files(local_aws: Server, source: dict[str, Any]) -> None:
    folder = home(local_aws.directory) / "snapshots"
    before = set(folder.iterdir())
    taken = snapshot(local_aws, source)
    assert len(set(folder.iterdir()) - before) == 1
    local_aws.client("rds").delete_db_snapshot(DBSnapshotIdentifier=taken)
    assert set(folder.iterdir()) == before


def test_an_instance_gets_the_name_of_another_one_at_once(local_aws: Server) -> None:
    """Both have an automated snapshot, which is named after the instance and the minute."""
    rds, made = local_aws.client("rds"), create(local_aws)
    name = made["DBInstanceIdentifier"]
    rds.modify_db_instance(
        DBInstanceIdentifier=name, NewDBInstanceIdentifier=f"{name}-before", ApplyImmediately=True
    )
    rds.restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=f"{name}-before",
        TargetDBInstanceIdentifier=name,
        UseLatestRestorableTime=True,
    )
    assert (
        describe(local_aws, name)["DbiResourceId"] != describe(local_aws, f"{name}-before")["DbiResourceId"]
    )


def test_a_restored_instance_takes_no_place_and_no_role_of_its_source(local_aws: Server) -> None:
    source = create(local_aws, AvailabilityZone=f"{REGION}c", DeletionProtection=True)
    local_aws.client("rds").create_db_instance_read_replica(
        DBInstanceIdentifier=new_name("replica"),
        SourceDBInstanceIdentifier=source["DBInstanceIdentifier"],
        DeletionProtection=False,
    )
    restored = to_time(local_aws, source, UseLatestRestorableTime=True)
    assert restored["AvailabilityZone"] == f"{REGION}a"
    assert restored["DeletionProtection"] is False
    assert not restored.get("ReadReplicaDBInstanceIdentifiers")
    assert "ReadReplicaSourceDBInstanceIdentifier" not in restored
    local_aws.client("rds").modify_db_instance(
        DBInstanceIdentifier=source["DBInstanceIdentifier"], DeletionProtection=False
    )


def test_less_storage_than_the_snapshot_has_is_refused(local_aws: Server, source: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="can't be less"):
        local_aws.client("rds").restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier=new_name("restored"),
            DBSnapshotIdentifier=snapshot(local_aws, source),
            AllocatedStorage=10,
        )


def test_snapshots_are_there_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("restarted")
    first = start(folder)
    made = create(first, Port=free_port())
    write(first, made, "kept")
    taken = snapshot(first, made)
    stop(first)
    second = start(folder)
    try:
        assert names(second, from_snapshot(second, taken)) == ["kept"]
    finally:
        for instance in second.client("rds").describe_db_instances()["DBInstances"]:
            second.client("rds").delete_db_instance(
                DBInstanceIdentifier=instance["DBInstanceIdentifier"], SkipFinalSnapshot=True
            )
        second.client("rds").delete_db_snapshot(DBSnapshotIdentifier=taken)
        stop(second)


def an_early_time_is_refused(server: Server) -> None:
    with pytest.raises(ClientError):
        to_time(server, create(server), RestoreTime=datetime(2020, 1, 1, tzinfo=UTC))


def a_zone_is_not_restored(server: Server) -> None:
    made = create(server, AvailabilityZone=f"{REGION}c")
    assert from_snapshot(server, snapshot(server, made))["AvailabilityZone"] != f"{REGION}c"


@pytest.mark.parametrize(
    "check", [an_early_time_is_refused, a_zone_is_not_restored], ids=lambda one: one.__name__
)
def test_still_missing_in_moto(check: Callable[[Server], None], plain_moto: Server) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(plain_moto)
