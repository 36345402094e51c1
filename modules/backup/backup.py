"""AWS Backup: an encrypted vault that nobody empties, a plan, and what it covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdktf_cdktf_provider_aws.backup_plan import BackupPlan, BackupPlanRule, BackupPlanRuleLifecycle
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_lock_configuration import BackupVaultLockConfiguration
from cdktf_cdktf_provider_aws.backup_vault_notifications import BackupVaultNotifications
from cdktf_cdktf_provider_aws.backup_vault_policy import BackupVaultPolicy
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import ANYONE, Statement, policy_document
from modules.aws.role import Role
from modules.backup.settings import BackupSettings
from modules.keys.key import IKey
from modules.monitoring.topic import Topic
from modules.settings import Profile

EVENTS = ("BACKUP_JOB_FAILED", "COPY_JOB_FAILED", "RESTORE_JOB_COMPLETED", "S3_BACKUP_OBJECT_FAILED")
"""Vault events that operators hear of."""

_HOUR = 60
_JOB_START_MINUTES = _HOUR
_JOB_COMPLETION_MINUTES = 8 * _HOUR


class Backup(Construct):
    """A vault, its lock and policy, a plan with continuous, daily and long-term rules, and a selection.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        settings: schedules and retention.
        profile: ``regulated`` locks the vault, in governance mode, and keeps its recovery points.
        removable: leave the lock out, to destroy a regulated system.
        continuous_days: days of point-in-time recovery: the database's own retention, because AWS Backup takes that over
            and two values would change each other for ever (constraints C02, C39).
        covered: name to ARN of what is backed up.
        key: key of the recovery points.
        topic: where failures are reported.
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
        continuous_days: int,
        covered: Mapping[str, str],
        key: IKey,
        topic: Topic,
    ) -> None:
        super().__init__(scope, id)
        regulated = profile == "regulated"
        vault = BackupVault(
            self,
            "vault",
            name=name("backup-vault"),
            kms_key_arn=key.arn,
            force_destroy=not regulated or removable,
            depends_on=[key.ready],
        )
        self.vault_name = str(vault.name)
        self.vault_arn = str(vault.arn)
        BackupVaultPolicy(
            self,
            "policy",
            backup_vault_name=self.vault_name,
            policy=self._policy(account, keep=regulated and not removable),
        )
        if regulated and not removable:
            # Without changeable_for_days the lock is in governance mode: IAM decides who may lift it.
            BackupVaultLockConfiguration(
                self,
                "lock",
                backup_vault_name=self.vault_name,
                min_retention_days=min(continuous_days, settings.daily_retention_days),
                max_retention_days=max(settings.daily_retention_days, settings.long_term_retention_days),
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
            rule=self._rules(settings, self.vault_name, continuous_days),
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

    @staticmethod
    def _rules(settings: BackupSettings, vault: str, continuous_days: int) -> list[BackupPlanRule]:
        def rule(
            name: str, schedule: str, lifecycle: BackupPlanRuleLifecycle, *, continuous: bool
        ) -> BackupPlanRule:
            return BackupPlanRule(
                rule_name=name,
                target_vault_name=vault,
                schedule=schedule,
                start_window=_JOB_START_MINUTES,
                completion_window=_JOB_COMPLETION_MINUTES,
                enable_continuous_backup=continuous,
                lifecycle=lifecycle,
            )

        return [
            rule(
                "continuous",
                settings.daily_schedule,
                BackupPlanRuleLifecycle(delete_after=continuous_days),
                continuous=True,
            ),
            rule(
                "daily",
                settings.daily_schedule,
                BackupPlanRuleLifecycle(delete_after=settings.daily_retention_days),
                continuous=False,
            ),
            rule(
                "long-term",
                settings.long_term_schedule,
                BackupPlanRuleLifecycle(
                    delete_after=settings.long_term_retention_days,
                    cold_storage_after=settings.cold_storage_after_days,
                ),
                continuous=False,
            ),
        ]

    @staticmethod
    def _policy(account: Account, *, keep: bool) -> str:
        statements = [
            Statement(
                sid="DenyOtherAccounts",
                effect="Deny",
                principals=ANYONE,
                actions=["backup:*"],
                conditions={"StringNotEqualsIfExists": {"aws:PrincipalAccount": account.id}},
            )
        ]
        if keep:
            statements.append(
                Statement(
                    sid="KeepRecoveryPoints",
                    effect="Deny",
                    principals=ANYONE,
                    actions=["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"],
                )
            )
        return policy_document(statements)
