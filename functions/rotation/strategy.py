"""How a role gets its next password. One strategy so far: the role changes its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from .entry import Entry
from .errors import LoginRefusedError, RotationError
from .postgres import PostgreSQL, session_user, set_password


class Strategy(Protocol):
    """What the four steps leave to a strategy. Each method can be called again after it broke off anywhere."""

    def successor(self, current: Entry, password: str) -> Entry:
        """The entry that follows the current one, with a new password."""
        ...

    def apply(self, pending: Entry, current: Entry, earlier: Iterable[Entry]) -> str:
        """Make the pending entry work in the database; returns what was done, for the log."""
        ...

    def verify(self, pending: Entry) -> None:
        """Prove that the pending entry works; raises RotationError when it does not."""
        ...


class SingleUser:
    """The role logs in with a password that still works, and sets the pending one.

    Args:
        database: where it logs in.
    """

    def __init__(self, database: PostgreSQL) -> None:
        self._database = database

    def successor(self, current: Entry, password: str) -> Entry:
        """The same role with a new password."""
        return current.with_password(password)

    def apply(self, pending: Entry, current: Entry, earlier: Iterable[Entry]) -> str:
        """Set the pending password, unless the database has it already.

        Args:
            pending: what is to work afterwards.
            current: what clients use.
            earlier: what they used, or what a rotation that broke off has set; read only when `current` is refused.

        Raises:
            RotationError: no known password works, or pending and current are not the same role.
        """
        if not pending.login.same_role(current.login):
            # Whoever may write a pending version must not turn the rotation against another role or server.
            raise RotationError(
                f"its AWSPENDING version is for {pending.login}, its AWSCURRENT version for {current.login}; "
                "remove the AWSPENDING label (aws secretsmanager update-secret-version-stage) and rotate again"
            )
        if self._database.accepts(pending.login):
            return "the database has the pending password already"
        if self._set(current, pending):
            return "set the pending password with the current one"
        for entry in earlier:
            if entry.login.same_role(pending.login) and self._set(entry, pending):
                return "set the pending password with an earlier one, as the database refuses the current one"
        raise RotationError(
            f"the database refuses every password that the secret has for {pending.login}; set the role's password "
            "to that of the AWSCURRENT version (ALTER ROLE, or the master password of the instance)"
        )

    def verify(self, pending: Entry) -> None:
        """Log in with the pending password and run a query."""
        with self._database.login(pending.login) as connection:
            user = session_user(connection)
        if user != pending.login.username:
            raise RotationError(f"logged in as {user}, not as {pending.login.username}")

    def _set(self, known: Entry, pending: Entry) -> bool:
        try:
            with self._database.login(known.login) as connection:
                set_password(connection, pending.login.username, pending.login.password)
        except LoginRefusedError:
            return False
        return True
