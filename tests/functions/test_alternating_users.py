"""Rotations with alternating users, against a real PostgreSQL server with a master user as in RDS."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from pg8000.exceptions import DatabaseError  # type: ignore[import-untyped]

from functions.rotation.failures import (
    AuthenticationError,
    CapacityError,
    PrivilegeError,
    SecretError,
)
from tests.functions.application import (
    FIRST_PASSWORD,
    Application,
    MakeSecret,
    make_application,
)
from tests.functions.rotating import STEPS
from tests.functions.server import PostgreSQLServer

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


def test_a_crash_anywhere_leaves_a_way_on(application: Application) -> None:
    application.secret.rotate()
    for done in range(len(STEPS) + 1):
        application.secret.rotate(application.secret.begin(), STEPS[:done])
        assert application.logs_in()
        token = application.secret.begin()
        application.secret.rotate(token, STEPS[:done])
        application.secret.rotate(token)
        assert application.logs_in()
        assert "AWSCURRENT" in application.secret.stages()[token]


def test_the_first_rotation_may_break_off_anywhere(application: Application) -> None:
    for done in range(len(STEPS)):
        application.secret.rotate(application.secret.begin(), STEPS[:done])
    application.secret.rotate()
    assert application.logs_in()
    assert application.logs_in("AWSPREVIOUS")


@pytest.mark.parametrize("stages", [["AWSCURRENT"], ["AWSPREVIOUS"]])
def test_a_password_that_was_changed_by_hand_is_replaced(application: Application, stages: list[str]) -> None:
    for _ in range(2):
        application.secret.rotate()
    for stage in stages:
        application.server.set_password(application.secret.value(stage)["username"], "set-by-hand")
    for _ in range(2):
        application.secret.rotate()
        assert application.logs_in()
    assert application.logs_in("AWSPREVIOUS")


def test_passwords_of_both_that_were_changed_by_hand_are_not_replaced_unseen(
    application: Application,
) -> None:
    """Nobody can tell these logins from those of somebody else."""
    application.secret.rotate()
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        application.server.set_password(application.secret.value(stage)["username"], "set-by-hand")
    before = [application.role(name) for name in (application.username, application.clone)]
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(
        AuthenticationError, match="no version of the secret logs in as one of them; set the password of"
    ):
        application.secret.step("setSecret", token)
    assert [application.role(name) for name in (application.username, application.clone)] == before
    current = application.secret.value()
    application.server.set_password(current["username"], current["password"])  # as the message says
    application.secret.rotate(token)
    assert application.logs_in()


def test_passwords_of_both_are_replaced_when_the_function_knows_their_owner(
    server: PostgreSQLServer, make_secret: MakeSecret
) -> None:
    application = make_application(server, make_secret, OWNER_ROLE=f"owner_{uuid.uuid4().hex[:8]}")
    application.secret.rotate()
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        application.server.set_password(application.secret.value(stage)["username"], "set-by-hand")
    application.secret.rotate()
    assert application.logs_in()
    assert application.run("SELECT current_user::text") == [[application.secret.environment["OWNER_ROLE"]]]


def test_a_login_that_was_dropped_is_made_again(application: Application) -> None:
    for _ in range(2):
        application.secret.rotate()
    for name in (application.secret.value()["username"], application.secret.value("AWSPREVIOUS")["username"]):
        application.server.run(f"DROP ROLE {name}")
        application.secret.rotate()
        assert application.logs_in()
        assert application.logs_in("AWSPREVIOUS")


def test_all_connections_of_the_current_login_may_be_in_use(application: Application) -> None:
    application.secret.rotate()
    value = application.secret.value()
    application.as_master(f"ALTER ROLE {value['username']} CONNECTION LIMIT 1")
    with application.server.connect(value["username"], value["password"], application.database):
        application.secret.rotate()
    assert application.logs_in()


def test_a_login_without_connections_is_not_promoted(application: Application) -> None:
    application.secret.rotate()
    before = application.secret.value()
    application.as_master(f"ALTER ROLE {before['username']} CONNECTION LIMIT 0")
    token = application.secret.begin()
    application.secret.rotate(token, STEPS[:2])
    with pytest.raises(CapacityError, match=r"testSecret .*too many connections for role .*\(53300\)"):
        application.secret.step("testSecret", token)
    assert application.secret.value() == before
    for name in (application.username, application.clone):
        application.as_master(f"ALTER ROLE {name} CONNECTION LIMIT -1")
    application.secret.rotate(token)
    assert application.logs_in()


def test_a_password_that_has_ended_gets_a_new_one_without_an_end(application: Application) -> None:
    application.secret.rotate()
    application.as_master(f"ALTER ROLE {application.username} VALID UNTIL '2020-01-01'")
    application.secret.rotate()
    assert application.secret.value()["username"] == application.username
    assert application.logs_in()


@pytest.mark.parametrize("variables", [{}, {"OWNER_ROLE": f"owner_{uuid.uuid4().hex[:8]}"}])
def test_a_login_that_was_locked_is_not_opened_through_the_other_one(
    server: PostgreSQLServer, make_secret: MakeSecret, variables: dict[str, Any]
) -> None:
    """Somebody locks a login for a reason: a rotation must not give its rights to another."""
    application = make_application(server, make_secret, **variables)
    application.secret.rotate()
    application.as_master(f"ALTER ROLE {application.clone} NOLOGIN")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(PrivilegeError, match=r"is not permitted to log in|is locked \(NOLOGIN\)"):
        application.secret.step("setSecret", token)
    application.as_master(f"ALTER ROLE {application.clone} LOGIN")
    application.secret.rotate(token)
    assert application.logs_in()


def test_sessions_do_not_become_the_owner_when_it_was_taken_from_the_login(application: Application) -> None:
    token = application.secret.begin()
    application.secret.rotate(token, STEPS[:2])
    application.as_master(f"REVOKE {application.owner} FROM {application.clone}")
    with pytest.raises(
        PrivilegeError, match=f"with the rights of {application.clone}; it should be .* those of"
    ):
        application.secret.step("testSecret", token)
    application.secret.rotate(token)
    assert application.logs_in()


# Roles of others


def test_a_login_that_nobody_has_a_password_for_is_not_taken_over(application: Application) -> None:
    """Whoever may write the secret must not get at another role through it, by its name."""
    application.server.create_role(application.username, "of-somebody-else")
    before = application.role(application.username)
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(AuthenticationError, match="no version of the secret logs in"):
        application.secret.step("setSecret", token)
    assert application.role(application.username) == before
    assert application.role(application.clone) == []


def test_another_login_of_that_name_is_not_taken_over(application: Application) -> None:
    application.server.create_role(application.username, FIRST_PASSWORD)
    application.server.create_role(application.clone, "of-somebody-else")
    before = application.role(application.clone)
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(
        PrivilegeError, match=f"the role {application.clone} is there, is no member of .* somebody else's"
    ):
        application.secret.step("setSecret", token)
    assert application.role(application.clone) == before


def test_an_owner_role_of_that_name_is_not_taken_over(application: Application) -> None:
    """Else a secret with the name of another application would get at what that one owns."""
    application.server.run(f"CREATE ROLE {application.owner}")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(
        PrivilegeError, match=f"the role {application.owner} is there, and neither login is a member"
    ):
        application.secret.step("setSecret", token)
    assert application.role(application.clone) == []


def test_an_owner_role_that_the_function_names_is_used(
    server: PostgreSQLServer, make_secret: MakeSecret
) -> None:
    owner = f"owner_{uuid.uuid4().hex[:8]}"
    application = make_application(server, make_secret, OWNER_ROLE=owner)
    application.as_master(f"CREATE ROLE {owner}")
    application.secret.rotate()
    assert application.run("SELECT current_user::text") == [[owner]]


def test_the_owner_cannot_be_one_of_the_logins(server: PostgreSQLServer, make_secret: MakeSecret) -> None:
    username = f"app_{uuid.uuid4().hex[:8]}"
    application = make_application(server, make_secret, username=username, OWNER_ROLE=f"{username}_clone")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(SecretError, match="the owner role must be a role of its own, without login"):
        application.secret.step("setSecret", token)


def test_a_login_that_was_there_before_can_begin_to_alternate(application: Application) -> None:
    application.as_master(f"CREATE ROLE {application.username} LOGIN PASSWORD '{FIRST_PASSWORD}'")
    for _ in range(3):
        application.secret.rotate()
        assert application.logs_in()
        assert application.logs_in("AWSPREVIOUS")
    assert application.run("SELECT current_user::text") == [[application.owner]]


def test_since_version_16_a_login_that_others_have_made_takes_one_grant(application: Application) -> None:
    application.server.create_role(application.username, FIRST_PASSWORD)
    master = application.master.value()["username"]
    application.secret.rotate()
    if application.server.version >= 16:
        grant = f'GRANT "{application.username}" TO "{master}" WITH ADMIN OPTION'
        with pytest.raises(
            PrivilegeError, match=f"ADMIN OPTION on each role, which only its maker has: {grant}"
        ):
            application.secret.rotate()
        application.server.run(grant)
    application.secret.rotate()
    assert application.secret.value()["username"] == application.username
    assert application.logs_in()


def test_what_a_login_owns_itself_would_be_missing_under_the_other(application: Application) -> None:
    application.server.create_role(application.username, FIRST_PASSWORD)
    application.server.run(f"GRANT CONNECT ON DATABASE {application.database} TO {application.username}")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(
        PrivilegeError, match=f"{application.username} itself owns objects or has rights .*REASSIGN OWNED"
    ):
        application.secret.step("setSecret", token)
    assert application.role(application.clone) == []


def test_what_others_have_put_into_the_database_is_not_run_by_the_administrator(
    application: Application,
) -> None:
    """A function that fits a call better than PostgreSQL's own is run with the rights of whoever calls (CVE-2018-1058)."""
    master = application.master.value()["username"]
    with application.server.connect(database=application.database) as connection:
        connection.run(
            "CREATE OR REPLACE FUNCTION public.hashtextextended(text, integer) RETURNS bigint LANGUAGE plpgsql AS"
            " 'BEGIN RAISE EXCEPTION ''run as %'', current_user; END'"
        )
        call = "SELECT public.hashtextextended('a'::text, 0)"
        try:
            with pytest.raises(DatabaseError, match=f"run as {master}"):
                application.as_master(call)
            application.secret.rotate()
        finally:
            connection.run("DROP FUNCTION public.hashtextextended(text, integer)")
    assert application.logs_in()


# Names


@pytest.mark.parametrize("name", ['a"b', "o'brien", "Mixed Case", "ünï", "semi;--", "c:d $1"])
def test_names_with_special_characters(server: PostgreSQLServer, make_secret: MakeSecret, name: str) -> None:
    application = make_application(server, make_secret, username=f"{name}{uuid.uuid4().hex[:8]}")
    for _ in range(3):
        application.secret.rotate()
        assert application.logs_in()
        assert application.logs_in("AWSPREVIOUS")


def test_the_longest_name(server: PostgreSQLServer, make_secret: MakeSecret) -> None:
    application = make_application(server, make_secret, username=f"{'n' * 49}{uuid.uuid4().hex[:8]}")
    for _ in range(2):
        application.secret.rotate()
        assert application.logs_in()
    assert application.run("SELECT session_user::text, current_user::text") == [
        [application.username, application.owner]
    ]


def test_a_longer_name_is_refused_before_anything_is_done(
    server: PostgreSQLServer, make_secret: MakeSecret
) -> None:
    application = make_application(server, make_secret, username="n" * 58)
    token = application.secret.begin()
    with pytest.raises(SecretError, match="58 bytes without _clone"):
        application.secret.step("createSecret", token)
    assert "AWSPENDING" in application.secret.stages()[token]


# The schedule


def test_the_configuration_can_be_tested_before_the_first_rotation(application: Application) -> None:
    """RotateSecret with RotateImmediately=false calls testSecret with the value of the current version."""
    token = application.secret.begin()
    application.secret.put(application.secret.value(), "AWSPENDING", token)
    application.secret.step("testSecret", token)
    application.server.set_password(application.master.value()["username"], "set-by-hand")
    with pytest.raises(AuthenticationError):
        application.secret.step("testSecret", token)
