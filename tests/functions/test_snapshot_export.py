"""The function that exports the newest snapshot: which one, when, once, again after a failure, and what it reports."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.rds.models import rds_backends

from functions.snapshot_export import handler as module
from functions.snapshot_export.handler import (
    ExportFailedError,
    due,
    handler,
    hours_since_export,
    task_identifier,
)

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

pytestmark = pytest.mark.slow

REGION = "eu-central-2"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def snapshot(days_ago: float) -> Any:
    name = f"rds:db-{days_ago}"
    return {
        "DBSnapshotIdentifier": name,
        "DBSnapshotArn": f"arn:{name}",
        "SnapshotCreateTime": NOW - days_ago * DAY,
        "Status": "available",
    }


def task(days_ago: float, status: str = "COMPLETE") -> Any:
    return {
        "SourceArn": f"arn:rds:db-{days_ago}",
        "Status": status,
        "SnapshotTime": NOW - days_ago * DAY,
    }


@pytest.mark.parametrize(
    ("snapshots", "tasks", "every", "exported"),
    [
        ([], [], 1, None),
        ([2, 1], [], 1, 1),
        ([2, 1], [task(2)], 1, 1),
        ([2, 1], [task(1)], 1, None),
        ([2, 1], [task(1, "IN_PROGRESS")], 1, None),
        ([2, 1], [task(1, "FAILED")], 1, 1),
        ([2, 1], [task(2)], 7, None),
        ([8, 1], [task(8)], 7, 1),
        ([1.9, 1], [task(1.9)], 1, 1),  # two backups are not exactly a day apart
        ([1.1, 1], [task(1.1)], 1, None),
    ],
)
def test_the_newest_snapshot_is_exported_when_it_is_time(
    snapshots: list[float], tasks: list[Any], every: int, exported: float | None
) -> None:
    found = due([snapshot(days) for days in snapshots], tasks, every * DAY)
    assert (found["SnapshotCreateTime"] if found else None) == (
        None if exported is None else NOW - exported * DAY
    )


def test_age_is_that_of_the_last_whole_export() -> None:
    tasks = [task(3), task(2), task(1, "FAILED"), task(1, "IN_PROGRESS")]
    assert hours_since_export(tasks, [snapshot(5)], NOW) == 48


def test_without_an_export_age_counts_from_the_first_snapshot() -> None:
    assert hours_since_export([], [snapshot(2), snapshot(1)], NOW) == 48
    assert hours_since_export([], [], NOW) == 0


def test_names_are_the_same_for_the_same_attempt_and_short_enough() -> None:
    assert task_identifier("ha-postgres-dev", NOW, 1) == "ha-postgres-dev-2026-11-25-120000"
    assert task_identifier("ha-postgres-dev", NOW, 2) == "ha-postgres-dev-2026-11-25-120000-2"
    assert len(task_identifier("x" * 63, NOW, 3)) == 60


class Site:
    """A database in moto, with snapshots that RDS made."""

    def __init__(self, rds: RDSClient) -> None:
        self.rds = rds
        rds.create_db_instance(
            DBInstanceIdentifier="db",
            DBInstanceClass="db.t3.micro",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="dbadmin",
            MasterUserPassword="some-password",
        )
        # The one that comes with the instance: tests have their own.
        rds_backends[DEFAULT_ACCOUNT_ID][REGION].database_snapshots.clear()

    def back_up(self, name: str, days_ago: float) -> None:
        backend = rds_backends[DEFAULT_ACCOUNT_ID][REGION]
        made: Any = backend.create_auto_snapshot("db", f"rds:db-{name}")
        made.created = datetime.now(UTC).replace(tzinfo=None) - days_ago * DAY

    def end_exports(self, **settings: object) -> None:
        """As they end in AWS; moto's have no time of their snapshot."""
        for made in rds_backends[DEFAULT_ACCOUNT_ID][REGION].export_tasks.values():
            ended: Any = made
            ended.snapshot_time = ended.snapshot.snapshot_create_time
            for name, value in settings.items():
                setattr(ended, name, value)

    @property
    def tasks(self) -> list[Any]:
        return list(self.rds.describe_export_tasks()["ExportTasks"])


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in {
        "AWS_DEFAULT_REGION": REGION,
        "DATABASE_IDENTIFIER": "db",
        "DATABASE_KIND": "instance",
        "BUCKET": "backups",
        "EXPORT_ROLE_ARN": f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:role/writer",
        "KEY_ARN": f"arn:aws:kms:{REGION}:{DEFAULT_ACCOUNT_ID}:key/one",
        "EVERY_DAYS": "1",
        "METRIC_NAMESPACE": "Holdfast/Exports",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield Site(boto3.client("rds", region_name=REGION))


def reported(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return dict(json.loads(line))


def test_a_database_without_snapshots_has_nothing_to_export(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    handler({}, None)
    assert site.tasks == []
    assert reported(capsys)["HoursSinceExport"] == 0


def test_only_the_newest_is_exported_and_only_once(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.back_up("old", 2)
    site.back_up("new", 1)
    handler({}, None)
    site.end_exports()
    handler({}, None)
    (made,) = site.tasks
    assert made["SourceArn"].endswith(":snapshot:rds:db-new")
    assert (made["S3Bucket"], made["S3Prefix"]) == ("backups", "db")
    assert made["KmsKeyId"].endswith(":key/one")
    assert "rds:db-new is exported as db-" in capsys.readouterr().out


def test_the_metric_is_declared_for_the_database(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.back_up("old", 2)
    handler({}, None)
    line = reported(capsys)
    assert (line["Database"], round(line["HoursSinceExport"])) == ("db", 48)
    (declared,) = line["_aws"]["CloudWatchMetrics"]
    assert declared["Dimensions"] == [["Database"]]
    assert declared["Metrics"] == [{"Name": "HoursSinceExport", "Unit": "None"}]


def test_what_failed_is_tried_again_and_then_told(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.back_up("new", 1)
    for attempts in (1, 2, 3):
        handler({}, None)
        assert len(site.tasks) == attempts
        site.end_exports(status="FAILED", failure_cause="The bucket is not there")
    with pytest.raises(ExportFailedError, match="after 3 attempts: The bucket is not there"):
        handler({}, None)
    assert len(site.tasks) == 3
    assert "HoursSinceExport" in capsys.readouterr().out


def test_another_call_that_was_faster_is_no_failure(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.back_up("new", 1)
    settings = module.Settings.of(os.environ)
    (chosen,) = module.snapshots(site.rds, "db")
    module.export(site.rds, settings, chosen, [])
    module.export(site.rds, settings, chosen, [])
    assert len(site.tasks) == 1
    assert "exported already, by another call" in capsys.readouterr().out


def test_what_rds_refuses_is_told(site: Site) -> None:
    site.back_up("new", 1)
    (chosen,) = module.snapshots(site.rds, "db")
    gone: Any = {**chosen, "DBSnapshotArn": chosen["DBSnapshotArn"] + "-gone"}
    with pytest.raises(ExportFailedError, match="rds:db-new cannot be exported"):
        module.export(site.rds, module.Settings.of(os.environ), gone, [])


def test_of_a_cluster_the_newest_cluster_snapshot_is_exported(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_IDENTIFIER", "three")
    monkeypatch.setenv("DATABASE_KIND", "cluster")
    site.rds.create_db_cluster(
        DBClusterIdentifier="three",
        Engine="postgres",
        MasterUsername="dbadmin",
        MasterUserPassword="some-password",
    )
    backend: Any = rds_backends[DEFAULT_ACCOUNT_ID][REGION]
    backend.cluster_snapshots.clear()
    for name, days_ago in (("old", 2), ("new", 1)):
        backend.create_auto_cluster_snapshot("three", f"rds:three-{name}").created = (
            datetime.now(UTC).replace(tzinfo=None) - days_ago * DAY
        )
    site.back_up("of-an-instance", 0.5)
    handler({}, None)
    (made,) = site.tasks
    assert made["SourceArn"].endswith(":cluster-snapshot:rds:three-new")
    assert round(reported(capsys)["HoursSinceExport"]) == 48
