"""The strategies of the function, and what each needs in the database and in Secrets Manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pg8000.native import identifier, literal  # type: ignore[import-untyped]

from functions.rotation.passwords import scram_verifier
from tests.functions.server import HOST, PostgreSQLServer
from tests.rotation_matrix.catalog import Catalog
from tests.rotation_matrix.secrets_manager import SecretsManager

Entry = dict[str, Any]
"""The value of a secret, as JSON has it."""


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where a scenario takes place.

    Args:
        server: a real one.
        catalog: of the server.
        database: that no other scenario uses at this time.
        manager: Secrets Manager.
        id: ending of all names.
    """

    server: PostgreSQLServer
    catalog: Catalog
    database: str
    manager: SecretsManager
    id: str

    def create_login(self, name: str, password: str, options: str = "") -> None:
        """A role that may log in. The server gets a verifier: in its log is no password of the matrix either."""
        self.server.run(f"CREATE ROLE {identifier(name)} LOGIN {options} PASSWORD {verifier(password)}")

    def create_secret(self, name: str, username: str, password: str) -> str:
        """A secret with the value for a role; returns its ARN."""
        value = {"engine": "postgres", "host": HOST, "port": self.server.port, "dbname": self.database}
        return self.manager.create(name, {**value, "username": username, "password": password})


@dataclass(frozen=True, kw_only=True)
class Site:
    """A secret that can be rotated, with its roles.

    Args:
        arn: of the secret.
        logins: roles that clients use, or will use next.
        owner: the role that they are members of, if there is one.
        administrator: ARN of the secret of whoever changes them, if it is somebody else.
        environment: what the function must be told, beside what all functions are.
    """

    arn: str
    logins: tuple[str, ...]
    owner: str | None = None
    administrator: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """A strategy.

    Args:
        name: as in the table.
        always_open: AWSCURRENT has to log in at every moment.
        prepare: makes what is there before the first rotation.
    """

    name: str
    always_open: bool
    prepare: Callable[[Ground], Site]


def verifier(password: str) -> str:
    """The literal of a SCRAM verifier."""
    return str(literal(scram_verifier(password)))


def _single_user(ground: Ground) -> Site:
    role, password = f"citizen_{ground.id}", f"first-password-of-{ground.id}"
    ground.create_login(role, password, "CONNECTION LIMIT 50")
    return Site(arn=ground.create_secret(f"citizen-{ground.id}", role, password), logins=(role,))


def _alternating_users(ground: Ground) -> Site:
    """A master user as in RDS, which owns the database, and a login that has settings of its own."""
    role, password = f"citizen_{ground.id}", f"first-password-of-{ground.id}"
    master, master_password = f"master_{ground.id}", f"master-password-of-{ground.id}"
    ground.create_login(master, master_password, "CREATEDB CREATEROLE")
    ground.server.run(f"ALTER DATABASE {identifier(ground.database)} OWNER TO {identifier(master)}")
    ground.create_login(role, password, "CONNECTION LIMIT 50")
    ground.server.run(f"ALTER ROLE {identifier(role)} SET statement_timeout = '1min'")
    administrator = ground.create_secret(f"master-{ground.id}", master, master_password)
    return Site(
        arn=ground.create_secret(f"citizen-{ground.id}", role, password),
        logins=(role, f"{role}_clone"),
        owner=f"{role}_owner",
        administrator=administrator,
        environment={"ROTATION_STRATEGY": "alternating-users", "ADMINISTRATOR_SECRET_ARN": administrator},
    )


SINGLE_USER = Strategy(name="single user", always_open=False, prepare=_single_user)
ALTERNATING_USERS = Strategy(name="alternating users", always_open=True, prepare=_alternating_users)
STRATEGIES = (SINGLE_USER, ALTERNATING_USERS)
