"""What the function is about to do, as the matrix names it."""

from __future__ import annotations

import pytest

from tests.rotation_matrix.calls import Call, statement
from tests.rotation_matrix.function import Invocation


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("ALTER ROLE \"citizen\" PASSWORD 'SCRAM-SHA-256$4096:salt$key:key'", "ALTER ROLE PASSWORD"),
        ("ALTER ROLE \"it's\" SET search_path TO 'a', 'b'", "ALTER ROLE SET search_path"),
        ("SELECT session_user", "SELECT session_user"),
        ("BEGIN READ WRITE", "BEGIN READ WRITE"),
        ("ALTER ROLE \"a\"\"b\" PASSWORD E'it''s \\\\ secret'", "ALTER ROLE PASSWORD"),
    ],
)
def test_a_statement_is_named_without_its_values(sql: str, name: str) -> None:
    assert statement(sql) == name


@pytest.mark.parametrize(
    ("name", "service", "changes"),
    [
        ("DescribeSecret", "Secrets Manager", False),
        ("GetSecretValue", "Secrets Manager", False),
        ("ListSecretVersionIds", "Secrets Manager", False),
        ("PutSecretValue", "Secrets Manager", True),
        ("UpdateSecretVersionStage", "Secrets Manager", True),
        ("connect as citizen", "PostgreSQL", False),
        ("SELECT session_user", "PostgreSQL", False),
        ("BEGIN READ WRITE", "PostgreSQL", False),
        ("ALTER ROLE PASSWORD", "PostgreSQL", True),
        ("GRANT TO", "PostgreSQL", True),
        ("COMMIT", "PostgreSQL", True),
        ("something new", "PostgreSQL", True),
    ],
)
def test_what_is_not_known_to_be_a_question_is_looked_at(name: str, service: str, changes: bool) -> None:
    assert (Call(name).service, Call(name).changes) == (service, changes)


@pytest.mark.parametrize(
    ("names", "seen"),
    [
        (["ALTER ROLE PASSWORD"], True),
        (["BEGIN", "ALTER ROLE PASSWORD"], False),
        (["BEGIN", "ALTER ROLE PASSWORD", "COMMIT"], True),
        (["BEGIN", "PutSecretValue"], True),
        (["BEGIN", "ALTER ROLE PASSWORD", "COMMIT", "GRANT TO"], True),
        (["BEGIN", "ROLLBACK", "GRANT TO"], True),
        (["BEGIN", "SELECT"], False),
    ],
)
def test_others_see_a_transaction_when_it_ends(names: list[str], seen: bool) -> None:
    invocation = object.__new__(Invocation)
    invocation.calls, invocation.outcome = [Call(name) for name in names], None
    assert invocation.changes is seen
