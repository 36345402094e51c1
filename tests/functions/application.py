"""What is rotated in the tests: a role that changes its own password, and an application's logins beside a master user."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pg8000.native import literal  # type: ignore[import-untyped]

from tests.functions.rotating import RotatingSecret
from tests.functions.server import HOST, PostgreSQLServer

MASTER_PASSWORD = "master-password"
FIRST_PASSWORD = "first-password"


MakeSecret = Callable[..., RotatingSecret]


@dataclass(frozen=True, kw_only=True)
class SingleUser:
    """A role that changes its own password.

    Args:
        server: where it is.
        username: its name.
        secret: its secret.
    """

    server: PostgreSQLServer
    username: str
    secret: RotatingSecret

    def logs_in(self, stage: str = "AWSCURRENT") -> bool:
        """Whether the version with a label opens the database."""
        value = self.secret.value(stage)
        return self.server.opens(value["username"], value["password"])


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
            f"  WHERE s.setrole = a.oid) FROM pg_authid a WHERE a.rolname = {literal(name)}"
        )
        return [[str(value) for value in row] for row in rows]


def make_single_user(
    server: PostgreSQLServer, make_secret: MakeSecret, *, port: int | None = None
) -> SingleUser:
    """A role whose current password opens the database.

    Args:
        server: where it is.
        make_secret: the fixture.
        port: by which the rotation reaches the server; default: the server's own.
    """
    username = f"citizen_{uuid.uuid4().hex[:8]}"
    server.create_role(username, FIRST_PASSWORD)
    secret = make_secret(
        name=f"dr-{username}",
        environment={"DATABASE_CA_FILE": str(server.certificate)},
        **_entry(port or server.port, username, FIRST_PASSWORD, "postgres"),
    )
    return SingleUser(server=server, username=username, secret=secret)


def make_application(
    server: PostgreSQLServer,
    make_secret: MakeSecret,
    *,
    username: str | None = None,
    port: int | None = None,
    **variables: str,
) -> Application:
    """A master user and its database as RDS makes them, and an application's secret whose login is not there yet.

    Args:
        server: where the database is.
        make_secret: the fixture.
        username: of the first version; default: one of its own.
        port: by which the rotation reaches the server; default: the server's own.
        variables: of the function, beside those that it needs.
    """
    username = username or f"app_{uuid.uuid4().hex[:8]}"
    database, master = "citizens", f"master_{uuid.uuid4().hex[:8]}"
    # Not a superuser: see localcloud/postgres.py.
    server.run(f"CREATE ROLE {master} LOGIN CREATEDB CREATEROLE PASSWORD '{MASTER_PASSWORD}'")
    if not server.run(f"SELECT 1 FROM pg_database WHERE datname = '{database}'"):
        server.run(f"CREATE DATABASE {database}")
    server.run(f"ALTER DATABASE {database} OWNER TO {master}")
    trust = {"DATABASE_CA_FILE": str(server.certificate)}
    masters = make_secret(
        name=f"dr-{master}",
        environment=trust,
        **_entry(port or server.port, master, MASTER_PASSWORD, database),
    )
    alternating = {"ROTATION_STRATEGY": "alternating-users", "ADMINISTRATOR_SECRET_ARN": masters.arn}
    secret = make_secret(
        name=f"dr-{uuid.uuid4().hex[:8]}",
        environment={**trust, **alternating, **variables},
        **_entry(port or server.port, username, FIRST_PASSWORD, database),
    )
    return Application(server=server, database=database, username=username, secret=secret, master=masters)


def _entry(port: int, username: str, password: str, database: str) -> dict[str, Any]:
    return {
        "engine": "postgres",
        "host": HOST,
        "port": port,
        "username": username,
        "password": password,
        "dbname": database,
    }
