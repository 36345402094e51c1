"""AWS Backup: a vault, a plan, what it covers, and tests that it can be restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from modules.backup.schedules import START_WINDOW_MINUTES
from modules.backup.settings import BackupSettings
from modules.backup.vault import Vault
from modules.keys.key import IKey
from modules.monitoring.metric_alarms import Alarm, make_alarms
from modules.monitoring.topic import Topic
from modules.settings import Profile

EVENTS = ("COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED")
"""Vault events that operators hear of. Of backups that fail AWS Backup has no event any more: the alarms tell of those
(source: AWS Backup API, PutBackupVaultNotifications, 2026-11)."""

_JOB_COMPLETION_MINUTES = 8 * 60

_EVERY_HOUR = "cron(0 * * * ? *)"


@dataclass(frozen=True, kw_only=True)
class CopyVault:
    """A vault in another region.

    Args:
        arn: its ARN.
        name: its name.
    """

    arn: str
    name: str


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
        copies: a vault in another region that gets a copy of each recovery point but the continuous ones.
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
        copies: CopyVault | None = None,
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
        self.alarm_arns = make_alarms(self, _alarms(self.vault_name, copies), name=name, topic=topic)
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


def _alarms(vault: str, copies: CopyVault | None) -> dict[str, Alarm]:
    """Alarms on jobs that fail. AWS Backup counts copies for the vault that they go to, where it runs them."""

    def alarm(metric: str, vault: str, description: str) -> Alarm:
        return Alarm(
            namespace="AWS/Backup",
            metric=metric,
            dimensions={"BackupVaultName": vault},
            description=description,
        )

    found = {
        "backup-failed": alarm(
            "NumberOfBackupJobsFailed", vault, "AWS Backup could not make a recovery point"
        ),
        "backup-expired": alarm(
            "NumberOfBackupJobsExpired", vault, "AWS Backup did not come to make a recovery point in time"
        ),
    }
    if copies is not None:
        found["backup-copy-failed"] = alarm(
            "NumberOfCopyJobsFailed",
            copies.name,
            "AWS Backup could not copy a recovery point to the second region",
        )
    return found


def _rules(
    settings: BackupSettings, vault: str, continuous_days: int | None, copies: CopyVault | None
) -> list[BackupPlanRule]:
    def rule(name: str, schedule: str, days: int, *, cold: int | None = None) -> BackupPlanRule:
        continuous = name == "continuous"
        lifecycle = BackupPlanRuleLifecycle(delete_after=days, cold_storage_after=cold)
        copy = BackupPlanRuleCopyAction(
            destination_vault_arn=copies.arn if copies else "",
            lifecycle=BackupPlanRuleCopyActionLifecycle(delete_after=days, cold_storage_after=cold),
        )
        return BackupPlanRule(
            rule_name=name,
            target_vault_name=vault,
            schedule=schedule,
            start_window=START_WINDOW_MINUTES,
            completion_window=_JOB_COMPLETION_MINUTES,
            enable_continuous_backup=continuous,
            lifecycle=lifecycle,
            copy_action=[copy] if copies and not continuous else None,
        )

    rules = []
    if continuous_days is not None:
        rules.append(rule("continuous", settings.continuous_schedule, continuous_days))
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
