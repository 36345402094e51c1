"""The application's credentials in Secrets Manager: an entry of our own, whose login the first rotation makes."""

from __future__ import annotations

from typing import Protocol

from constructs import Construct

from modules.aws.account import Account
from modules.credentials.secret import Created, Secret
from modules.credentials.settings import ApplicationSettings, CredentialsSettings
from modules.keys.key import IKey
from modules.settings import Profile


class IServer(Protocol):
    """Where clients find a database."""

    @property
    def address(self) -> str:
        """Name of the server."""
        ...

    @property
    def port(self) -> int:
        """Its TCP port."""
        ...

    @property
    def name(self) -> str:
        """The database."""
        ...


class ApplicationCredentials(Secret):
    """An entry with all that an application needs to connect.

    The entry is JSON with ``engine``, ``username``, ``dbname``, ``host``, ``port`` and ``password``. Until the first
    rotation has made the login, its password opens nothing.

    Args:
        scope: parent construct.
        id: construct id.
        secret_name: name of the entry.
        description: what it is.
        account: the account it belongs to.
        settings: how entries are made.
        application: the login.
        profile: ``ephemeral`` deletes the entry at once.
        database: where the application connects.
        key: encrypts the entry.
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
        application: ApplicationSettings,
        profile: Profile,
        database: IServer,
        key: IKey,
    ) -> None:
        super().__init__(scope, id, secret_name=secret_name, account=account)
        created = self._create(Created(settings=settings, profile=profile, key=key, description=description))
        self.arn = str(created.arn)
        self.ready = self._first_version(
            str(created.id),
            {
                "engine": "postgres",
                "username": application.username,
                "dbname": database.name,
                "host": database.address,
                "port": database.port,
            },
            settings.password,
            version=1,
        )
        self._deny_others()
