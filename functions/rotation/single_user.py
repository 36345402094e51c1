"""One role, which changes its own password. Between that and the last step, only the pending version logs in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import chain

from .entry import Entry
from .failures import AuthenticationError, PrivilegeError, SecretError
from .postgres import PostgreSQL


class SingleUser:
    """The role logs in with a password that still works, and sets the pending one.

    Args:
        database: where it logs in.
    """

    def __init__(self, database: PostgreSQL) -> None:
        self._database = database

    def successor(self, current: Entry, password: str) -> Entry:
        """The same role with a new password."""
        return current.with_login(current.login.username, password)

    def check(self, pending: Entry, current: Entry) -> None:
        """Both must be the same role of the same server."""
        if not pending.login.same_role(current.login):
            raise SecretError(
                f"its AWSPENDING version is for {pending.login}, its AWSCURRENT version for {current.login}"
            )

    def apply(
        self, pending: Entry, current: Entry, earlier: Iterable[Entry], still_pending: Callable[[], None]
    ) -> str:
        """Set the pending password, unless the database has it already.

        Raises:
            SecretError: pending and current are not the same role.
            AuthenticationError: no known password works.
            RotationError: the server cannot be reached, or refuses.
        """
        self.check(pending, current)
        if self._database.accepts(pending.login):
            return "the database has the pending password already"
        role = pending.login.username
        # At last the pending one again: if none works, another delivery may just have set it.
        entries = chain([current], earlier, [pending])
        known = (entry.login for entry in entries if entry.login.same_role(pending.login))
        try:
            with self._database.managing(known) as session, session.transaction(lock=role):
                session.set_password(role, pending.login.password)
                still_pending()
        except AuthenticationError as error:
            raise AuthenticationError(
                f"{error}; so it refuses every password that the secret has for {pending.login}: set the role's "
                "password to that of the AWSCURRENT version (ALTER ROLE, or the master password of the instance)",
                sqlstate=error.sqlstate,
            ) from error
        if session.login == current.login:
            return "set the pending password with the current one"
        if session.login == pending.login:
            return "another delivery has set the pending password"
        return "set the pending password with an earlier one, as the database refuses the current one"

    def verify(self, pending: Entry) -> None:
        """Log in with the pending password, as the role itself, where changes are possible."""
        with self._database.session(pending.login) as session:
            session.require_writable()
            [[user]] = session.run("SELECT session_user", "a query")
        if user != pending.login.username:
            raise PrivilegeError(f"logged in as {user}, not as {pending.login.username}")

    def rehearse(self, current: Entry) -> None:
        """The current password must work."""
        self.verify(current)
