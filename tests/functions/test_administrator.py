"""The administrator, who makes the logins of an application and changes its own password."""

from __future__ import annotations

import pytest

from functions.rotation.failures import (
    AuthenticationError,
    ConfigurationError,
    PrivilegeError,
)
from tests.functions.application import (
    Application,
)
from tests.functions.rotating import STEPS

pytestmark = pytest.mark.server


def test_the_administrators_own_secret_may_be_rotated_at_the_same_time(application: Application) -> None:
    """Between its setSecret and its finishSecret, only its pending version logs in."""
    master = application.master.begin()
    application.master.rotate(master, STEPS[:2])
    application.secret.rotate()
    assert application.logs_in()
    application.master.rotate(master)
    application.secret.rotate()
    assert application.logs_in()


def test_the_administrators_password_may_still_be_the_previous_one(application: Application) -> None:
    application.master.put({**application.master.value(), "password": "not-set-yet"}, "AWSCURRENT")
    application.secret.rotate()
    assert application.logs_in()


def test_an_administrator_that_cannot_log_in_is_named(application: Application) -> None:
    master = application.master.value()["username"]
    application.server.set_password(master, "set-by-hand")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(AuthenticationError, match=f"login of {master} at .*password authentication failed"):
        application.secret.step("setSecret", token)
    assert application.role(application.username) == []


def test_an_administrator_without_the_right_changes_nothing(application: Application) -> None:
    application.secret.rotate()
    master = application.master.value()["username"]
    application.server.run(f"ALTER ROLE {master} NOCREATEROLE")
    before = [application.role(name) for name in (application.username, application.clone)]
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(PrivilegeError, match=r"\(42501\)"):
        application.secret.step("setSecret", token)
    assert [application.role(name) for name in (application.username, application.clone)] == before
    application.server.run(f"ALTER ROLE {master} CREATEROLE")
    application.secret.rotate(token)
    assert application.logs_in()


def test_password_commands_may_be_restricted(application: Application) -> None:
    """As rds.restrict_password_commands does it; here the master lacks another right, and RDS's parameter is set."""
    application.secret.rotate()
    master = application.master.value()["username"]
    application.server.run(f"ALTER ROLE {master} NOCREATEROLE")
    application.server.run(f"ALTER ROLE {master} SET rds.restrict_password_commands = 'on'")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(
        PrivilegeError, match=f'rds_password: run GRANT rds_password TO "{master}" as the master user'
    ):
        application.secret.step("setSecret", token)


def test_an_administrator_of_another_server_is_refused(application: Application) -> None:
    """Whoever may write the application's secret must not choose where the administrator logs in."""
    application.secret.put({**application.secret.value(), "host": "localhost"}, "AWSCURRENT")
    token = application.secret.begin()
    application.secret.step("createSecret", token)
    with pytest.raises(ConfigurationError, match="both must name the same host and port"):
        application.secret.step("setSecret", token)


def test_the_master_changes_its_own_password(application: Application) -> None:
    for _ in range(2):
        application.master.rotate()
        assert application.as_master("SELECT 1") == [[1]]
