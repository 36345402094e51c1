"""What can stop a rotation, by its cause; no message ever quotes a password.

The cause decides what happens next: after an authentication failure another credential may still be right; after any
other, trying one would only hide what is wrong.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import ClassVar


class RotationError(Exception):
    """A step cannot go on: the message names what is wrong or missing, and how to go on.

    Args:
        message: for whoever reads the log.
        sqlstate: PostgreSQL's code of the error, if it is the one that refuses
            (https://www.postgresql.org/docs/15/errcodes-appendix.html).
    """

    kind: ClassVar[str] = "rotation"
    """The cause in one word, for logs and metrics."""

    def __init__(self, message: str, *, sqlstate: str | None = None) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate

    def told_as(self, message: str) -> RotationError:
        """The same failure with another message, and nothing else of it: no cause, no context, no traceback."""
        return type(self)(message, sqlstate=self.sqlstate)


class ConfigurationError(RotationError):
    """The function's environment is not what it must be."""

    kind = "configuration"


class SecretError(RotationError):
    """The value of a version is not what a database entry must be."""

    kind = "secret"


class SecretsManagerError(RotationError):
    """Secrets Manager refuses a call, is throttling, or does not answer."""

    kind = "secrets-manager"


class AuthenticationError(RotationError):
    """PostgreSQL does not accept this credential; another one may still be right."""

    kind = "authentication"


class NetworkError(RotationError):
    """The server cannot be reached, went away, or did not answer in time."""

    kind = "network"


class TLSError(RotationError):
    """The server offers no TLS, or its certificate is not trusted; nothing was sent to it."""

    kind = "tls"


class CapacityError(RotationError):
    """The server has no place left: connections, memory, disk, or time in a queue of locks.

    Args:
        message: as for `RotationError`.
        sqlstate: as for `RotationError`.
        authenticated: the role's own limit refused it, which PostgreSQL looks at after the password was right.
    """

    kind = "capacity"

    def __init__(self, message: str, *, sqlstate: str | None = None, authenticated: bool = False) -> None:
        super().__init__(message, sqlstate=sqlstate)
        self.authenticated = authenticated


class ReadOnlyError(RotationError):
    """The server takes no changes: a standby was reached, or it is set to read only."""

    kind = "read-only"


class PrivilegeError(RotationError):
    """The role that is logged in, or that logs in, lacks a right."""

    kind = "privilege"


class DatabaseError(RotationError):
    """PostgreSQL refuses for another reason."""

    kind = "database"


class UnexpectedError(RotationError):
    """Something that this function does not expect."""

    kind = "unexpected"

    @classmethod
    def of(cls, error: Exception) -> UnexpectedError:
        """Name type and place, not the message: nobody knows what an unknown error quotes."""
        frames = traceback.extract_tb(error.__traceback__)
        place = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return cls(f"unexpected {type(error).__name__}{place}")
