"""A customer-managed KMS key: rotation on, an alias, and a policy that grants use service by service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.data_aws_kms_key import DataAwsKmsKey
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import Conditions, Statement, policy_document
from modules.keys.settings import KeySettings

ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:Create*",
    "kms:Delete*",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:Revoke*",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
)
"""What key administrators do; it includes PutKeyPolicy, so that the account cannot lock itself out
(source: KMS developer guide, "Default key policy", 2026-11)."""

USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""What users of a key do (source: KMS developer guide, "Allows key users to use the KMS key", 2026-11)."""


class IKey(Protocol):
    """A key that others encrypt with."""

    @property
    def arn(self) -> str:
        """ARN of the key."""
        ...

    @property
    def ready(self) -> ITerraformDependable:
        """What must exist before the key can be used."""
        ...

    def grant_service(
        self, sid: str, service: str, *, conditions: Conditions, actions: Sequence[str] = USE
    ) -> None:
        """Let an AWS service principal encrypt and decrypt."""
        ...

    def grant_decrypt(self, sid: str, role_arn: str, *, context: Mapping[str, str]) -> None:
        """Let a role decrypt what was encrypted in a context."""
        ...


class Key(Construct):
    """A symmetric customer-managed key.

    The account's administrators can manage the key but not use it, unless they change its policy or make a grant; use is
    granted to principals of the account through the services named in ``through``, and with the ``grant_*`` methods.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the key's alias, without ``alias/``.
        description: what the key protects.
        account: the account it belongs to.
        settings: rotation and deletion.
        through: services (``rds``, ``elasticfilesystem``) through which principals of the account may use the key,
            as far as their own IAM policies allow it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        description: str,
        account: Account,
        settings: KeySettings,
        through: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self._statements = [
            Statement(sid="Administration", principals={"AWS": [account.root_arn]}, actions=ADMINISTRATION),
            *([_use_through(account, through)] if through else []),
            *([_grants_through(account, through)] if through else []),
        ]
        self._key = KmsKey(
            self,
            "key",
            description=description,
            enable_key_rotation=True,
            rotation_period_in_days=settings.rotation_days,
            deletion_window_in_days=settings.deletion_window_days,
            policy=policy_document(self._statements),
        )
        KmsAlias(self, "alias", name=f"alias/{name}", target_key_id=str(self._key.key_id))
        self.arn = str(self._key.arn)
        self.ready: ITerraformDependable = self._key

    @staticmethod
    def from_alias(scope: Construct, id: str, *, alias: str) -> IKey:
        """Use an existing key by its alias (without ``alias/``); its policy stays as it is."""
        return _ImportedKey(scope, id, alias=alias)

    def grant_service(
        self, sid: str, service: str, *, conditions: Conditions, actions: Sequence[str] = USE
    ) -> None:
        """Let an AWS service principal encrypt and decrypt.

        Args:
            sid: what the statement is for.
            service: the principal, such as ``logs.eu-central-2.amazonaws.com``.
            conditions: narrows the grant, by what this service is known to send: any other refuses every call.
            actions: what it may do, when it needs less than all use.

        Raises:
            ValueError: the key has another statement of this name.
        """
        self._add(
            Statement(sid=sid, principals={"Service": [service]}, actions=actions, conditions=conditions)
        )

    def grant_decrypt(self, sid: str, role_arn: str, *, context: Mapping[str, str]) -> None:
        """Let a role of this account decrypt; the key's policy alone grants it.

        Args:
            sid: what the statement is for.
            role_arn: the role.
            context: the encryption context of what it may decrypt, name to value.

        Raises:
            ValueError: the key has another statement of this name.
        """
        self._add(
            Statement(
                sid=sid,
                principals={"AWS": [role_arn]},
                actions=["kms:Decrypt"],
                conditions={
                    "StringEquals": {
                        f"kms:EncryptionContext:{name}": value for name, value in context.items()
                    }
                },
            )
        )

    def _add(self, statement: Statement) -> None:
        if statement in self._statements:
            return
        if any(statement.sid == other.sid for other in self._statements):
            raise ValueError(f"{self.node.path} has another statement {statement.sid}")
        self._statements.append(statement)
        self._key.policy = policy_document(self._statements)


class _ImportedKey(Construct):
    """A key that belongs to someone else: what it grants is decided there."""

    def __init__(self, scope: Construct, id: str, *, alias: str) -> None:
        super().__init__(scope, id)
        self._key = DataAwsKmsKey(self, "key", key_id=f"alias/{alias}")
        self.arn = str(self._key.arn)
        self.ready: ITerraformDependable = self._key

    def grant_service(
        self, sid: str, service: str, *, conditions: Conditions, actions: Sequence[str] = USE
    ) -> None:
        """Do nothing: the policy of an imported key is not ours to change."""

    def grant_decrypt(self, sid: str, role_arn: str, *, context: Mapping[str, str]) -> None:
        """Do nothing: the policy of an imported key is not ours to change."""


def _use_through(account: Account, services: Sequence[str]) -> Statement:
    return Statement(
        sid="UseThroughServices",
        principals={"AWS": [account.root_arn]},
        actions=USE,
        conditions={
            "StringEquals": {
                "kms:ViaService": [f"{name}.{account.region}.amazonaws.com" for name in services]
            }
        },
    )


def _grants_through(account: Account, services: Sequence[str]) -> Statement:
    # RDS, EFS and AWS Backup hold grants on the keys of what they encrypt.
    return Statement(
        sid="GrantsForServices",
        principals={"AWS": [account.root_arn]},
        actions=("kms:CreateGrant", "kms:ListGrants"),
        conditions={
            "Bool": {"kms:GrantIsForAWSResource": "true"},
            "StringEquals": {
                "kms:ViaService": [f"{name}.{account.region}.amazonaws.com" for name in services]
            },
        },
    )
