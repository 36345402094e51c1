"""Snapshots of a Multi-AZ cluster hold data: looked at in the PostgreSQL of a cluster that is restored from them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.postgres_machine import home
from tests.localcloud.server import Server, free_port
from tests.localcloud.test_postgres_clusters import at, create, describe
from tests.localcloud.test_rds import new_name
from tests.localcloud.test_rds_snapshots import names, write

pytestmark = pytest.mark.server

SIZE = {"DBClusterInstanceClass": "db.m6gd.large", "StorageType": "gp3", "Iops": 3000}


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(local_aws: Server) -> Iterator[None]:
    yield
    rds = local_aws.client("rds")
    for cluster in rds.describe_db_clusters()["DBClusters"]:
        rds.delete_db_cluster(DBClusterIdentifier=cluster["DBClusterIdentifier"], SkipFinalSnapshot=True)
    for snapshot in rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]:
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot["DBClusterSnapshotIdentifier"])


@pytest.fixture(scope="module")
def source(local_aws: Server) -> str:
    return create(local_aws)


def writer(server: Server, name: str) -> dict[str, Any]:
    return at(describe(server, name))


def snapshot(server: Server, cluster: str) -> str:
    made = new_name("snapshot")
    server.client("rds").create_db_cluster_snapshot(
        DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=made
    )
    return made


def from_snapshot(server: Server, name: str) -> str:
    made = new_name("restored")
    server.client("rds").restore_db_cluster_from_snapshot(
        DBClusterIdentifier=made, SnapshotIdentifier=name, Engine="postgres", Port=free_port(), **SIZE
    )
    return made


def to_time(server: Server, source: str, name: str = "", **when: Any) -> str:
    made = name or new_name("restored")
    server.client("rds").restore_db_cluster_to_point_in_time(
        DBClusterIdentifier=made, SourceDBClusterIdentifier=source, Port=free_port(), **SIZE, **when
    )
    return made


def files(server: Server) -> set[Path]:
    return set((home(server.directory) / "snapshots").iterdir())


def test_a_snapshot_has_what_was_written_before_it(local_aws: Server, source: str) -> None:
    write(local_aws, writer(local_aws, source), "before")
    taken = snapshot(local_aws, source)
    write(local_aws, writer(local_aws, source), "later")
    restored = from_snapshot(local_aws, taken)
    assert names(local_aws, writer(local_aws, restored)) == ["before"]
    assert len(describe(local_aws, restored)["DBClusterMembers"]) == 3
    write(local_aws, writer(local_aws, restored), "elsewhere")
    assert names(local_aws, writer(local_aws, source)) == ["before", "later"]


def test_a_cluster_is_as_it_was_at_a_point_in_time_also_once_it_is_renamed(local_aws: Server) -> None:
    """The new one gets the name at once; both have an automated snapshot, which is named after the cluster and the minute."""
    name = create(local_aws)
    write(local_aws, writer(local_aws, name), "early")
    time.sleep(0.1)
    then = datetime.now(UTC)
    time.sleep(0.1)
    write(local_aws, writer(local_aws, name), "late")
    rds, before = local_aws.client("rds"), f"{name}-before"
    rds.modify_db_cluster(DBClusterIdentifier=name, NewDBClusterIdentifier=before, ApplyImmediately=True)
    to_time(local_aws, before, name, RestoreToTime=then)
    assert names(local_aws, writer(local_aws, name)) == ["early"]
    latest = to_time(local_aws, before, UseLatestRestorableTime=True)
    assert names(local_aws, writer(local_aws, latest)) == ["early", "late"]
    # With the old one its own automated snapshot goes, and not that of the new one.
    rds.delete_db_cluster(DBClusterIdentifier=before, SkipFinalSnapshot=True)
    write(local_aws, writer(local_aws, name), "own")
    again = to_time(local_aws, name, UseLatestRestorableTime=True)
    assert names(local_aws, writer(local_aws, again)) == ["early", "own"]


@pytest.mark.parametrize(
    "away", [timedelta(days=-1), timedelta(hours=1)], ids=["before it was made", "to come"]
)
def test_a_time_without_a_backup_is_refused(local_aws: Server, source: str, away: timedelta) -> None:
    with pytest.raises(ClientError) as refused:
        to_time(local_aws, source, RestoreToTime=datetime.now(UTC) + away)
    assert refused.value.response["Error"]["Code"] == "InvalidRestoreFault"


def test_a_final_snapshot_has_the_last_of_it_and_nothing_else_is_left(local_aws: Server) -> None:
    before, made, final = files(local_aws), create(local_aws), new_name("final")
    write(local_aws, writer(local_aws, made), "last")
    rds = local_aws.client("rds")
    rds.delete_db_cluster(DBClusterIdentifier=made, FinalDBSnapshotIdentifier=final)
    assert len(files(local_aws) - before) == 1
    restored = from_snapshot(local_aws, final)
    assert names(local_aws, writer(local_aws, restored)) == ["last"]
    rds.delete_db_cluster(DBClusterIdentifier=restored, SkipFinalSnapshot=True)
    rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=final)
    assert files(local_aws) == before


def test_in_moto_every_time_is_taken(plain_moto: Server) -> None:
    made = create(plain_moto)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert describe(plain_moto, to_time(plain_moto, made, RestoreToTime=long_ago))
