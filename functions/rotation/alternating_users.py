"""Two logins that take turns: while clients use one, the other gets the next password.

Both belong to a role that owns the application's objects and cannot log in; each session becomes it
(``ALTER ROLE ... SET role``). The login that clients use is never changed, so there is no moment in which it does not work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from . import roles
from .administrator import Administrator
from .entry import Entry, Login
from .failures import AuthenticationError, CapacityError, PrivilegeError, SecretError
from .logins import Logins
from .pair import Pair
from .postgres import PostgreSQL


class AlternatingUsers:
    """An administrator prepares the login that clients will use next.

    Args:
        database: where the logins are.
        administrator: manages them.
        owner_role: owns the application's objects; default: ``<username>_owner``.
    """

    def __init__(self, database: PostgreSQL, administrator: Administrator, owner_role: str | None) -> None:
        self._database = database
        self._administrator = administrator
        self._owner_role = owner_role

    def successor(self, current: Entry, password: str) -> Entry:
        """The other login with a new password."""
        return current.with_login(Pair.of(current.login.username).other, password)

    def check(self, pending: Entry, current: Entry) -> None:
        """Pending must be the other login of the same server and database."""
        expected = self.successor(current, pending.login.password).login
        if not pending.login.same_role(expected) or pending.login.dbname != expected.dbname:
            raise SecretError(
                f"its AWSPENDING version is for {pending.login}, but its AWSCURRENT version, for {current.login}, is "
                f"followed by {expected}"
            )

    def apply(
        self, pending: Entry, current: Entry, earlier: Iterable[Entry], still_pending: Callable[[], None]
    ) -> str:
        """Make the other login like the current one, with the pending password, all in one transaction.

        Raises:
            SecretError: pending is not the other login.
            AuthenticationError: the administrator cannot log in; or the logins are there, and no version of the
                secret logs in as one of them.
            PrivilegeError: the administrator lacks a right, or the current login has rights that only it can have.
            RotationError: the server cannot be reached, or refuses.
        """
        self.check(pending, current)
        owner = self._owner(current)
        proven = _Proven(self._database, current.login, chain([current, pending], earlier))
        with (
            self._administrator.session(pending.login) as session,
            session.transaction(lock=owner),
        ):
            logins = Logins(
                session,
                owner=owner,
                current=current,
                pending=pending,
                owner_is_given=self._owner_role is not None,
                logs_in=proven.any_of,
            )
            done = logins.prepare()
            still_pending()
        return done

    def verify(self, pending: Entry) -> None:
        """Log in with the pending password, as the owner role in effect, where changes are possible."""
        owner = self._owner(pending)
        with self._database.session(pending.login) as session:
            session.require_writable()
            [[user, effective]] = session.run("SELECT session_user, current_user", "a query")
        if (user, effective) != (pending.login.username, owner):
            raise PrivilegeError(
                f"logged in as {user} with the rights of {effective}; it should be {pending.login.username} with those "
                f"of {owner} (ALTER ROLE ... SET role)"
            )

    def rehearse(self, current: Entry) -> None:
        """The administrator must be able to log in, and so must the current login, unless the first rotation makes it."""
        with self._administrator.session(current.login) as session:
            session.require_writable()
            there = roles.find(session, current.login.username) is not None
        if there and not self._database.accepts(current.login):
            raise AuthenticationError(
                f"PostgreSQL does not accept the AWSCURRENT password of {current.login}"
            )

    def _owner(self, entry: Entry) -> str:
        pair = Pair.of(entry.login.username)
        owner = self._owner_role or pair.owner
        if owner in {pair.name, pair.other}:
            raise SecretError(
                f"its username is {pair.name}, and the owner role {owner} is the same or its other login; the owner "
                "role must be a role of its own, without login"
            )
        return owner


class _Proven:
    """Which logins the secret has a working password for, asked only when it matters.

    Args:
        database: where they log in.
        current: one of them.
        entries: versions of the secret, the most likely one first.
    """

    def __init__(self, database: PostgreSQL, current: Login, entries: Iterator[Entry]) -> None:
        self._database = database
        self._entries = entries
        self._server = current
        self._names: set[str] = set()

    def any_of(self, *names: str) -> bool:
        """Whether some version logs in as one of the roles.

        Raises:
            RotationError: no answer to that question.
        """
        if self._names.intersection(names):
            return True
        for entry in self._entries:
            login = entry.login
            if login.username in names and login.same_server(self._server) and self._works(entry):
                self._names.add(login.username)
                return True
        return False

    def _works(self, entry: Entry) -> bool:
        try:
            return self._database.accepts(entry.login)
        except CapacityError as error:
            if (
                error.authenticated
            ):  # all its connections are in use, or it may have none: the password is right
                return True
            raise
