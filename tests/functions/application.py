"""A database as RDS makes it, with a master user that is no superuser, and an application's login beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pg8000.native import identifier  # type: ignore[import-untyped]

from tests.functions.rotating import RotatingSecret
from tests.functions.server import HOST, PostgreSQLServer

MASTER_PASSWORD = "master-password"
FIRST_PASSWORD = "first-password"


@dataclass(frozen=True, kw_only=True)
class Application:
    """An application with its database, the master's secret and its own.

    Args:
        server: where the database is.
        database: its name; the master's, too, is made of it.
        username: of the login that its secret begins with.
        secret: its secret, rotated with alternating users.
        master: the secret of the master user, rotated as a single user.
    """

    server: PostgreSQLServer
    database: str
    username: str
    secret: RotatingSecret
    master: RotatingSecret

    @property
    def clone(self) -> str:
        return f"{self.username}_clone"

    @property
    def owner(self) -> str:
        return f"{self.username}_owner"

    def logs_in(self, stage: str = "AWSCURRENT") -> bool:
        """Whether the version with a label opens the database."""
        value = self.secret.value(stage)
        return self.server.opens(value["username"], value["password"], self.database)

    def run(self, statement: str, stage: str = "AWSCURRENT") -> list[list[Any]]:
        """Run a statement as the application does, with the version that has a label."""
        value = self.secret.value(stage)
        with self.server.connect(value["username"], value["password"], self.database) as connection:
            return list(connection.run(statement) or [])

    def as_master(self, statement: str) -> list[list[Any]]:
        """Run a statement as the master user in the application's database."""
        value = self.master.value()
        with self.server.connect(value["username"], value["password"], self.database) as connection:
            return list(connection.run(statement) or [])

    def role(self, name: str) -> list[list[Any]]:
        """All that the catalog holds about a role, as it was last written (a password, too): not there, no rows."""
        rows = self.server.run(
            "SELECT a.xmin::text, a.ctid::text, a.*,"
            " (SELECT array_agg(m.xmin::text || m.ctid::text ORDER BY m.ctid) FROM pg_auth_members m"
            "  WHERE m.member = a.oid OR m.roleid = a.oid),"
            " (SELECT array_agg(s.xmin::text || s.ctid::text ORDER BY s.ctid) FROM pg_db_role_setting s"
            f"  WHERE s.setrole = a.oid) FROM pg_authid a WHERE a.rolname = {_literal(name)}"
        )
        return [[str(value) for value in row] for row in rows]


def create_master(server: PostgreSQLServer, name: str, database: str) -> None:
    """A master user and a database as RDS makes them: see localcloud/postgres.py."""
    master = identifier(name)
    server.run(f"CREATE ROLE {master} LOGIN CREATEDB CREATEROLE PASSWORD '{MASTER_PASSWORD}'")
    server.run(f"CREATE DATABASE {identifier(database)} OWNER {master}")


def entry(server: PostgreSQLServer, username: str, password: str, database: str) -> dict[str, Any]:
    return {
        "engine": "postgres",
        "host": HOST,
        "port": server.port,
        "username": username,
        "password": password,
        "dbname": database,
    }


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
