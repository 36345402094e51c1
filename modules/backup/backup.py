"""AWS Backup: a vault, a plan, what it covers, and tests that it can be restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlan,
    BackupPlanRule,
    BackupPlanRuleCopyAction,
    BackupPlanRuleCopyActionLifecycle,
    BackupPlanRuleLifecycle,
)
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection
from cdktf_cdktf_provider_aws.backup_vault_notifications import BackupVaultNotifications
from constructs import Construct

from modules.aws.account import Account
from modules.aws.role import Role
from modules.backup.restore_testing import RestoreTesting
from modules.backup.settings import BackupSettings
from modules.backup.vault import Vault
from modules.keys.key import IKey
from modules.monitoring.topic import Topic
from modules.settings import Profile

EVENTS = ("BACKUP_JOB_FAILED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED", "S3_BACKUP_OBJECT_FAILED")
"""Vault events that operators hear of."""

_HOUR = 60
_JOB_START_MINUTES = _HOUR
_JOB_COMPLETION_MINUTES = 8 * _HOUR


_EVERY_HOUR = "cron(0 * * * ? *)"


class ITestedDatabase(Protocol):
    """A database that is restored to see whether it can be."""

    @property
    def arn(self) -> str:
        """ARN of the instance."""
        ...

    @property
    def subnet_group_name(self) -> str:
        """Name of its subnet group."""
        ...


class Backup(Vault):
    """A vault with a plan of continuous, daily and long-term rules, and a selection.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        settings: schedules and retention.
        profile: ``regulated`` locks the vault, in governance mode, and keeps its recovery points.
        removable: leave the lock out, to destroy a regulated system.
        continuous_days: days of point-in-time recovery: the database's own retention, because AWS Backup takes that over
            and two values would change each other for ever (constraints C02, C39). ``None`` for a cluster, of which AWS
            Backup makes no continuous backups (C47): its point-in-time recovery is RDS's own.
        covered: name to ARN of what is backed up.
        key: key of the recovery points.
        topic: where failures are reported.
        copies: ARN of a vault in another region that gets a copy of each recovery point but the continuous ones.
        tested: the database that is restored on a schedule, if the settings say so.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        settings: BackupSettings,
        profile: Profile,
        removable: bool = False,
        continuous_days: int | None,
        covered: Mapping[str, str],
        key: IKey,
        topic: Topic,
        copies: str | None = None,
        tested: ITestedDatabase | None = None,
    ) -> None:
        super().__init__(
            scope,
            id,
            name=name,
            account=account,
            settings=settings,
            continuous_days=continuous_days,
            profile=profile,
            removable=removable,
            key=key,
        )
        BackupVaultNotifications(
            self,
            "notifications",
            backup_vault_name=self.vault_name,
            sns_topic_arn=topic.arn,
            backup_vault_events=list(EVENTS),
            depends_on=[topic.ready],
        )
        plan = BackupPlan(
            self,
            "plan",
            name=name("backup-plan"),
            rule=_rules(settings, self.vault_name, continuous_days, copies),
        )
        self.plan_id = str(plan.id)
        role = Role(
            self,
            "role",
            name=name("backup"),
            service="backup.amazonaws.com",
            account=account,
            description="AWS Backup makes and restores recovery points",
        )
        role.attach("back-up", account.managed_policy("service-role/AWSBackupServiceRolePolicyForBackup"))
        role.attach("restore", account.managed_policy("service-role/AWSBackupServiceRolePolicyForRestores"))
        BackupSelection(
            self,
            "selection",
            name=name("backup-selection"),
            plan_id=self.plan_id,
            iam_role_arn=role.arn,
            resources=[covered[what] for what in sorted(covered)],
            depends_on=list(role.policies),
        )
        self.restore_testing_plan_name = None
        if settings.restore_testing is not None and tested is not None:
            testing = RestoreTesting(
                self,
                "restore-testing",
                name=name,
                settings=settings.restore_testing,
                vault_arn=self.vault_arn,
                database_arn=tested.arn,
                subnet_group=tested.subnet_group_name,
                role=role,
            )
            self.restore_testing_plan_name = testing.plan_name


def _rules(
    settings: BackupSettings, vault: str, continuous_days: int | None, copies: str | None
) -> list[BackupPlanRule]:
    def rule(name: str, schedule: str, days: int, *, cold: int | None = None) -> BackupPlanRule:
        continuous = name == "continuous"
        lifecycle = BackupPlanRuleLifecycle(delete_after=days, cold_storage_after=cold)
        copy = BackupPlanRuleCopyAction(
            destination_vault_arn=copies or "",
            lifecycle=BackupPlanRuleCopyActionLifecycle(delete_after=days, cold_storage_after=cold),
        )
        return BackupPlanRule(
            rule_name=name,
            target_vault_name=vault,
            schedule=schedule,
            start_window=_JOB_START_MINUTES,
            completion_window=_JOB_COMPLETION_MINUTES,
            enable_continuous_backup=continuous,
            lifecycle=lifecycle,
            copy_action=[copy] if copies and not continuous else None,
        )

    rules = []
    if continuous_days is not None:
        rules.append(rule("continuous", settings.daily_schedule, continuous_days))
    rules += [
        rule("daily", settings.daily_schedule, settings.daily_retention_days),
        rule(
            "long-term",
            settings.long_term_schedule,
            settings.long_term_retention_days,
            cold=settings.cold_storage_after_days,
        ),
    ]
    if settings.hourly_retention_days is not None:
        rules.append(rule("hourly", _EVERY_HOUR, settings.hourly_retention_days))
    return rules
