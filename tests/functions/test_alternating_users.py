"""Rotations with alternating users, against a real PostgreSQL server with a master user as in RDS."""

from __future__ import annotations

import pytest

from tests.functions.application import FIRST_PASSWORD, Application

pytestmark = pytest.mark.server


def test_the_first_rotation_makes_the_logins_and_their_owner(application: Application) -> None:
    assert not application.logs_in()
    application.secret.rotate()
    value = application.secret.value()
    assert value["username"] == application.clone
    assert application.logs_in()
    assert application.run("SELECT session_user::text, current_user::text") == [
        [application.clone, application.owner]
    ]
    assert not application.server.run(
        f"SELECT 1 FROM pg_roles WHERE rolname = '{application.owner}' AND rolcanlogin"
    )


def test_whoever_read_the_secret_before_the_first_rotation_can_log_in_after_it(
    application: Application,
) -> None:
    application.secret.rotate()
    assert application.secret.value("AWSPREVIOUS")["password"] == FIRST_PASSWORD
    assert application.logs_in("AWSPREVIOUS")


def test_objects_stay_owned_by_one_role(application: Application) -> None:
    application.secret.rotate()
    application.run("CREATE TABLE made (by text)")
    for number in range(3):
        application.run("INSERT INTO made VALUES (session_user)")
        application.run(f"CREATE TABLE made_{number} ()")
        application.secret.rotate()
    application.run("ALTER TABLE made ADD COLUMN at timestamptz")
    assert application.run("SELECT DISTINCT by FROM made ORDER BY 1") == [
        [application.username],
        [application.clone],
    ]
    assert application.run(
        "SELECT DISTINCT schemaname::text, tableowner::text FROM pg_tables WHERE tablename LIKE 'made%'"
    ) == [[application.owner, application.owner]]


def test_the_current_login_is_never_touched(application: Application) -> None:
    application.secret.rotate()
    for _ in range(3):
        current = application.secret.value()["username"]
        before = application.role(current)
        assert before
        token = application.secret.begin()
        application.secret.rotate(token)
        application.secret.rotate(token)
        assert application.role(current) == before
        assert application.logs_in("AWSPREVIOUS")
        assert application.logs_in()
