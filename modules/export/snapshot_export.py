"""Snapshots of a database in S3: a function that exports the newest one, and the role that RDS writes with."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from constructs import Construct

from modules.aws.policy import Statement
from modules.aws.role import Role
from modules.bucket.bucket import Bucket
from modules.export.metrics import NAMESPACE
from modules.function.function import Code, IsolatedFunction, Surroundings
from modules.keys.key import IKey

TIMEOUT_SECONDS = 60


class SnapshotExport(IsolatedFunction):
    """Looks every hour for a snapshot to export, so that a failure is tried again without anybody.

    Args:
        scope: parent construct.
        id: construct id.
        within: what it shares with other functions.
        database: identifier of the instance or cluster, known when it is synthesized.
        cluster: whether it is a cluster.
        bucket: where the exports go.
        key: encrypts them.
        every_days: days between the snapshots that are exported.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        within: Surroundings,
        database: str,
        cluster: bool = False,
        bucket: Bucket,
        key: IKey,
        every_days: int,
    ) -> None:
        writer = Role(
            scope,
            f"{id}-writer",
            name=within.name("snapshot-writer"),
            service="export.rds.amazonaws.com",
            account=within.account,
            description="RDS writes exported snapshots to S3",
        )
        bucket.grant_export(writer)
        super().__init__(
            scope,
            id,
            what=id,
            within=within,
            code=Code(
                folder="snapshot_export",
                handler="snapshot_export.handler.handler",
                environment={
                    "BUCKET": bucket.name,
                    "DATABASE_IDENTIFIER": database,
                    "DATABASE_KIND": "cluster" if cluster else "instance",
                    "EVERY_DAYS": str(every_days),
                    "EXPORT_ROLE_ARN": writer.arn,
                    "KEY_ARN": key.arn,
                    "METRIC_NAMESPACE": NAMESPACE,
                },
                timeout_seconds=TIMEOUT_SECONDS,
                description="Export of database snapshots",
            ),
        )
        self._database = database
        self._cluster = cluster
        self.ready += writer.policies
        self._allow_exports(writer, key)
        rule = CloudwatchEventRule(
            self,
            "hourly",
            name=self.function_name,
            description="Looks for a database snapshot to export",
            schedule_expression="rate(1 hour)",
        )
        self.allow_invocation(
            "schedule-invokes", service="events.amazonaws.com", source_arn=str(rule.arn), sends_account=False
        )
        CloudwatchEventTarget(self, "target", rule=str(rule.name), arn=self.arn, depends_on=list(self.ready))

    def export_metric_dimensions(self) -> Mapping[str, str]:
        """Return the CloudWatch dimensions of the exports' metrics in :data:`modules.export.metrics.NAMESPACE`."""
        return {"Database": self._database}

    def _allow_exports(self, writer: Role, key: IKey) -> None:
        account = self._account
        database, snapshot, describe = (
            ("cluster", "cluster-snapshot", "rds:DescribeDBClusterSnapshots")
            if self._cluster
            else ("db", "snapshot", "rds:DescribeDBSnapshots")
        )
        snapshots = [
            account.arn("rds", f"{snapshot}:{kind}") for kind in (f"rds:{self._database}-*", "awsbackup:*")
        ]
        self.role.add(
            Statement(
                sid="FindSnapshots",
                actions=[describe],
                resources=[
                    account.arn("rds", f"{database}:{self._database}"),
                    account.arn("rds", f"{snapshot}:*"),
                ],
            ),
            # All of them are listed (source: service authorization reference, RDS, 2026-11).
            Statement(
                sid="FindExports",
                actions=["rds:DescribeExportTasks"],
                resources=[
                    account.arn("rds", f"{kind}:*") for kind in ("cluster", "cluster-snapshot", "snapshot")
                ],
            ),
            Statement(sid="StartExports", actions=["rds:StartExportTask"], resources=snapshots),
            Statement(sid="GiveRoleToExports", actions=["iam:PassRole"], resources=[writer.arn]),
            # Whoever starts an export lets RDS use the key (source: RDS user guide, USER_ExportSnapshot, 2026-11).
            Statement(
                sid="LetExportsUseKey",
                actions=["kms:CreateGrant", "kms:DescribeKey"],
                resources=[key.arn],
                conditions={
                    "StringEquals": {"kms:ViaService": f"rds.{account.region}.amazonaws.com"},
                },
            ),
        )
