"""Roles as PostgreSQL's catalog has them, and the statements that make one login like another."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pg8000.native import identifier, literal  # type: ignore[import-untyped]

from .failures import DatabaseError
from .postgres import Session

_KEYWORDS = {
    "rolcanlogin": "LOGIN",
    "rolinherit": "INHERIT",
    "rolcreatedb": "CREATEDB",
    "rolcreaterole": "CREATEROLE",
    "rolreplication": "REPLICATION",
    "rolbypassrls": "BYPASSRLS",
}
"""Attributes that are carried over. SUPERUSER is not: such a login is refused. VALID UNTIL is not: it belongs to the old
password."""
NEW_LOGIN: Mapping[str, bool] = {name: name in {"rolcanlogin", "rolinherit"} for name in _KEYWORDS}
"""What ``CREATE ROLE ... LOGIN`` makes."""

LISTS_OF_NAMES = frozenset(
    {
        "local_preload_libraries",
        "search_path",
        "session_preload_libraries",
        "shared_preload_libraries",
        "temp_tablespaces",
        "unix_socket_directories",
    }
)
"""Parameters whose value is stored as quoted names; to be set, each name has to be a literal of its own
(source: PostgreSQL's GUC_LIST_QUOTE parameters, as pg_dump knows them, versions 11 to 18)."""
_NAME = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^",]*?))\s*(?:,|$)')

WITH_OPTIONS = 16
"""Since version 16 a membership says whether its rights are inherited, and whether the role can be set."""


class Statement(NamedTuple):
    """SQL that changes a role, and what it does, for an error; without the values of settings."""

    sql: str
    doing: str


class Setting(NamedTuple):
    """A parameter that is set for a role: everywhere (no database), or in one database."""

    database: str | None
    name: str


@dataclass(frozen=True, kw_only=True)
class Membership:
    """How a role is a member of another.

    Args:
        admin: it may make others members, too.
        inherit: it has the other's rights; before version 16 the member's INHERIT says it.
        set: it may become the other (``SET ROLE``).
    """

    admin: bool = False
    inherit: bool = True
    set: bool = True


@dataclass(frozen=True, kw_only=True)
class Role:
    """A role, with all that a login of the same application must have as well.

    Args:
        name: of the role.
        oid: its number.
        superuser: whether it may do everything.
        attributes: by their column in ``pg_roles``.
        connection_limit: connections at a time; -1: no limit.
        memberships: by the name of the other role.
        settings: values as the catalog stores them.
    """

    name: str
    oid: int = 0
    superuser: bool = False
    attributes: Mapping[str, bool] = field(default_factory=lambda: NEW_LOGIN)
    connection_limit: int = -1
    memberships: Mapping[str, Membership] = field(default_factory=dict)
    settings: Mapping[Setting, str] = field(default_factory=dict)


def find(session: Session, name: str) -> Role | None:
    """Read a role from the catalog, or None when there is none of this name."""
    rows = session.run(
        "SELECT oid, rolsuper, rolconnlimit, rolcanlogin, rolinherit, rolcreatedb, rolcreaterole, rolreplication,"
        " rolbypassrls FROM pg_roles WHERE rolname = :name",
        "a query of roles",
        name=name,
    )
    if not rows:
        return None
    [[oid, superuser, limit, *attributes]] = rows
    return Role(
        name=name,
        oid=oid,
        superuser=superuser,
        attributes=dict(zip(_KEYWORDS, attributes, strict=True)),
        connection_limit=limit,
        memberships=_memberships(session, oid),
        settings=_settings(session, oid),
    )


def holdings(session: Session, role: Role) -> list[str]:
    """Databases in which the role itself owns objects or has been granted rights; ``(shared)`` for those of the server.

    A login that is like it in everything else would not have these.
    """
    rows = session.run(
        "SELECT DISTINCT coalesce(d.datname::text, '(shared)') FROM pg_shdepend s"
        " LEFT JOIN pg_database d ON d.oid = s.dbid WHERE s.refclassid = 'pg_authid'::regclass"
        # Owner, rights, policies; that it made others members of a role (version 16) is no right of its own.
        " AND s.refobjid = :oid AND s.deptype IN ('o', 'a', 'r') AND s.classid <> 'pg_auth_members'::regclass"
        " ORDER BY 1",
        "a query of dependencies",
        oid=role.oid,
    )
    return [str(row[0]) for row in rows]


def _memberships(session: Session, oid: int) -> dict[str, Membership]:
    rows = session.run(
        "SELECT r.rolname, bool_or(m.admin_option), bool_or(m.inherit_option), bool_or(m.set_option)"
        " FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = :oid GROUP BY r.rolname"
        if session.version >= WITH_OPTIONS
        else "SELECT r.rolname, m.admin_option, true, true"
        " FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = :oid",
        "a query of memberships",
        oid=oid,
    )
    return {row[0]: Membership(admin=row[1], inherit=row[2], set=row[3]) for row in rows}


def _settings(session: Session, oid: int) -> dict[Setting, str]:
    rows = session.run(
        "SELECT d.datname, unnest(s.setconfig) FROM pg_db_role_setting s"
        " LEFT JOIN pg_database d ON d.oid = s.setdatabase WHERE s.setrole = :oid",
        "a query of settings",
        oid=oid,
    )
    pairs = ((database, text.partition("=")) for database, text in rows)
    return {Setting(database, name): value for database, (name, _, value) in pairs}


def attribute_statements(role: Role, like: Role) -> Iterator[Statement]:
    """Give a role the attributes and the connection limit of another; nothing when it has them."""
    words = [
        keyword if like.attributes[name] else f"NO{keyword}"
        for name, keyword in _KEYWORDS.items()
        if role.attributes[name] != like.attributes[name]
    ]
    if role.connection_limit != like.connection_limit:
        words.append(f"CONNECTION LIMIT {like.connection_limit}")
    if words:
        sql = f"ALTER ROLE {identifier(role.name)} {' '.join(words)}"
        yield Statement(sql, f"to give {role.name} the attributes of {like.name}: {sql}")


def membership_statements(role: Role, wanted: Mapping[str, Membership], version: int) -> Iterator[Statement]:
    """Make a role a member of those that are wanted, and of no others.

    Args:
        role: as it is.
        wanted: by the name of the other role.
        version: of the server, such as 15.
    """
    for other in sorted(role.memberships.keys() - wanted.keys()):
        sql = f"REVOKE {identifier(other)} FROM {identifier(role.name)}"
        yield Statement(sql, f"to end the membership of {role.name}: {sql}")
    for other, membership in sorted(wanted.items()):
        existing = role.memberships.get(other)
        if existing != membership:
            sql = _grant(other, role.name, membership, existing, version)
            yield Statement(sql, f"to make {role.name} a member: {sql}")


def _grant(other: str, member: str, wanted: Membership, existing: Membership | None, version: int) -> str:
    names = f"{identifier(other)} TO {identifier(member)}"
    if version >= WITH_OPTIONS:
        options = (("ADMIN", wanted.admin), ("INHERIT", wanted.inherit), ("SET", wanted.set))
        return f"GRANT {names} WITH " + ", ".join(f"{name} {str(value).upper()}" for name, value in options)
    if existing is not None and existing.admin and not wanted.admin:
        return f"REVOKE ADMIN OPTION FOR {identifier(other)} FROM {identifier(member)}"
    return f"GRANT {names} WITH ADMIN OPTION" if wanted.admin else f"GRANT {names}"


def setting_statements(role: Role, wanted: Mapping[Setting, str]) -> Iterator[Statement]:
    """Set for a role the parameters that are wanted, and no others."""
    for setting in sorted(role.settings.keys() - wanted.keys(), key=str):
        sql = f"{_alter(role, setting)} RESET {_parameter(setting.name)}"
        yield Statement(sql, f"to reset {setting.name} for {role.name}")
    for setting, value in sorted(wanted.items(), key=str):
        if role.settings.get(setting) != value:
            sql = f"{_alter(role, setting)} SET {_parameter(setting.name)} TO {_value(setting.name, value)}"
            yield Statement(sql, f"to set {setting.name} for {role.name}")


def _alter(role: Role, setting: Setting) -> str:
    where = f" IN DATABASE {identifier(setting.database)}" if setting.database is not None else ""
    return f"ALTER ROLE {identifier(role.name)}{where}"


def _parameter(name: str) -> str:
    return ".".join(identifier(part) for part in name.split("."))


def _value(name: str, stored: str) -> str:
    if name.lower() not in LISTS_OF_NAMES or not stored:
        return str(literal(stored))
    return ", ".join(literal(part) for part in names_of(stored))


def names_of(stored: str) -> list[str]:
    """The names in a stored list, such as ``"$user", public``.

    Raises:
        DatabaseError: it is not written as PostgreSQL writes it.
    """
    names = []
    position = 0
    while position < len(stored):
        match = _NAME.match(stored, position)
        if match is None:
            raise DatabaseError("a list of names in the catalog is not written as PostgreSQL writes it")
        names.append(match[1].replace('""', '"') if match[1] is not None else match[2])
        position = match.end()
    return names
