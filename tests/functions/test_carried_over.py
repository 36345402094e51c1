"""What the other login gets from the one that clients use, on a real server."""

from __future__ import annotations

from typing import Any

import pytest

from functions.rotation.failures import PrivilegeError
from tests.functions.application import Application
from tests.functions.server import PostgreSQLServer

pytestmark = pytest.mark.server


@pytest.fixture
def current(application: Application) -> str:
    """The login that clients use after the first rotation; the other is ``application.username``."""
    application.secret.rotate()
    return application.clone


def attributes(server: PostgreSQLServer, name: str) -> list[Any]:
    [row] = server.run(
        "SELECT rolcanlogin, rolinherit, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolconnlimit"
        f" FROM pg_roles WHERE rolname = '{name}'"
    )
    return row


def memberships(server: PostgreSQLServer, name: str) -> list[list[Any]]:
    columns = "m.admin_option"
    if server.version >= 16:
        columns += ", m.inherit_option, m.set_option"
    return server.run(
        f"SELECT r.rolname::text, {columns} FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid"
        f" WHERE m.member = '{name}'::regrole ORDER BY 1"
    )


def settings(server: PostgreSQLServer, name: str) -> list[list[Any]]:
    return server.run(
        "SELECT setdatabase::int, unnest(setconfig) FROM pg_db_role_setting"
        f" WHERE setrole = '{name}'::regrole ORDER BY 1, 2"
    )


def test_the_connection_limit(application: Application, current: str) -> None:
    application.as_master(f"ALTER ROLE {current} CONNECTION LIMIT 7")
    application.secret.rotate()
    assert attributes(application.server, application.username)[-1] == 7
    application.as_master(f"ALTER ROLE {application.username} CONNECTION LIMIT -1")
    application.secret.rotate()
    assert attributes(application.server, current)[-1] == -1


def test_attributes_that_the_administrator_may_give(application: Application, current: str) -> None:
    application.as_master(f"ALTER ROLE {current} CREATEDB NOINHERIT")
    application.secret.rotate()
    assert attributes(application.server, application.username) == attributes(application.server, current)
    application.as_master(f"ALTER ROLE {application.username} NOCREATEDB INHERIT")
    application.secret.rotate()
    assert attributes(application.server, application.username) == attributes(application.server, current)


@pytest.mark.parametrize("attribute", ["REPLICATION", "BYPASSRLS", "SUPERUSER"])
def test_an_attribute_that_it_may_not_give_is_named(
    application: Application, current: str, attribute: str
) -> None:
    application.server.run(f"ALTER ROLE {current} {attribute}")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    before = application.role(application.username)
    with pytest.raises(PrivilegeError, match=f"{attribute}|superuser"):
        application.secret.step("setSecret", token)
    assert application.role(application.username) == before
    application.server.run(f"ALTER ROLE {current} NO{attribute}")
    application.secret.rotate(token)
    assert application.logs_in()


def test_memberships(application: Application, current: str) -> None:
    groups = [f"{application.username}_{name}" for name in ("readers", "admins")]
    for group in groups:
        application.as_master(f"CREATE ROLE {group}")
    application.as_master(f"GRANT {groups[0]} TO {current}")
    application.as_master(f"GRANT {groups[1]} TO {current} WITH ADMIN OPTION")
    application.secret.rotate()
    assert memberships(application.server, application.username) == memberships(application.server, current)
    assert [row[:2] for row in memberships(application.server, current)] == [
        [groups[1], True],
        [application.owner, False],
        [groups[0], False],
    ]


def test_memberships_that_the_current_login_has_no_more(application: Application, current: str) -> None:
    group = f"{application.username}_readers"
    application.as_master(f"CREATE ROLE {group}")
    application.as_master(f"GRANT {group} TO {application.username} WITH ADMIN OPTION")
    application.secret.rotate()
    assert memberships(application.server, application.username) == memberships(application.server, current)


def test_a_membership_that_others_have_granted(application: Application, current: str) -> None:
    """Since PostgreSQL 16 only they can take it back, and a try ends with a warning."""
    group = f"{application.username}_readers"
    application.server.run(f"CREATE ROLE {group}")
    application.server.run(f"GRANT {group} TO {application.username}")
    if application.server.version >= 16:
        master = application.master.value()["username"]
        application.server.run(f"GRANT {group} TO {master} WITH ADMIN OPTION")
        revoke = f'REVOKE "{group}" FROM "{application.username}"'
        with pytest.raises(
            PrivilegeError, match=f"cannot change what another role has granted; run as .*: {revoke}"
        ):
            application.secret.rotate()
        application.server.run(revoke)
    application.secret.rotate()
    assert memberships(application.server, application.username) == memberships(application.server, current)


def test_only_the_right_to_make_others_members_may_go(application: Application, current: str) -> None:
    group = f"{application.username}_readers"
    application.as_master(f"CREATE ROLE {group}")
    application.as_master(f"GRANT {group} TO {application.username} WITH ADMIN OPTION")
    application.as_master(f"GRANT {group} TO {current}")
    application.secret.rotate()
    assert memberships(application.server, application.username) == memberships(application.server, current)


def test_settings(application: Application, current: str) -> None:
    database, master = application.database, application.master.value()["username"]
    if application.server.version >= 15:
        application.server.run(f"GRANT SET ON PARAMETER app.tenant TO {master}")
    for setting in (
        "work_mem = '8MB'",
        "search_path = \"$user\", public, 'with space', 'with \"quote\"'",
        "DateStyle = 'ISO, DMY'",
        "app.tenant = 'it''s \\ a tenant'",
    ):
        application.as_master(f"ALTER ROLE {current} SET {setting}")
    application.as_master(f"ALTER ROLE {current} IN DATABASE {database} SET work_mem = '1MB'")
    application.as_master(f"ALTER ROLE {application.username} SET statement_timeout = '1min'")
    application.as_master(f"ALTER ROLE {application.username} IN DATABASE postgres SET work_mem = '2MB'")
    application.secret.rotate()
    assert settings(application.server, application.username) == settings(application.server, current)
    assert len(settings(application.server, current)) == 6
    assert application.run("SELECT current_setting('work_mem'), current_setting('app.tenant')") == [
        ["1MB", "it's \\ a tenant"]
    ]


def test_a_role_that_is_set_in_one_database_is_not_carried_over(
    application: Application, current: str
) -> None:
    """Each session must become the owner, in every database."""
    application.as_master(f"ALTER ROLE {current} IN DATABASE {application.database} SET role = '{current}'")
    application.secret.rotate()
    assert application.run("SELECT current_user::text") == [[application.owner]]


def test_a_setting_that_the_administrator_may_not_give_is_named_without_its_value(
    application: Application, current: str
) -> None:
    application.server.run(f"ALTER ROLE {current} SET log_statement = 'ddl'")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(PrivilegeError, match="to set log_statement for") as failure:
        application.secret.step("setSecret", token)
    assert "ddl" not in str(failure.value)
