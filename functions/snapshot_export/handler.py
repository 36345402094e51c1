"""The Lambda function that exports the newest snapshot of a database to S3, and says how old the last export is.

It is called every hour, and starts an export when there is a snapshot to export: twice for the same snapshot changes nothing,
and an export that failed is started again with the next call.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient
    from mypy_boto3_rds.type_defs import DBSnapshotTypeDef, ExportTaskTypeDef

METRIC = "HoursSinceExport"
ATTEMPTS = 3
"""How often the same snapshot is tried."""

_KINDS = ("automated", "awsbackup")
_DONE, _FAILED = "complete", {"failed", "canceled"}
_LONGEST_ID = 60
_SLACK = timedelta(hours=6)
"""Snapshots of two days are not exactly a day apart."""


class ExportFailedError(Exception):
    """The newest snapshot could not be exported."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the function's environment says.

    Args:
        database: identifier of the instance or cluster.
        cluster: whether it is a cluster.
        bucket: name of the bucket.
        role: ARN of the role that RDS writes with.
        key: ARN of the key that encrypts the export.
        every: the shortest time between the snapshots that are exported.
        namespace: of the metric.
    """

    database: str
    cluster: bool
    bucket: str
    role: str
    key: str
    every: timedelta
    namespace: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Settings:
        """Read the environment."""
        return cls(
            database=environ["DATABASE_IDENTIFIER"],
            cluster=environ["DATABASE_KIND"] == "cluster",
            bucket=environ["BUCKET"],
            role=environ["EXPORT_ROLE_ARN"],
            key=environ["KEY_ARN"],
            every=timedelta(days=int(environ["EVERY_DAYS"])),
            namespace=environ["METRIC_NAMESPACE"],
        )


def handler(event: Mapping[str, object], context: object) -> None:  # noqa: ARG001 - Lambda's signature
    """Export the newest snapshot if it is time to, and write the metric.

    Args:
        event: of the schedule; not used.
        context: Lambda's context; not used.

    Raises:
        ExportFailedError: the newest snapshot was tried and could not be exported; after the metric was written.
    """
    settings = Settings.of(os.environ)
    rds = _client()
    found = (cluster_snapshots if settings.cluster else snapshots)(rds, settings.database)
    tasks = exports(rds, settings.bucket)
    now = datetime.now(UTC)
    print(metric(settings, hours_since_export(tasks, found, now)), flush=True)
    chosen = due(found, tasks, settings.every)
    if chosen is not None:
        export(rds, settings, chosen, tasks)


def snapshots(rds: RDSClient, database: str) -> list[DBSnapshotTypeDef]:
    """Return the snapshots of an instance that can be exported, oldest first."""
    pages = rds.get_paginator("describe_db_snapshots")
    found = [
        snapshot
        for kind in _KINDS
        for page in pages.paginate(DBInstanceIdentifier=database, SnapshotType=kind)
        for snapshot in page["DBSnapshots"]
        if snapshot.get("Status") == "available"
    ]
    return sorted(found, key=lambda snapshot: snapshot["SnapshotCreateTime"])


def cluster_snapshots(rds: RDSClient, cluster: str) -> list[DBSnapshotTypeDef]:
    """Return the snapshots of a cluster that can be exported, oldest first, in the words of an instance's."""
    pages = rds.get_paginator("describe_db_cluster_snapshots")
    found: list[DBSnapshotTypeDef] = [
        {
            "DBSnapshotIdentifier": snapshot["DBClusterSnapshotIdentifier"],
            "DBSnapshotArn": snapshot["DBClusterSnapshotArn"],
            "SnapshotCreateTime": snapshot["SnapshotCreateTime"],
        }
        for kind in _KINDS
        for page in pages.paginate(DBClusterIdentifier=cluster, SnapshotType=kind)
        for snapshot in page["DBClusterSnapshots"]
        if snapshot.get("Status") == "available"
    ]
    return sorted(found, key=lambda snapshot: snapshot["SnapshotCreateTime"])


def exports(rds: RDSClient, bucket: str) -> list[ExportTaskTypeDef]:
    """Return the exports into a bucket."""
    pages = rds.get_paginator("describe_export_tasks")
    return [
        task for page in pages.paginate() for task in page["ExportTasks"] if task.get("S3Bucket") == bucket
    ]


def due(
    found: Sequence[DBSnapshotTypeDef], tasks: Iterable[ExportTaskTypeDef], every: timedelta
) -> DBSnapshotTypeDef | None:
    """Return the newest snapshot when it is to be exported.

    Args:
        found: snapshots, oldest first.
        tasks: exports that were started.
        every: the shortest time between two snapshots that are exported.
    """
    if not found:
        return None
    newest = found[-1]
    taken = {task["SourceArn"] for task in tasks if _status(task) not in _FAILED}
    times = [one["SnapshotCreateTime"] for one in found if one["DBSnapshotArn"] in taken]
    if times and newest["SnapshotCreateTime"] - max(times) < every - _SLACK:
        return None
    return newest


def export(
    rds: RDSClient, settings: Settings, snapshot: DBSnapshotTypeDef, tasks: Iterable[ExportTaskTypeDef]
) -> None:
    """Start the export of a snapshot.

    Raises:
        ExportFailedError: it was tried often enough, or RDS refuses it.
    """
    failed = [task for task in tasks if task["SourceArn"] == snapshot["DBSnapshotArn"]]
    name = snapshot["DBSnapshotIdentifier"]
    if len(failed) >= ATTEMPTS:
        causes = "; ".join(sorted({task.get("FailureCause", _status(task)) for task in failed}))
        raise ExportFailedError(f"{name} could not be exported, after {len(failed)} attempts: {causes}")
    identifier = task_identifier(settings.database, snapshot["SnapshotCreateTime"], len(failed) + 1)
    try:
        rds.start_export_task(
            ExportTaskIdentifier=identifier,
            SourceArn=snapshot["DBSnapshotArn"],
            S3BucketName=settings.bucket,
            S3Prefix=settings.database,
            IamRoleArn=settings.role,
            KmsKeyId=settings.key,
        )
    except rds.exceptions.ExportTaskAlreadyExistsFault:
        print(f"{name} is exported already, by another call", flush=True)
    except ClientError as error:
        raise ExportFailedError(f"{name} cannot be exported: {error}") from error
    else:
        print(f"{name} is exported as {identifier}", flush=True)


def task_identifier(database: str, created: datetime, attempt: int) -> str:
    """Return the export's name, the same for the same snapshot and attempt; it is a folder in the bucket."""
    ending = f"-{created:%Y-%m-%d-%H%M%S}" + (f"-{attempt}" if attempt > 1 else "")
    return f"{database[: _LONGEST_ID - len(ending)]}{ending}"


def hours_since_export(
    tasks: Iterable[ExportTaskTypeDef], found: Sequence[DBSnapshotTypeDef], now: datetime
) -> float:
    """Return how old the state is that the last whole export holds.

    Without any, it counts from the oldest snapshot: there was something to export since then.
    """
    done = [task["SnapshotTime"] for task in tasks if _status(task) == _DONE]
    since = max(done) if done else min((one["SnapshotCreateTime"] for one in found), default=now)
    return (now - since) / timedelta(hours=1)


def metric(settings: Settings, hours: float) -> str:
    """Return a line of the log that CloudWatch makes a metric of.

    Source: CloudWatch user guide, "Embedded metric format specification", 2026-11.
    """
    return json.dumps(
        {
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": settings.namespace,
                        "Dimensions": [["Database"]],
                        "Metrics": [{"Name": METRIC, "Unit": "None"}],
                    }
                ],
            },
            "Database": settings.database,
            METRIC: round(hours, 3),
        }
    )


def _status(task: ExportTaskTypeDef) -> str:
    return task.get("Status", "").lower()


def _client() -> RDSClient:
    limits = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3})
    return boto3.client("rds", config=limits)
