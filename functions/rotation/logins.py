"""The two logins that take turns, and their owner role, as an administrator finds and changes them in the database.

On RDS the administrator is no superuser. Before PostgreSQL 16, CREATEROLE is enough for all of this; since then it takes ADMIN
OPTION on each role, which whoever creates a role has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pg8000.native import identifier, literal  # type: ignore[import-untyped]

from . import roles
from .entry import Entry
from .failures import AuthenticationError, PrivilegeError
from .postgres import Session
from .roles import Membership, Role, Setting

_ROLE = "role"
ADMIN_OPTION_SINCE = 16


class Logins:
    """The two logins and their owner, as they are in the database within one transaction.

    Args:
        session: of the administrator.
        owner: name of the owner role.
        current: what clients use; never changed when it is there.
        pending: what they will use.
        owner_is_given: the function's settings name the owner role, so that who is a member of it belongs to it.
        logs_in: whether the secret has a password that works for one of the roles.
    """

    def __init__(
        self,
        session: Session,
        *,
        owner: str,
        current: Entry,
        pending: Entry,
        owner_is_given: bool,
        logs_in: Callable[..., bool],
    ) -> None:
        self._session = session
        self._owner = owner
        self._current = current
        self._pending = pending
        self._owner_is_given = owner_is_given
        self._logs_in = logs_in

    def prepare(self) -> str:
        """Do what is missing, and set the password; returns what was done.

        Raises:
            AuthenticationError: the logins are there, and no version of the secret logs in as one of them.
            PrivilegeError: a role belongs to somebody else, the current login has rights that only it can have, or the
                administrator lacks a right.
            RotationError: as for `Session.run`.
        """
        names = self._current.login.username, self._pending.login.username
        current, other = (roles.find(self._session, name) for name in names)
        owner = roles.find(self._session, self._owner)
        self._require_own([role for role in (current, other) if role is not None], owner, other)
        if current is not None:
            self._require_that_it_can_be_followed(current)
        created = [] if owner else [self._create_owner()]
        if current is None:
            # The first rotation: an entry that was made before its role. Whoever has read it can log in now, too.
            created.append(self._create(self._current, like=other))
            current = roles.find(self._session, names[0])
        if other is None:
            created.append(self._create(self._pending, like=current))
        else:
            self._assimilate(other, like=current)
            self._set_password(self._pending)
        made = f"; created {', '.join(created)}" if created else ""
        return f"{names[1]} has the pending password and all that {names[0]} has{made}"

    def _require_own(self, logins: list[Role], owner: Role | None, other: Role | None) -> None:
        """Whoever may write the secret must not get at roles with it that are not its own."""
        members = [role for role in logins if self._owner in role.memberships]
        if owner is not None and not self._owner_is_given and not members:
            raise PrivilegeError(
                f"the role {self._owner} is there, and neither login is a member of it: it may be somebody else's; name "
                "it in the function's OWNER_ROLE when it is this application's"
            )
        known = self._owner_is_given and len(members) == len(logins)
        if logins and not known and not self._logs_in(*(role.name for role in logins)):
            raise AuthenticationError(
                f"the roles {' and '.join(role.name for role in logins)} are there, but no version of the secret logs in "
                f"as one of them; set the password of {logins[0].name} to that of its version (ALTER ROLE)"
            )
        if other is not None and other not in members and not self._logs_in(other.name):
            raise PrivilegeError(
                f"the role {other.name} is there, is no member of {self._owner}, and no version of the secret logs in "
                f"as it: it may be somebody else's; GRANT {identifier(self._owner)} TO {identifier(other.name)} when "
                "it is this application's"
            )

    def _require_that_it_can_be_followed(self, current: Role) -> None:
        """The other login must get all that the current one has, and no more."""
        if not current.attributes["rolcanlogin"]:
            raise PrivilegeError(
                f"{current.name} is locked (NOLOGIN), which must not be undone through its other login; unlock it when "
                f"the reason is gone: ALTER ROLE {identifier(current.name)} LOGIN"
            )
        if current.superuser:
            raise PrivilegeError(
                f"{current.name} is a superuser, which cannot be carried over to another login"
            )
        held = roles.holdings(self._session, current)
        if held:
            raise PrivilegeError(
                f"{current.name} itself owns objects or has rights (databases: {', '.join(held)}), which its other login "
                f"would not have; move them to {self._owner}: REASSIGN OWNED BY {identifier(current.name)} TO "
                f"{identifier(self._owner)}, and GRANT to it what was granted to {current.name}"
            )

    def _create_owner(self) -> str:
        owner, database = identifier(self._owner), self._pending.login.dbname
        self._run(f"CREATE ROLE {owner} NOLOGIN", f"to create the role {self._owner}")
        self._run(
            f"GRANT CONNECT, TEMPORARY ON DATABASE {identifier(database)} TO {owner}",
            f"to grant {self._owner} connections to the database {database}",
        )
        # Of the same name: "$user" in the search path finds it for both logins, as it stands for the role in effect.
        self._run(f"CREATE SCHEMA IF NOT EXISTS {owner}", f"to create the schema {self._owner} in {database}")
        self._run(
            f"GRANT USAGE, CREATE ON SCHEMA {owner} TO {owner}",
            f"to grant {self._owner} its schema in {database}",
        )
        # PostgreSQL only warns when it grants less than it was asked for.
        [[complete]] = self._run(
            "SELECT has_database_privilege(:owner, :database, 'CONNECT')"
            " AND has_database_privilege(:owner, :database, 'TEMPORARY')"
            " AND has_schema_privilege(:owner, :owner, 'USAGE') AND has_schema_privilege(:owner, :owner, 'CREATE')",
            "a query of rights",
            owner=self._owner,
            database=database,
        )
        if not complete:
            raise PrivilegeError(
                f"{self._session.login.username} may not grant {self._owner} the database {database} and its schema "
                f"{self._owner}: it must own the database and the schema, or have their rights with grant option"
            )
        return self._owner

    def _create(self, entry: Entry, like: Role | None) -> str:
        name = entry.login.username
        self._run(f"CREATE ROLE {identifier(name)} LOGIN", f"to create the role {name}")
        created = Role(name=name)
        self._assimilate(created, like=like or created)
        self._set_password(entry)
        return name

    def _assimilate(self, role: Role, like: Role | None) -> None:
        """Make a role a login like the other, and of the owner."""
        like = like or role
        owner = replace(like.memberships.get(self._owner, Membership()), set=True)
        memberships = {**like.memberships, self._owner: owner}
        settings = {setting: value for setting, value in like.settings.items() if setting.name != _ROLE}
        settings[Setting(None, _ROLE)] = self._owner
        login = replace(like, attributes={**like.attributes, "rolcanlogin": True})
        for statement in (
            *roles.attribute_statements(role, login),
            *roles.membership_statements(role, memberships, self._session.version),
            *roles.setting_statements(role, settings),
        ):
            self._change(role.name, partial(self._run, statement.sql, statement.doing))
        found = roles.find(self._session, role.name) or role
        for statement in roles.membership_statements(found, memberships, self._session.version):
            # Since version 16 a membership that somebody else has granted stays, with a warning and no error.
            raise PrivilegeError(
                f"{self._session.login.username} cannot change what another role has granted; run as that role or as "
                f"the master user: {statement.sql}"
            )

    def _set_password(self, entry: Entry) -> None:
        name = entry.login.username
        self._change(name, lambda: self._session.set_password(name, entry.login.password))
        # Not carried over: an end belongs to the password that it was set with.
        [[ends]] = self._run(
            "SELECT rolvaliduntil < 'infinity' FROM pg_roles WHERE rolname = :name",
            "a query of roles",
            name=name,
        )
        if ends:
            self._run(
                f"ALTER ROLE {identifier(name)} VALID UNTIL {literal('infinity')}",
                f"to let the password of {name} not expire",
            )

    def _change(self, name: str, change: Callable[[], object]) -> None:
        """Change a login; when that is refused, tell what may be missing."""
        try:
            change()
        except PrivilegeError as error:
            if self._session.version < ADMIN_OPTION_SINCE:
                raise
            raise PrivilegeError(
                f"{error}; since PostgreSQL {ADMIN_OPTION_SINCE} it takes ADMIN OPTION on each role, which only its maker "
                f"has: GRANT {identifier(name)} TO {identifier(self._session.login.username)} WITH ADMIN OPTION",
                sqlstate=error.sqlstate,
            ) from error

    def _run(self, statement: str, doing: str, **values: object) -> list[list[object]]:
        return self._session.run(statement, doing, **values)
