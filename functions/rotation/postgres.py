"""PostgreSQL as the rotation needs it: log in over verified TLS, change a password, prove a login."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pg8000.native import (  # type: ignore[import-untyped]
    Connection,
    DatabaseError,
    InterfaceError,
    identifier,
    literal,
)
from scramp import ScramException, ScramMechanism  # type: ignore[import-untyped]

from .entry import Login
from .errors import LoginRefusedError, RotationError

TIMEOUT_SECONDS = 5.0
"""For each answer of the server; a whole step must fit into the function's time."""

_INVALID_PASSWORD = "28P01"  # noqa: S105 - SQLSTATE (https://www.postgresql.org/docs/15/errcodes-appendix.html)


class PostgreSQL:
    """Logs in over TLS, with the server's certificate and name verified; there is no way to turn that off.

    Args:
        ca_file: PEM file of the root certificates to trust, and no others.

    Raises:
        RotationError: the file holds no certificates.
    """

    def __init__(self, ca_file: Path) -> None:
        try:
            self._tls = ssl.create_default_context(cafile=str(ca_file))
        except ssl.SSLError as error:
            raise RotationError(f"{ca_file} holds no PEM certificates: {error}") from error

    @contextmanager
    def login(self, login: Login) -> Iterator[Connection]:
        """A connection, closed at the end.

        Raises:
            LoginRefusedError: the password is wrong.
            RotationError: the server cannot be reached, cannot be trusted, or refuses for another reason.
        """
        try:
            connection = Connection(
                login.username,
                host=login.host,
                port=login.port,
                database=login.dbname,
                password=login.password,
                ssl_context=self._tls,
                timeout=TIMEOUT_SECONDS,
                application_name="rotation",
            )
        except (DatabaseError, InterfaceError, ScramException, OSError) as error:
            raise _login_error(login, error) from error
        try:
            yield connection
        finally:
            # What was wanted is done, or has failed with its own error.
            with suppress(InterfaceError, OSError):
                connection.close()

    def accepts(self, login: Login) -> bool:
        """Whether the role can log in with this password.

        Raises:
            RotationError: no answer to that question; see `login`.
        """
        try:
            with self.login(login):
                return True
        except LoginRefusedError:
            return False


def set_password(connection: Connection, role: str, password: str) -> None:
    """Change a role's password.

    The server gets the SCRAM-SHA-256 verifier, not the password: statements are written to its log
    (``log_statement``, pgaudit), and the log is kept for years.

    Raises:
        RotationError: the server refuses it.
    """
    statement = f"ALTER ROLE {identifier(role)} PASSWORD {literal(scram_verifier(password))}"
    try:
        connection.run(statement)
    except DatabaseError as error:
        code, message = _sqlstate(error)
        raise RotationError(
            f"PostgreSQL refuses to change the password of {role}: {message} ({code})"
        ) from error
    except (InterfaceError, OSError) as error:
        raise RotationError(f"lost the connection that changes the password of {role}") from error


def session_user(connection: Connection) -> str:
    """The role that is logged in: a query that shows that the login can be used.

    Raises:
        RotationError: the query fails.
    """
    try:
        rows = connection.run("SELECT session_user")
    except DatabaseError as error:
        code, message = _sqlstate(error)
        raise RotationError(f"PostgreSQL refuses a query after the login: {message} ({code})") from error
    except (InterfaceError, OSError) as error:
        raise RotationError("lost the connection after the login") from error
    return str(rows[0][0])


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores for a password: ``SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>``.

    Source: https://www.postgresql.org/docs/15/catalog-pg-authid.html; 4096 iterations as the server's own.

    Raises:
        RotationError: the password has characters that SCRAM prohibits (RFC 4013).
    """
    try:
        salt, stored_key, server_key, iterations = ScramMechanism().make_auth_info(password)
    except ScramException:
        # Not chained: the error may quote the character.
        raise RotationError("the pending password has characters that SCRAM prohibits (RFC 4013)") from None
    encoded = [b64encode(part).decode("ascii") for part in (salt, stored_key, server_key)]
    return f"SCRAM-SHA-256${iterations}:{encoded[0]}${encoded[1]}:{encoded[2]}"


def _sqlstate(error: DatabaseError) -> tuple[str, str]:
    """Code and message of the server's answer."""
    fields = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    return str(fields.get("C", "no SQLSTATE")), str(fields.get("M", type(error).__name__))


def _login_error(login: Login, error: BaseException) -> RotationError:
    chain = list(_chain(error))
    for cause in chain:
        # The driver closes a refused connection; when that fails too, the answer is behind the newer error.
        if isinstance(cause, DatabaseError):
            code, message = _sqlstate(cause)
            refused = LoginRefusedError if code == _INVALID_PASSWORD else RotationError
            return refused(f"PostgreSQL refuses the login of {login}: {message} ({code})")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return RotationError(
                f"the certificate of {login.host}:{login.port} is not trusted: {cause.verify_message}; "
                "DATABASE_CA_FILE names other root certificates"
            )
    # "Connection refused" says more than the "network error" that the driver makes of it.
    return RotationError(
        f"no connection to {login.host}:{login.port}: {str(chain[-1]) or type(chain[-1]).__name__}"
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those behind it, newest first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
