"""AWS Backup: what belongs to a vault.

What moto 5.2.5 lacks, and what Terraform shows:

- The access policy and the notifications of a vault: neither can be made.
- ListRecoveryPointsByBackupVault: a vault with ``force_destroy`` cannot be destroyed. It is in ``backup_jobs``.
- ListTags wants a slash at the end of the path, which the provider does not send: tags are lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

Response: TypeAlias = Any
"""moto's ``BackupResponse``."""
Vault: TypeAlias = Any
"""moto's ``Vault``, with the attributes ``holdfast_policy`` and ``holdfast_notifications`` that are added here."""


def install() -> None:
    """Patch moto's Backup once."""
    from moto.backup import models, urls  # noqa: PLC0415 - moto comes after its settings
    from moto.backup.responses import BackupResponse  # noqa: PLC0415

    vault: Any = models.Vault
    response: Any = BackupResponse
    if hasattr(vault, "holdfast_policy"):
        return
    vault.holdfast_policy = None
    vault.holdfast_notifications = None
    vault.vault_type, vault.vault_state = "BACKUP_VAULT", "AVAILABLE"
    response.put_backup_vault_access_policy = _put_policy
    response.get_backup_vault_access_policy = _get_policy
    response.delete_backup_vault_access_policy = _delete_policy
    response.put_backup_vault_notifications = _put_notifications
    response.get_backup_vault_notifications = _get_notifications
    response.delete_backup_vault_notifications = _delete_notifications
    response.list_tags = _list_tags
    response.delete_backup_vault = _with_tags(response.delete_backup_vault)
    urls.url_paths["{0}/backup-vaults/(?P<name>[^/]+)/(?P<what>.+)$"] = urls.response.dispatch


def _vault(response: Response) -> Vault:
    name = response.uri_match["backupVaultName"]
    return response.backup_backend.describe_backup_vault(name)


def _missing(what: str, vault: Vault) -> Exception:
    from moto.backup.exceptions import ResourceNotFoundException  # noqa: PLC0415

    return ResourceNotFoundException(f"Backup vault {vault.backup_vault_name} has no {what}")


def _named(vault: Vault) -> dict[str, Any]:
    return {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn}


def _put_policy(self: Response) -> str:
    """PutBackupVaultAccessPolicy."""
    _vault(self).holdfast_policy = json.loads(self.body)["Policy"]
    return ""


def _get_policy(self: Response) -> str:
    """GetBackupVaultAccessPolicy."""
    vault = _vault(self)
    if vault.holdfast_policy is None:
        raise _missing("access policy", vault)
    return json.dumps({**_named(vault), "Policy": vault.holdfast_policy})


def _delete_policy(self: Response) -> str:
    """DeleteBackupVaultAccessPolicy."""
    _vault(self).holdfast_policy = None
    return ""


def _put_notifications(self: Response) -> str:
    """PutBackupVaultNotifications."""
    given = json.loads(self.body)
    _vault(self).holdfast_notifications = {name: given[name] for name in ("SNSTopicArn", "BackupVaultEvents")}
    return ""


def _get_notifications(self: Response) -> str:
    """GetBackupVaultNotifications."""
    vault = _vault(self)
    if vault.holdfast_notifications is None:
        raise _missing("notifications", vault)
    return json.dumps({**_named(vault), **vault.holdfast_notifications})


def _delete_notifications(self: Response) -> str:
    """DeleteBackupVaultNotifications."""
    _vault(self).holdfast_notifications = None
    return ""


def _list_tags(self: Response) -> str:
    """ListTags."""
    arn = self.uri_match["resourceArn"].removesuffix("/")
    return json.dumps({"Tags": self.backup_backend.list_tags(arn)})


def _with_tags(delete: Callable[[Response], Any]) -> Callable[[Response], Any]:
    def delete_backup_vault(self: Response) -> Any:  # noqa: ANN401 - moto's
        vault = self.backup_backend.vaults.get(self.uri_match["backupVaultName"])
        if vault:
            # Another vault of this name must not have its tags.
            self.backup_backend.tagger.delete_all_tags_for_resource(vault.backup_vault_arn)
        return delete(self)

    return delete_backup_vault
