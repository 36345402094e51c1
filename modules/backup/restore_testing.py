"""Restore testing: AWS Backup restores a recovery point on a schedule, and says whether it could."""

from __future__ import annotations

from collections.abc import Callable

from cdktf_cdktf_provider_aws.backup_restore_testing_plan import (
    BackupRestoreTestingPlan,
    BackupRestoreTestingPlanRecoveryPointSelection,
)
from cdktf_cdktf_provider_aws.backup_restore_testing_selection import BackupRestoreTestingSelection
from constructs import Construct

from modules.aws.role import Role
from modules.backup.settings import RestoreTestingSettings


class RestoreTesting(Construct):
    """A plan, and the database that it restores; what was restored is deleted again.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        settings: when, and which recovery points.
        vault_arn: where the recovery points are.
        database_arn: the instance or cluster.
        subnet_group: where it is restored: the isolated subnets, in which the closed default group lets nobody in.
        role: that restores.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        settings: RestoreTestingSettings,
        vault_arn: str,
        database_arn: str,
        subnet_group: str,
        role: Role,
    ) -> None:
        super().__init__(scope, id)
        plan = BackupRestoreTestingPlan(
            self,
            "plan",
            # Letters, digits and underscores (source: AWS Backup API, RestoreTestingPlanForCreate, 2026-11).
            name=name("restore-testing").replace("-", "_"),
            schedule_expression=settings.schedule,
            start_window_hours=settings.start_window_hours,
            recovery_point_selection=[
                BackupRestoreTestingPlanRecoveryPointSelection(
                    algorithm="LATEST_WITHIN_WINDOW",
                    include_vaults=[vault_arn],
                    recovery_point_types=["CONTINUOUS", "SNAPSHOT"],
                    selection_window_days=settings.window_days,
                )
            ],
        )
        BackupRestoreTestingSelection(
            self,
            "database",
            name=name("database").replace("-", "_"),
            restore_testing_plan_name=str(plan.name),
            protected_resource_type="RDS",
            protected_resource_arns=[database_arn],
            iam_role_arn=role.arn,
            validation_window_hours=settings.validation_hours,
            restore_metadata_overrides={"dbSubnetGroupName": subnet_group},
            depends_on=list(role.policies),
        )
        self.plan_name = str(plan.name)
