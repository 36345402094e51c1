"""The value of the entry, and the defaults for what it leaves out."""

from __future__ import annotations

import json
import traceback
from typing import Any

import pytest

from functions.rotation.entry import Defaults, Entry
from functions.rotation.failures import RotationError

COMPLETE = {
    "engine": "postgres",
    "host": "db.example",
    "port": 5433,
    "username": "citizen",
    "password": "planted-password",
    "dbname": "citizens",
}


def parse(defaults: Defaults | None = None, **changes: Any) -> Entry:
    value = {name: field for name, field in {**COMPLETE, **changes}.items() if field is not ...}
    return Entry.parse(json.dumps(value), defaults or Defaults())


def test_a_complete_entry_needs_no_defaults() -> None:
    login = parse(Defaults(host="other.example", port=1, dbname="other")).login
    assert (login.host, login.port, login.dbname) == ("db.example", 5433, "citizens")
    assert (login.username, login.password) == ("citizen", "planted-password")


def test_defaults_fill_what_the_entry_leaves_out() -> None:
    login = parse(Defaults(host="db.example", port=6000), host=..., port=..., dbname=..., engine=...).login
    assert (login.host, login.port, login.dbname) == ("db.example", 6000, "postgres")


def test_the_port_may_be_a_text() -> None:
    assert parse(port="5434").login.port == 5434


def test_another_password_leaves_every_other_field_as_it_was() -> None:
    entry = parse(port="5434", masterarn="arn:aws:rds:eu-central-2:123456789012:db:dr").with_login(
        "citizen", "next"
    )
    assert entry.login.password == "next"
    assert json.loads(entry.dump()) == {
        **COMPLETE,
        "port": "5434",
        "masterarn": "arn:aws:rds:eu-central-2:123456789012:db:dr",
        "password": "next",
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": ...}, "no username"),
        ({"password": ""}, "no password"),
        ({"password": 17}, "its password is not a text"),
        ({"password": "planted-\u0007"}, "the password has characters that SCRAM prohibits"),
        ({"username": "a\0b"}, "its username has a zero character"),
        ({"host": ...}, "no host, and the function's DATABASE_HOST is not set"),
        ({"host": ["db.example"]}, "its host is not a text"),
        ({"engine": "mysql"}, "its engine is 'mysql'"),
        ({"port": 0}, "its port is 0; allowed: 1 to 65535"),
        ({"port": 65536}, "its port is 65536"),
        ({"port": True}, "its port is True"),
        ({"port": "5432;"}, "its port is '5432;'"),
    ],
)
def test_what_is_missing_or_wrong_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(RotationError, match=message):
        parse(**changes)


@pytest.mark.parametrize(
    "text", ['{"password": "planted-password"', '["planted-password"]', '"planted-password"']
)
def test_a_broken_entry_is_never_quoted(text: str) -> None:
    with pytest.raises(RotationError, match="JSON") as failure:
        Entry.parse(text, Defaults())
    shown = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=False).format())
    assert "planted-password" not in shown
    assert failure.value.__cause__ is None


def test_no_password_is_in_what_an_entry_shows() -> None:
    entry = parse()
    assert "planted-password" not in f"{entry!r} {entry} {entry.login!r} {entry.login}"
