"""The role that manages the application's logins: the master user, whose own secret may be rotated at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from .entry import Login
from .failures import ConfigurationError
from .postgres import PostgreSQL, Session
from .secret import Secret


class Administrator:
    """Logs in with what its secret says: AWSCURRENT, and after an authentication failure AWSPENDING and AWSPREVIOUS.

    Args:
        secret: of the administrator.
        database: where it logs in.
    """

    def __init__(self, secret: Secret, database: PostgreSQL) -> None:
        self._secret = secret
        self._database = database

    def session(self, application: Login) -> AbstractContextManager[Session]:
        """A session that changes roles, in the application's database.

        Args:
            application: one of the logins that it manages.

        Raises:
            ConfigurationError: its secret is for another server.
            AuthenticationError: none of its versions logs in.
            RotationError: as for `PostgreSQL.session`.
        """
        return self._database.managing(self._logins(application))

    def _logins(self, application: Login) -> Iterator[Login]:
        for entry in self._secret.labelled():
            if not entry.login.same_server(application):
                # Whoever may write the application's secret must not choose where the administrator logs in.
                raise ConfigurationError(
                    f"the administrator's secret is for {entry.login}, the application's for {application}; "
                    "both must name the same host and port"
                )
            yield replace(entry.login, dbname=application.dbname)
