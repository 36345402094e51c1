"""An entry in Secrets Manager: its policy, who may use it, and a first value that the state never sees."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cdktf import ITerraformDependable, TerraformResourceLifecycle, TerraformStack, Token
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret, SecretsmanagerSecretReplica
from cdktf_cdktf_provider_aws.secretsmanager_secret_policy import SecretsmanagerSecretPolicy
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import ANYONE, Statement, as_sid, deny_plain_text, policy_document
from modules.aws.role import Role
from modules.credentials.password import PasswordSettings
from modules.credentials.settings import CredentialsSettings
from modules.keys.key import IKey
from modules.settings import Profile

FIRST = "INITIAL"
"""Label of the version that Terraform makes. Secrets Manager deletes versions without a label when it likes, and Terraform
would put a new password into the entry when its version is gone (source: DescribeSecret, VersionIdsToStages, 2026-11)."""


class ISecret(Protocol):
    """An entry that functions are granted the use of."""

    @property
    def arn(self) -> str:
        """ARN of the entry."""
        ...

    @property
    def secret_name(self) -> str:
        """Name of the entry, known when it is synthesized."""
        ...

    @property
    def ready(self) -> ITerraformDependable:
        """What must exist before the entry has a value."""
        ...

    def grant_read(self, role: Role) -> None:
        """Let a role read the value."""
        ...

    def grant_describe(self, role: Role) -> None:
        """Let a role read when it was rotated, and no value."""
        ...

    def grant_rotate(self, role: Role) -> None:
        """Let a role move it through a rotation."""
        ...


@dataclass(frozen=True, kw_only=True)
class Created:
    """How an entry of our own is made.

    Args:
        settings: how long it can be restored, and where it has copies.
        profile: ``ephemeral`` deletes it at once.
        key: encrypts it.
        description: what it is.
    """

    settings: CredentialsSettings
    profile: Profile
    key: IKey
    description: str


class Secret(Construct):
    """What every entry has; whether it exists or is created is up to the kind.

    Args:
        scope: parent construct.
        id: construct id.
        secret_name: name of the entry.
        account: the account it belongs to.
    """

    arn: str
    ready: ITerraformDependable

    def __init__(self, scope: Construct, id: str, *, secret_name: str, account: Account) -> None:
        super().__init__(scope, id)
        self.secret_name = secret_name
        self._account = account
        # An existing entry's key is not ours to know: any key of this account, for this entry only.
        self._keys = account.arn("kms", "key/*")
        self._copied_with_own_keys: Sequence[str] = ()

    def grant_read(self, role: Role) -> None:
        """Let a role read the value, through Secrets Manager and with the entry's key."""
        role.add(
            Statement(
                sid="ReadCredentials",
                actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources=[self.arn],
            ),
            self._use_key("DecryptCredentials", ["kms:Decrypt"]),
        )

    def grant_describe(self, role: Role) -> None:
        """Let a role read when the entry was rotated, and no value."""
        role.add(
            Statement(
                # A role can be granted this for several entries.
                sid=f"Describe{as_sid(self.node.id)}",
                actions=["secretsmanager:DescribeSecret"],
                resources=[self.arn],
            )
        )

    def grant_rotate(self, role: Role) -> None:
        """Let a role read the versions and move the entry through a rotation."""
        role.add(
            Statement(
                sid="RotateCredentials",
                actions=[
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:ListSecretVersionIds",
                    "secretsmanager:PutSecretValue",
                    "secretsmanager:UpdateSecretVersionStage",
                ],
                resources=[self.arn],
            ),
            # It knows no resource (source: service authorization reference, Secrets Manager, 2026-11).
            Statement(sid="MakePassword", actions=["secretsmanager:GetRandomPassword"]),
            self._use_key("UseKeyOfCredentials", ["kms:Decrypt", "kms:GenerateDataKey"]),
        )
        if self._copied_with_own_keys:
            # Every new value is copied, and whoever makes it needs the keys of the copies, unless they are AWS's own
            # (source: Secrets Manager user guide, "Troubleshoot AWS Secrets Manager replication", 2026-11).
            role.add(self._use_keys_of_copies())

    def _create(self, how: Created) -> SecretsmanagerSecret:
        settings = how.settings
        self._keys = how.key.arn
        if settings.replica_key is not None:
            self._copied_with_own_keys = sorted(settings.replica_regions)
        return SecretsmanagerSecret(
            self,
            "created",
            name=self.secret_name,
            description=how.description,
            kms_key_id=how.key.arn,
            recovery_window_in_days=0 if how.profile == "ephemeral" else settings.recovery_window_days,
            replica=[
                SecretsmanagerSecretReplica(region=region, kms_key_id=settings.replica_key)
                for region in sorted(settings.replica_regions)
            ]
            or None,
            depends_on=[how.key.ready],
        )

    def _deny_others(self) -> SecretsmanagerSecretPolicy:
        policy = policy_document(
            [
                deny_plain_text(["secretsmanager:*"]),
                Statement(
                    sid="DenyOtherAccounts",
                    effect="Deny",
                    principals=ANYONE,
                    actions=["secretsmanager:*"],
                    # An AWS service has no account: it is told apart by a key of its own
                    # (source: IAM user guide, "Establish permissions guardrails using data perimeters", 2026-11).
                    conditions={
                        "StringNotEqualsIfExists": {"aws:PrincipalAccount": self._account.id},
                        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                    },
                ),
            ]
        )
        return SecretsmanagerSecretPolicy(
            self, "policy", secret_arn=self.arn, block_public_policy=True, policy=policy
        )

    def _first_version(
        self, secret_id: str, fields: Mapping[str, str | int], password: PasswordSettings, version: int
    ) -> SecretsmanagerSecretVersion:
        """Give the entry its first value: the fields, and a password that is made anew in each run and used once."""
        made = self._ephemeral(
            "aws_secretsmanager_random_password",
            "generated",
            {"password_length": password.length, "exclude_characters": password.excluded},
        )
        # Within an expression CDKTF writes a reference as it is, and would quote it as part of a text.
        written = ", ".join(
            f"{name} = {value if Token.is_unresolved(value) else json.dumps(value)}"
            for name, value in fields.items()
        )
        return SecretsmanagerSecretVersion(
            self,
            "first",
            secret_id=secret_id,
            secret_string_wo=f"${{jsonencode({{ {written}, password = {made}.random_password }})}}",
            secret_string_wo_version=version,
            version_stages=["AWSCURRENT", FIRST],
            # Rotations move AWSCURRENT on.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["version_stages"]),
        )

    def _ephemeral(self, kind: str, what: str, arguments: Mapping[str, object]) -> str:
        """Add an ephemeral block, for which CDKTF has no construct; returns its address."""
        name = f"{self.node.path.replace('/', '_').replace('-', '_')}_{what}"
        TerraformStack.of(self).add_override(f"ephemeral.{kind}.{name}", dict(arguments))
        return f"ephemeral.{kind}.{name}"

    def _use_keys_of_copies(self) -> Statement:
        account, regions = self._account, self._copied_with_own_keys
        return Statement(
            sid="UseKeysOfCopies",
            actions=["kms:Encrypt", "kms:GenerateDataKey"],
            # Only their alias is known.
            resources=[f"arn:{account.partition}:kms:{region}:{account.id}:key/*" for region in regions],
            conditions={
                "StringEquals": {
                    "kms:ViaService": [f"secretsmanager.{region}.amazonaws.com" for region in regions]
                }
            },
        )

    def _use_key(self, sid: str, actions: Sequence[str]) -> Statement:
        return Statement(
            sid=sid,
            actions=actions,
            resources=[self._keys],
            conditions={
                "StringEquals": {
                    "kms:EncryptionContext:SecretARN": self.arn,
                    "kms:ViaService": f"secretsmanager.{self._account.region}.amazonaws.com",
                }
            },
        )
