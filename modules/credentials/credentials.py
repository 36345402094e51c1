"""The master user's credentials in Secrets Manager, and the password's way into RDS past the state."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
from constructs import Construct

from modules.aws.account import Account
from modules.credentials.secret import Created, Secret
from modules.credentials.settings import CredentialsSettings
from modules.keys.key import IKey
from modules.settings import Profile


class EphemeralPassword:
    """A password that Terraform reads anew in each run and writes nowhere.

    Args:
        expression: Terraform expression of the ephemeral value.
        version: raised to make Terraform send the password again.
    """

    def __init__(self, expression: str, version: int) -> None:
        self.expression = expression
        self.version = version


class Credentials(Secret):
    """A Secrets Manager entry with the master user's credentials, existing or created.

    The entry is JSON with ``engine``, ``username``, ``password`` and ``dbname``, and may name ``host`` and ``port``.

    Args:
        scope: parent construct.
        id: construct id.
        secret_name: name of the entry.
        description: of a created entry.
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
        description: str,
        account: Account,
        settings: CredentialsSettings,
        profile: Profile,
        username: str,
        database_name: str,
        key: IKey,
    ) -> None:
        super().__init__(scope, id, secret_name=secret_name, account=account)
        if settings.source == "existing":
            entry = DataAwsSecretsmanagerSecret(self, "entry", name=secret_name)
            self.arn = str(entry.arn)
            read_from = secret_name
            self.ready = entry
        else:
            created = self._create(
                Created(
                    settings=settings,
                    profile=profile,
                    key=key,
                    description=description,
                )
            )
            self.arn = str(created.arn)
            first = self._first_version(
                str(created.id),
                {"engine": "postgres", "username": username, "dbname": database_name},
                settings.password,
                settings.password_version,
            )
            # Read back, not passed on: when an apply breaks off between the entry and the database, the next one
            # still sends the password that the entry has.
            read_from = str(first.secret_id)
            self.ready = first
        current = self._ephemeral("aws_secretsmanager_secret_version", "current", {"secret_id": read_from})
        self.password = EphemeralPassword(
            f'${{jsondecode({current}.secret_string)["password"]}}', settings.password_version
        )
        self._deny_others()
