"""The database's credentials in Secrets Manager, and the password's way into RDS past the state."""

from __future__ import annotations

import json

from cdktf import ITerraformDependable, TerraformStack
from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_policy import SecretsmanagerSecretPolicy
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import ANYONE, Statement, deny_plain_text, policy_document
from modules.aws.role import Role
from modules.credentials.settings import CredentialsSettings
from modules.keys.key import IKey
from modules.settings import Profile

EXCLUDED_CHARACTERS = "\"'/@\\ :%?#&"
"""Characters that RDS refuses in a password (``/``, ``@``, ``"``, space), or that connection strings must escape."""


class EphemeralPassword:
    """A password that Terraform reads anew in each run and writes nowhere.

    Args:
        expression: Terraform expression of the ephemeral value.
        version: raised to make Terraform send the password again.
    """

    def __init__(self, expression: str, version: int) -> None:
        self.expression = expression
        self.version = version


class Credentials(Construct):
    """A Secrets Manager entry with the master user's credentials, existing or created.

    The entry is JSON with ``engine``, ``username``, ``password`` and ``dbname``, and may name ``host`` and ``port``.

    Args:
        scope: parent construct.
        id: construct id.
        secret_name: name of the entry.
        account: the account it belongs to.
        settings: where it comes from.
        profile: ``ephemeral`` deletes a created entry at once.
        username: master user, for a created entry.
        database_name: database, for a created entry.
        key: key of a created entry; an existing one keeps the key that it has.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        secret_name: str,
        account: Account,
        settings: CredentialsSettings,
        profile: Profile,
        username: str,
        database_name: str,
        key: IKey,
    ) -> None:
        super().__init__(scope, id)
        self._account = account
        if settings.source == "existing":
            entry = DataAwsSecretsmanagerSecret(self, "entry", name=secret_name)
            self.arn = str(entry.arn)
            read_from = secret_name
            self.ready: ITerraformDependable = entry
        else:
            created = SecretsmanagerSecret(
                self,
                "created",
                name=secret_name,
                description="Master user of the citizen database",
                kms_key_id=key.arn,
                recovery_window_in_days=0 if profile == "ephemeral" else settings.recovery_window_days,
                depends_on=[key.ready],
            )
            self.arn = str(created.arn)
            first = self._first_version(str(created.id), username, database_name, settings.password_version)
            # Read back, not passed on: when an apply breaks off between the entry and the database, the next one
            # still sends the password that the entry has.
            read_from = str(first.secret_id)
            self.ready = first
        self.password = self._read(read_from, settings.password_version)
        SecretsmanagerSecretPolicy(
            self, "policy", secret_arn=self.arn, block_public_policy=True, policy=self._policy()
        )

    def grant_read(self, role: Role) -> None:
        """Let a role read the credentials, through Secrets Manager and with its key."""
        role.add(
            Statement(
                sid="ReadCredentials",
                actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                resources=[self.arn],
            ),
            self._use_key("DecryptCredentials", ["kms:Decrypt"]),
        )

    def grant_rotate(self, role: Role) -> None:
        """Let a role read the credentials and move them through a rotation."""
        role.add(
            Statement(
                sid="RotateCredentials",
                actions=[
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetSecretValue",
                    "secretsmanager:PutSecretValue",
                    "secretsmanager:UpdateSecretVersionStage",
                ],
                resources=[self.arn],
            ),
            Statement(sid="MakePassword", actions=["secretsmanager:GetRandomPassword"]),
            self._use_key("UseKeyOfCredentials", ["kms:Decrypt", "kms:GenerateDataKey"]),
        )

    def _use_key(self, sid: str, actions: list[str]) -> Statement:
        # An existing entry's key is not ours to know: any key of this account, for this entry only.
        return Statement(
            sid=sid,
            actions=actions,
            resources=[self._account.arn("kms", "key/*")],
            conditions={
                "StringEquals": {
                    "kms:EncryptionContext:SecretARN": self.arn,
                    "kms:ViaService": f"secretsmanager.{self._account.region}.amazonaws.com",
                }
            },
        )

    def _policy(self) -> str:
        return policy_document(
            [
                deny_plain_text(["secretsmanager:*"]),
                Statement(
                    sid="DenyOtherAccounts",
                    effect="Deny",
                    principals=ANYONE,
                    actions=["secretsmanager:*"],
                    # IfExists: AWS services, which rotate the entry, call without a principal's account.
                    conditions={"StringNotEqualsIfExists": {"aws:PrincipalAccount": self._account.id}},
                ),
            ]
        )

    def _read(self, secret_id: str, version: int) -> EphemeralPassword:
        name = f"{self.node.path.replace('/', '_').replace('-', '_')}_current"
        # CDKTF has no construct for ephemeral blocks.
        TerraformStack.of(self).add_override(
            f"ephemeral.aws_secretsmanager_secret_version.{name}", {"secret_id": secret_id}
        )
        value = f"ephemeral.aws_secretsmanager_secret_version.{name}.secret_string"
        return EphemeralPassword(f'${{jsondecode({value})["password"]}}', version)

    def _first_version(
        self, secret_id: str, username: str, database_name: str, version: int
    ) -> SecretsmanagerSecretVersion:
        name = f"{self.node.path.replace('/', '_').replace('-', '_')}_generated"
        TerraformStack.of(self).add_override(
            f"ephemeral.aws_secretsmanager_random_password.{name}",
            {"password_length": 32, "exclude_characters": EXCLUDED_CHARACTERS},
        )
        password = f"ephemeral.aws_secretsmanager_random_password.{name}.random_password"
        fields = ", ".join(
            f"{key} = {json.dumps(value)}"
            for key, value in (("engine", "postgres"), ("username", username), ("dbname", database_name))
        )
        return SecretsmanagerSecretVersion(
            self,
            "first",
            secret_id=secret_id,
            secret_string_wo=f"${{jsonencode({{ {fields}, password = {password} }})}}",
            secret_string_wo_version=version,
        )
