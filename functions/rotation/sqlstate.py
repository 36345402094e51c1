"""PostgreSQL's errors as failures, by their SQLSTATE.

Source: https://www.postgresql.org/docs/15/errcodes-appendix.html. Messages are translated by the server, codes and the
names of its routines are not.
"""

from __future__ import annotations

from .failures import (
    AuthenticationError,
    CapacityError,
    DatabaseError,
    NetworkError,
    PrivilegeError,
    ReadOnlyError,
    RotationError,
)

_FAILURES: dict[str, type[RotationError]] = {
    "28P01": AuthenticationError,  # invalid_password
    "42501": PrivilegeError,  # insufficient_privilege
    "25006": ReadOnlyError,  # read_only_sql_transaction
    "57014": CapacityError,  # query_canceled: by the statement's time limit, mostly in a queue of locks
    "55P03": CapacityError,  # lock_not_available
    "57P01": NetworkError,  # admin_shutdown
    "57P02": NetworkError,  # crash_shutdown
    "57P03": NetworkError,  # cannot_connect_now: it starts or stops
    "57P05": NetworkError,  # idle_session_timeout
}
_CLASSES: dict[str, type[RotationError]] = {
    "08": NetworkError,  # connection exceptions
    "53": CapacityError,  # insufficient resources: connections, memory, disk
}
_AFTER_AUTHENTICATION = "InitializeSessionUserId"
"""The routine that looks at a role after its password was right (src/backend/utils/init/miscinit.c)."""


def failure(fields: dict[str, str], doing: str) -> RotationError:
    """What an answer of the server means.

    Args:
        fields: of its ErrorResponse, by their one-letter names.
        doing: what was tried, as the object of "PostgreSQL refuses ...".
    """
    code, routine = fields.get("C", "no SQLSTATE"), fields.get("R", "")
    message = f"PostgreSQL refuses {doing}: {fields.get('M', 'no message')} ({code})"
    if code == "28000":  # invalid_authorization_specification
        return _invalid_authorization(message, routine)
    found = _FAILURES.get(code) or _CLASSES.get(code[:2], DatabaseError)
    if found is CapacityError:
        return CapacityError(message, sqlstate=code, authenticated=routine == _AFTER_AUTHENTICATION)
    return found(message, sqlstate=code)


def _invalid_authorization(message: str, routine: str) -> RotationError:
    if routine == "auth_failed":  # a method other than a password, such as PAM, does not accept it
        return AuthenticationError(message, sqlstate="28000")
    if routine == "ClientAuthentication":
        message += "; the server's pg_hba.conf has no rule that lets this connection in"
    return PrivilegeError(message, sqlstate="28000")
