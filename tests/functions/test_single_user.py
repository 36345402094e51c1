"""Rotations of a single user, against a real PostgreSQL server."""

from __future__ import annotations

import traceback
from typing import Any

import pytest
from scramp import ScramException  # type: ignore[import-untyped]

from functions.rotation import postgres
from functions.rotation.failures import PrivilegeError, RotationError, TLSError
from functions.rotation.passwords import EXCLUDED_CHARACTERS
from tests.functions.application import MakeSecret
from tests.functions.rotating import STEPS, RotatingSecret
from tests.functions.server import HOST, PostgreSQLServer

pytestmark = pytest.mark.server


def test_the_four_steps_change_the_password(
    secret: RotatingSecret, server: PostgreSQLServer, username: str
) -> None:
    before = secret.value()
    token = secret.begin()
    secret.rotate(token)
    after = secret.value()
    assert server.opens(username, after["password"])
    assert not server.opens(username, "first-password")
    assert {**after, "password": "first-password"} == before
    assert "AWSCURRENT" in secret.stages()[token]
    assert secret.value("AWSPREVIOUS") == before


def test_it_rotates_again(secret: RotatingSecret, server: PostgreSQLServer, username: str) -> None:
    passwords = set()
    for _ in range(3):
        secret.rotate(secret.begin())
        passwords.add(secret.value()["password"])
        assert server.opens(username, secret.value()["password"])
    assert len(passwords) == 3


def test_every_step_can_be_repeated(secret: RotatingSecret, server: PostgreSQLServer, username: str) -> None:
    token = secret.begin()
    pending = None
    for step in STEPS:
        secret.step(step, token)
        state = (secret.stages(), secret.value(), pending)
        pending = pending or secret.value("AWSPENDING")
        secret.step(step, token)
        assert (secret.stages(), secret.value()) == state[:2]
        assert pending == secret.value("AWSPENDING")
    assert server.opens(username, secret.value()["password"])
    secret.rotate(token)  # and all of them once more, after the end
    assert server.opens(username, secret.value()["password"])


@pytest.mark.parametrize("done", range(len(STEPS) + 1))
def test_after_a_crash_the_same_rotation_can_go_on(
    secret: RotatingSecret, server: PostgreSQLServer, username: str, done: int
) -> None:
    token = secret.begin()
    secret.rotate(token, STEPS[:done])
    secret.rotate(token)
    assert server.opens(username, secret.value()["password"])
    assert "AWSCURRENT" in secret.stages()[token]


@pytest.mark.parametrize("done", range(len(STEPS) + 1))
def test_after_a_crash_another_rotation_can_begin(
    secret: RotatingSecret, server: PostgreSQLServer, username: str, done: int
) -> None:
    for _ in range(2):  # a second crash in the same place, too
        secret.rotate(secret.begin(), STEPS[:done])
    token = secret.begin()
    secret.rotate(token)
    assert server.opens(username, secret.value()["password"])
    assert "AWSCURRENT" in secret.stages()[token]


def test_the_database_may_still_have_the_previous_password(
    secret: RotatingSecret, server: PostgreSQLServer, username: str
) -> None:
    secret.put({**secret.value(), "password": "never-set"}, "AWSCURRENT")
    secret.rotate(secret.begin())
    assert server.opens(username, secret.value()["password"])


def test_no_known_password_opens_the_database(
    secret: RotatingSecret, server: PostgreSQLServer, username: str
) -> None:
    server.set_password(username, "set-by-hand")
    token = secret.begin()
    secret.step("createSecret", token)
    with pytest.raises(RotationError, match=f"setSecret of secret .*refuses every password.*{username}"):
        secret.step("setSecret", token)
    assert server.opens(username, "set-by-hand")
    server.set_password(username, "first-password")  # as the message says
    secret.rotate(token)
    assert server.opens(username, secret.value()["password"])


def test_a_pending_password_that_is_wrong_is_not_promoted(secret: RotatingSecret) -> None:
    token = secret.begin()
    secret.step("createSecret", token)
    with pytest.raises(RotationError, match=r"testSecret of secret .*password authentication failed"):
        secret.step("testSecret", token)
    assert secret.value()["password"] == "first-password"


@pytest.mark.parametrize("field", ["username", "host", "port"])
def test_a_pending_version_for_another_role_or_server_is_refused(
    secret: RotatingSecret, server: PostgreSQLServer, username: str, field: str
) -> None:
    other: dict[str, Any] = {"username": "postgres", "host": "other.example", "port": 6543}
    token = secret.begin()
    secret.put({**secret.value(), field: other[field], "password": "planted"}, "AWSPENDING", token)
    with pytest.raises(RotationError, match=r"AWSPENDING version is for .*AWSCURRENT version for "):
        secret.step("setSecret", token)
    assert not server.opens("postgres", "planted")
    assert server.opens(username, "first-password")


@pytest.mark.parametrize(
    "name", ['a"b', "o'brien", "Mixed Case", "user", "comma,equals=", "ünï", "semi;--", "c:d $1"]
)
def test_user_names_with_special_characters(
    secret: RotatingSecret, server: PostgreSQLServer, username: str, name: str
) -> None:
    special = f"{name}{username[-8:]}" if name != "user" else name
    server.create_role(special, "first-password")
    secret.put({**secret.value(), "username": special}, "AWSCURRENT")
    secret.rotate(secret.begin())
    assert server.opens(special, secret.value()["password"])
    assert server.opens(username, "first-password")


def test_a_pending_password_with_special_characters(
    secret: RotatingSecret, server: PostgreSQLServer, username: str
) -> None:
    token = secret.begin()
    password = "' \\ \" $1 :x % ü \u00a0 ½"
    secret.put({**secret.value(), "password": password}, "AWSPENDING", token)
    secret.rotate(token)
    assert server.opens(username, password)


def test_the_new_password_needs_no_escape(secret: RotatingSecret) -> None:
    secret.rotate(secret.begin())
    password = secret.value()["password"]
    assert len(password) == 32
    assert not set(password) & set(EXCLUDED_CHARACTERS)
    assert not set(password) & set("\"'/@\\ :%?#&")


def test_the_entry_may_lack_where_the_database_is(
    make_secret: MakeSecret, server: PostgreSQLServer, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.create_role(username, "first-password")
    server.run(f"CREATE DATABASE {username}")
    for name, value in {
        "HOST": HOST,
        "PORT": server.port,
        "NAME": username,
        "CA_FILE": server.certificate,
    }.items():
        monkeypatch.setenv(f"DATABASE_{name}", str(value))
    secret = make_secret(username=username, password="first-password")
    secret.rotate(secret.begin())
    assert server.opens(username, secret.value()["password"])
    assert set(secret.value()) == {"username", "password"}
    assert f"database={username}" in server.log.read_text()


def test_a_server_that_cannot_be_verified_is_refused(
    secret: RotatingSecret, server: PostgreSQLServer, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_CA_FILE")  # the roots of Amazon RDS, which did not sign this certificate
    token = secret.begin()
    secret.step("createSecret", token)
    with pytest.raises(RotationError, match=r"certificate of 127\.0\.0\.1:.* is not trusted: self.signed"):
        secret.step("setSecret", token)
    assert server.opens(username, "first-password")


def test_a_server_under_another_name_is_refused(secret: RotatingSecret) -> None:
    secret.put({**secret.value(), "host": "localhost"}, "AWSCURRENT")
    token = secret.begin()
    secret.step("createSecret", token)
    with pytest.raises(RotationError, match="not trusted: Hostname mismatch"):
        secret.step("setSecret", token)


def test_a_server_that_is_down_is_named(secret: RotatingSecret) -> None:
    secret.put({**secret.value(), "port": 1}, "AWSCURRENT")
    token = secret.begin()
    secret.step("createSecret", token)
    with pytest.raises(RotationError, match=r"no connection to 127\.0\.0\.1:1: .*refused"):
        secret.step("setSecret", token)


def test_a_role_that_may_not_log_in_is_no_wrong_password(
    secret: RotatingSecret, server: PostgreSQLServer, username: str
) -> None:
    server.run(f"ALTER ROLE {username} NOLOGIN")
    token = secret.begin()
    secret.step("createSecret", token)
    with pytest.raises(RotationError, match=r"is not permitted to log in \(28000\)") as failure:
        secret.step("setSecret", token)
    assert type(failure.value) is PrivilegeError


def test_a_configuration_can_be_tested_without_a_rotation(
    secret: RotatingSecret, server: PostgreSQLServer, username: str
) -> None:
    """RotateSecret with RotateImmediately=false calls testSecret with the value of the current version."""
    token = secret.begin()
    secret.put(secret.value(), "AWSPENDING", token)
    secret.step("testSecret", token)
    server.set_password(username, "set-by-hand")
    with pytest.raises(RotationError, match=r"testSecret .*\(28P01\)"):
        secret.step("testSecret", token)


def test_a_server_that_does_not_know_the_password_itself_is_not_trusted(
    secret: RotatingSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SCRAM proves both sides; the driver checks it, and its error may quote what it compared."""

    def pretender(*_: Any, **__: Any) -> Any:
        raise ScramException("planted-password")

    token = secret.begin()
    secret.step("createSecret", token)
    monkeypatch.setattr(postgres, "_Connection", pretender)
    with pytest.raises(TLSError, match="does not prove that it knows the password of") as failure:
        secret.step("setSecret", token)
    assert "planted-password" not in "".join(traceback.format_exception(failure.value))
