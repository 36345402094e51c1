"""PostgreSQL as the rotation needs it: log in over verified TLS, change roles in one transaction, prove a login."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pg8000 import exceptions  # type: ignore[import-untyped]
from pg8000.native import Connection, identifier, literal  # type: ignore[import-untyped]
from scramp import ScramException  # type: ignore[import-untyped]

from . import sqlstate, tls
from .deadline import Deadline
from .entry import Login
from .failures import (
    AuthenticationError,
    DatabaseError,
    NetworkError,
    PrivilegeError,
    ReadOnlyError,
    RotationError,
    TLSError,
)
from .passwords import scram_verifier

_AS_THE_ROLE_ITSELF: Mapping[str, str] = MappingProxyType(
    {
        # The login's own settings and the database's schemas must not decide what runs here (CVE-2018-1058).
        "role": "none",
        "search_path": "pg_catalog, pg_temp",
        "standard_conforming_strings": "on",
    }
)
_CLEAR_TEXT = b"\0\0\0\3"
"""AuthenticationCleartextPassword (source: protocol message formats)."""

CLIENT_SECONDS = 15.0
"""For a login as a client, with a query or two: what comes after it needs time as well."""
_LOCK_SHARE = 1 / 3
"""Of the time that a transaction has, for the wait for one lock. It may wait for two, another rotation's end and a role that
somebody is changing; then the server says so, well before the function would only find that its time is over."""
_ROLLBACK_SECONDS = 5
"""Until the server gives up a transaction whose client is gone without a word, as a stopped function's may be."""


class PostgreSQL:
    """Logs in over TLS, with the server's certificate and name verified; there is no way to turn that off.

    Args:
        ca_file: PEM file of the root certificates to trust, and no others.
        deadline: of the step.

    Raises:
        ConfigurationError: the file holds no certificates.
    """

    def __init__(self, ca_file: Path, deadline: Deadline) -> None:
        self._tls = tls.trusting(ca_file)
        self._deadline = deadline

    def session(self, login: Login) -> Session:
        """A session as a client has it, with all that is set for the role; to be used in a ``with``.

        Raises:
            AuthenticationError: the role does not exist, or the password is wrong or expired.
            RotationError: the server cannot be reached, cannot be trusted, or refuses for another reason.
        """
        return self._open(login, {}, self._deadline.part(CLIENT_SECONDS))

    @contextmanager
    def managing(self, logins: Iterable[Login]) -> Iterator[Session]:
        """A session that changes roles, with the first of the logins that is accepted; closed at the end.

        Args:
            logins: the most likely one first; the next is only asked for when one does not authenticate.

        Raises:
            AuthenticationError: none is accepted.
            RotationError: as for `session`.
        """
        refused = ""
        for login in logins:
            try:
                session = self._open(login, _AS_THE_ROLE_ITSELF, self._deadline)
            except AuthenticationError as error:
                refused = str(error)
                continue
            with session:
                yield session
            return
        raise AuthenticationError(refused or "there is no credential to log in with")

    def accepts(self, login: Login) -> bool:
        """Whether the role can log in with this password.

        Raises:
            RotationError: no answer to that question; see `session`.
        """
        try:
            with self.session(login):
                return True
        except AuthenticationError:
            return False

    def _open(self, login: Login, settings: Mapping[str, str], deadline: Deadline) -> Session:
        socket = tls.connect(login.host, login.port, self._tls, deadline)
        try:
            milliseconds = int(deadline.remaining() * 1000)
            connection = _Connection(
                login.username,
                sock=socket,
                ssl_context=False,  # the socket has TLS already
                database=login.dbname,
                password=login.password,
                application_name="rotation",
                startup_params={
                    "statement_timeout": str(milliseconds),
                    "idle_in_transaction_session_timeout": str(milliseconds + _ROLLBACK_SECONDS * 1000),
                    **settings,
                },
            )
        except ScramException:
            socket.close()
            # The driver checks that the server, too, knows the password. Not chained: the error may quote it.
            raise TLSError(
                f"{login.host}:{login.port} does not prove that it knows the password of {login.username}"
            ) from None
        except _ERRORS as error:
            socket.close()
            raise _failure(error, f"the login of {login}") from error
        return Session(connection, login, deadline)


class Session:
    """A login that succeeded.

    Args:
        connection: of the driver.
        login: who it is.
        deadline: of the step.
    """

    def __init__(self, connection: Connection, login: Login, deadline: Deadline) -> None:
        self._connection = connection
        self.login = login
        self._deadline = deadline

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        # What was wanted is done, or has failed with its own error.
        with suppress(exceptions.InterfaceError, OSError):
            self._connection.close()

    @property
    def version(self) -> int:
        """The server's major version, such as 15."""
        told = re.match(r"\d+", self._connection.parameter_statuses.get("server_version", ""))
        return int(told.group()) if told else 0

    def run(self, statement: str, doing: str, **values: object) -> list[list[Any]]:
        """Run a statement; its rows.

        Args:
            statement: SQL, with ``:name`` for a value.
            doing: for the error, as in "PostgreSQL refuses <doing>".
            values: for the names.

        Raises:
            RotationError: the server refuses, or the connection is lost; never quotes the statement.
        """
        try:
            return list(self._connection.run(statement, **values) or [])
        except _ERRORS as error:
            raise _failure(error, doing) from error

    @contextmanager
    def transaction(self, lock: str) -> Iterator[None]:
        """All or nothing, and one at a time.

        Args:
            lock: name of what is changed: another rotation that changes it waits here, for the end of this one.

        Raises:
            ReadOnlyError: the server takes no changes.
            CapacityError: somebody else's transaction holds what is needed, for too long.
            RotationError: as for `run`; nothing was changed, unless the connection was lost at the very end.
        """
        self.require_writable()
        # Not as default_transaction_read_only says for this role: a reporting login, too, gets its password.
        self.run(
            f"BEGIN READ WRITE; SET LOCAL lock_timeout = {self._milliseconds(_LOCK_SHARE)}", "a transaction"
        )
        try:
            self.run(
                "SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))",
                "the lock of another rotation's end",
                name=f"rotation of {lock}",
            )
            yield
        except BaseException:
            with suppress(RotationError):
                self.run("ROLLBACK", "to roll back")
            raise
        self.run("COMMIT", "to commit")

    def _milliseconds(self, share: float) -> int:
        """A share of the time that is left; at least 1, because 0 is no limit."""
        try:
            return max(1, int(self._deadline.remaining() * 1000 * share))
        except TimeoutError as error:
            raise _failure(error, "a transaction") from error

    def require_writable(self) -> None:
        """Tell when changes are impossible here.

        Raises:
            ReadOnlyError: this is a standby, or the server or the database is set to read only.
            RotationError: as for `run`.
        """
        [[standby, read_only]] = self.run(
            "SELECT pg_catalog.pg_is_in_recovery(), s.setting = 'on' AND s.source NOT IN ('user', 'database user')"
            " FROM pg_catalog.pg_settings s WHERE s.name = 'default_transaction_read_only'",
            "a query",
        )
        if standby:
            raise ReadOnlyError(
                f"{self.login.host}:{self.login.port} is a standby (in recovery): DATABASE_HOST or the entry's host "
                "must name the primary's endpoint"
            )
        if read_only:
            raise ReadOnlyError(
                f"{self.login.host}:{self.login.port} is set to read only (default_transaction_read_only = on)"
            )

    def set_password(self, role: str, password: str) -> None:
        """Change a role's password.

        The server gets the SCRAM-SHA-256 verifier, not the password: statements are written to its log
        (``log_statement``, pgaudit), and the log is kept for years.

        Raises:
            PrivilegeError: the session may not; tells when ``rds.restrict_password_commands`` is why.
            RotationError: as for `run`.
        """
        restricted = self._passwords_are_restricted()
        try:
            self.run(
                f"ALTER ROLE {identifier(role)} PASSWORD {literal(scram_verifier(password))}",
                f"to change the password of {role}",
            )
        except PrivilegeError as error:
            if restricted:
                raise PrivilegeError(
                    f"{error}; rds.restrict_password_commands is on and {self.login.username} is no member of "
                    f"rds_password: run GRANT rds_password TO {identifier(self.login.username)} as the master user",
                    sqlstate=error.sqlstate,
                ) from error
            raise

    def _passwords_are_restricted(self) -> bool:
        """Whether RDS lets only members of rds_password change passwords, and this session's role is none."""
        [[setting, member]] = self.run(
            "SELECT current_setting('rds.restrict_password_commands', true),"
            " (SELECT pg_has_role(session_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = 'rds_password')",
            "a query",
        )
        return setting in {"on", "1"} and not member


class _Connection(Connection):  # type: ignore[misc] # pg8000 has no types
    """The driver's connection, which sends no password in clear text, not even through TLS."""

    def handle_AUTHENTICATION_REQUEST(self, data: bytes, context: object) -> None:  # noqa: N802 - the driver's
        if data[:4] == _CLEAR_TEXT:
            raise PrivilegeError(
                "the server asks for the password in clear text, as RDS does for members of rds_iam: "
                "a login that is rotated must not be one (REVOKE rds_iam)"
            )
        super().handle_AUTHENTICATION_REQUEST(data, context)


_ERRORS = (exceptions.DatabaseError, exceptions.InterfaceError, OSError)


def _failure(error: Exception, doing: str) -> RotationError:
    """What an error of the driver means."""
    chain = list(_chain(error))
    for cause in chain:
        # The driver closes a refused connection; when that fails too, the answer is behind the newer error.
        if isinstance(cause, exceptions.DatabaseError):
            fields = cause.args[0] if cause.args and isinstance(cause.args[0], dict) else {}
            return sqlstate.failure(fields, doing)
        if isinstance(cause, RotationError):
            return cause
    last = chain[-1]
    if isinstance(last, OSError):
        reason = str(last) if isinstance(last, TimeoutError) else last.strerror or type(last).__name__
        return NetworkError(f"lost the connection ({doing}): {reason}")
    if str(last) == "network error":
        return NetworkError(f"lost the connection ({doing}): closed by the server")
    return DatabaseError(f"the driver cannot go on with {doing}: {last}")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those behind it, newest first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
