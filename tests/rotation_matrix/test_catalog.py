"""An answer to a login is kept as long as nothing has changed that it depends on, and no longer."""

from __future__ import annotations

import pytest

from tests.functions.server import PostgreSQLServer
from tests.rotation_matrix.catalog import Catalog
from tests.rotation_matrix.client import Answer

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ("ALTER ROLE {name} PASSWORD 'another'", "refused"),
        ("ALTER ROLE {name} PASSWORD 'first'", "opened"),
        ("ALTER ROLE {name} NOLOGIN", "refused"),
        ("ALTER ROLE {name} VALID UNTIL '2020-01-01'", "refused"),
        ("ALTER ROLE {name} CONNECTION LIMIT 0", "no answer"),
        ("DROP ROLE {name}", "refused"),
        ("ALTER DATABASE {name} CONNECTION LIMIT 0", "no answer"),
        ("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC", "no answer"),
    ],
)
def test_whatever_changes_the_answer_makes_it_try_again(
    matrix_server: PostgreSQLServer, request: pytest.FixtureRequest, change: str, answer: Answer
) -> None:
    name = f"known_{abs(hash(request.node.name))}"
    matrix_server.create_role(name, "first")
    matrix_server.run(f"CREATE DATABASE {name}")
    entry, catalog = {"username": name, "password": "first", "dbname": name}, Catalog(matrix_server)
    tried: list[Answer] = []
    assert [catalog.log_in(entry, tried.append) for _ in range(3)] == ["opened"] * 3
    assert tried == ["opened"]
    matrix_server.run(change.format(name=name))
    assert [catalog.log_in(entry, tried.append) for _ in range(2)] == [answer] * 2
    assert tried == ["opened", answer]


def test_other_passwords_are_other_logins(matrix_server: PostgreSQLServer) -> None:
    matrix_server.create_role("known", "first")
    catalog = Catalog(matrix_server)
    entry = {"username": "known", "password": "first", "dbname": "postgres"}
    assert catalog.log_in(entry) == "opened"
    assert catalog.log_in({**entry, "password": "another"}) == "refused"
    assert catalog.log_in(None) == "refused"
    assert catalog.log_in(entry) == "opened"
