"""PostgreSQL's errors, by their code."""

from __future__ import annotations

import pytest

from functions.rotation import sqlstate
from functions.rotation.failures import (
    AuthenticationError,
    CapacityError,
    DatabaseError,
    NetworkError,
    PrivilegeError,
    ReadOnlyError,
    RotationError,
)


def failure(code: str, routine: str = "") -> RotationError:
    return sqlstate.failure({"C": code, "M": "in any language", "R": routine}, "the login of citizen")


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("28P01", AuthenticationError),
        ("53300", CapacityError),
        ("53200", CapacityError),
        ("57014", CapacityError),
        ("25006", ReadOnlyError),
        ("42501", PrivilegeError),
        ("57P01", NetworkError),
        ("57P03", NetworkError),
        ("08006", NetworkError),
        ("3D000", DatabaseError),
        ("42601", DatabaseError),
        ("XX000", DatabaseError),
    ],
)
def test_a_code_tells_the_cause(code: str, cause: type[RotationError]) -> None:
    found = failure(code)
    assert type(found) is cause
    assert str(found) == f"PostgreSQL refuses the login of citizen: in any language ({code})"
    assert found.sqlstate == code


@pytest.mark.parametrize(
    ("routine", "cause"),
    [
        ("auth_failed", AuthenticationError),
        ("InitializeSessionUserId", PrivilegeError),
        ("ClientAuthentication", PrivilegeError),
    ],
)
def test_an_invalid_authorization_is_only_sometimes_a_wrong_credential(
    routine: str, cause: type[RotationError]
) -> None:
    assert type(failure("28000", routine)) is cause


def test_a_server_without_a_rule_for_this_client_says_so() -> None:
    assert "pg_hba.conf has no rule" in str(failure("28000", "ClientAuthentication"))


def test_the_limit_of_a_role_is_looked_at_after_its_password() -> None:
    roles_own, servers = failure("53300", "InitializeSessionUserId"), failure("53300", "InitProcess")
    assert isinstance(roles_own, CapacityError)
    assert isinstance(servers, CapacityError)
    assert (roles_own.authenticated, servers.authenticated) == (True, False)


def test_an_answer_without_a_code() -> None:
    found = sqlstate.failure({}, "a query")
    assert type(found) is DatabaseError
    assert str(found) == "PostgreSQL refuses a query: no message (no SQLSTATE)"
