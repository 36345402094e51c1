"""An encrypted vault of AWS Backup that nobody empties."""

from __future__ import annotations

from collections.abc import Callable

from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_lock_configuration import BackupVaultLockConfiguration
from cdktf_cdktf_provider_aws.backup_vault_policy import BackupVaultPolicy
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import ANYONE, Statement, policy_document
from modules.backup.settings import BackupSettings
from modules.keys.key import IKey
from modules.settings import Profile


class Vault(Construct):
    """A vault with its policy, and its lock.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        settings: how long recovery points are kept.
        continuous_days: days of point-in-time recovery, if the plan has it.
        profile: ``regulated`` locks the vault, in governance mode, and keeps its recovery points.
        removable: leave the lock out, to destroy a regulated system.
        key: key of the recovery points.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        settings: BackupSettings,
        continuous_days: int | None,
        profile: Profile,
        removable: bool = False,
        key: IKey,
    ) -> None:
        super().__init__(scope, id)
        keep = profile == "regulated" and not removable
        vault = BackupVault(
            self,
            "vault",
            name=name("backup-vault"),
            kms_key_arn=key.arn,
            force_destroy=not keep,
            depends_on=[key.ready],
        )
        self.vault_name = str(vault.name)
        self.vault_arn = str(vault.arn)
        BackupVaultPolicy(
            self, "policy", backup_vault_name=self.vault_name, policy=_policy(account, keep=keep)
        )
        if keep:
            # Without changeable_for_days the lock is in governance mode: IAM decides who may lift it.
            kept = settings.retentions(continuous_days)
            BackupVaultLockConfiguration(
                self,
                "lock",
                backup_vault_name=self.vault_name,
                min_retention_days=min(kept),
                max_retention_days=max(kept),
            )


def _policy(account: Account, *, keep: bool) -> str:
    statements = [
        Statement(
            sid="DenyOtherAccounts",
            effect="Deny",
            principals=ANYONE,
            actions=["backup:*"],
            # An AWS service has no account: it is told apart by a key of its own
            # (source: IAM user guide, "Establish permissions guardrails using data perimeters", 2026-11).
            conditions={
                "StringNotEqualsIfExists": {"aws:PrincipalAccount": account.id},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
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
