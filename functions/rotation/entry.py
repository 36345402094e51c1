"""The value of the secret entry: who logs in to which database, and with what."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from .failures import SecretError
from .passwords import require_usable

ENGINE = "postgres"
_PORTS = range(1, 65536)


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """Where the database is, for an entry that does not say it.

    An entry is often made before the database, so that its host is not known yet.

    Args:
        host: name of the server, or None when the entry must name it.
        port: its port, 1 to 65535.
        dbname: the database to log in to.
    """

    host: str | None = None
    port: int = 5432
    dbname: str = "postgres"


@dataclass(frozen=True, kw_only=True)
class Login:
    """All that a connection needs.

    Args:
        host: name of the server, which its certificate must carry.
        port: its port, 1 to 65535.
        dbname: the database.
        username: the role that logs in.
        password: its password; never shown.
    """

    host: str
    port: int
    dbname: str
    username: str
    password: str = field(repr=False)

    def same_server(self, other: Login) -> bool:
        """Whether both are of the same server."""
        return (self.host.casefold(), self.port) == (other.host.casefold(), other.port)

    def same_role(self, other: Login) -> bool:
        """Whether both are the same role of the same server."""
        return self.same_server(other) and self.username == other.username

    def __str__(self) -> str:
        return f"{self.username} at {self.host}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One version's value, as it was written and as a login.

    Args:
        fields: the JSON object, with fields that the rotation does not know; never shown.
        login: what the fields and the defaults say together.
    """

    fields: Mapping[str, object] = field(repr=False)
    login: Login

    @classmethod
    def parse(cls, text: str, defaults: Defaults) -> Entry:
        """Read the JSON of an entry: engine, host, port, username, password, dbname.

        Raises:
            SecretError: it is no JSON object, or a field is missing or cannot be right.
        """
        try:
            fields = json.loads(text)
        except ValueError:
            # Not chained: the error of the parser carries the text, and with it the password.
            raise SecretError("its value is not JSON") from None
        if not isinstance(fields, dict):
            raise SecretError("its value is not a JSON object")
        engine = fields.get("engine", ENGINE)
        if engine != ENGINE:
            raise SecretError(f"its engine is {engine!r}; this function rotates {ENGINE!r} only")
        login = Login(
            host=_host(fields, defaults),
            port=_port(fields.get("port", defaults.port)),
            dbname=_text(fields, "dbname") if fields.get("dbname") else defaults.dbname,
            username=_text(fields, "username"),
            password=_text(fields, "password"),
        )
        require_usable(login.password)
        return cls(fields=fields, login=login)

    def with_login(self, username: str, password: str) -> Entry:
        """The same entry, every other field as it was written, for another role or password."""
        return Entry(
            fields={**self.fields, "username": username, "password": password},
            login=dataclasses.replace(self.login, username=username, password=password),
        )

    def dump(self) -> str:
        """The JSON to store."""
        return json.dumps(self.fields)


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    if value is None or value == "":
        raise SecretError(f"its value has no {name}")
    if not isinstance(value, str):
        raise SecretError(f"its {name} is not a text")
    if "\0" in value:
        raise SecretError(f"its {name} has a zero character, which PostgreSQL does not know")
    return value


def _host(fields: Mapping[str, object], defaults: Defaults) -> str:
    if fields.get("host"):
        return _text(fields, "host")
    if defaults.host is None:
        raise SecretError("its value has no host, and the function's DATABASE_HOST is not set")
    return defaults.host


def _port(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in _PORTS:
        raise SecretError(f"its port is {value!r}; allowed: 1 to 65535")
    return value
