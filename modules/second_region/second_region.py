"""What a second region has of a database: a key, a vault for copies, and its automated backups."""

from __future__ import annotations

from collections.abc import Callable

from cdktf_cdktf_provider_aws.db_instance_automated_backups_replication import (
    DbInstanceAutomatedBackupsReplication,
)
from constructs import Construct

from modules.aws.account import Account
from modules.aws.aspects import use_provider
from modules.aws.provider import aws_provider
from modules.backup.backup import CopyVault
from modules.backup.settings import BackupSettings
from modules.backup.vault import Vault
from modules.keys.key import Key
from modules.keys.settings import KeySettings
from modules.second_region.settings import SecondRegionSettings
from modules.settings import Profile


class SecondRegion(Construct):
    """Everything in it is in the second region.

    Args:
        scope: the stack; a provider for the region is added to it.
        id: construct id.
        name: makes a resource's name from what it is.
        settings: which region, and what it gets.
        keys: rotation and deletion of the key.
        backup: how long recovery points are kept.
        continuous_days: days of point-in-time recovery in the first region.
        profile: ``regulated`` locks the vault.
        removable: leave the lock out, to destroy a regulated system.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        settings: SecondRegionSettings,
        keys: KeySettings,
        backup: BackupSettings,
        continuous_days: int,
        profile: Profile,
        removable: bool,
    ) -> None:
        super().__init__(scope, id)
        use_provider(self, aws_provider(scope, region=settings.region, alias=id))
        account = Account(self, "account", region=settings.region)
        self._settings = settings
        self._key = Key(
            self,
            "backups",
            name=name("backups"),
            description="Backups of another region",
            account=account,
            settings=keys,
            through=["backup", "rds"],
        )
        self.vault: CopyVault | None = None
        if settings.recovery_points:
            vault = Vault(
                self,
                "copies",
                name=name,
                account=account,
                settings=backup,
                continuous_days=continuous_days,
                profile=profile,
                removable=removable,
                key=self._key,
            )
            self.vault = CopyVault(arn=vault.vault_arn, name=vault.vault_name)

    def replicate_backups(self, instance_arn: str) -> None:
        """Keep the automated backups of an instance of the first region here too, if the settings say so."""
        if self._settings.automated_backup_days is not None:
            DbInstanceAutomatedBackupsReplication(
                self,
                "automated-backups",
                source_db_instance_arn=instance_arn,
                kms_key_id=self._key.arn,
                retention_period=self._settings.automated_backup_days,
                depends_on=[self._key.ready],
            )
