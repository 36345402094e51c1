"""The local AWS says who it is, and notices what may change something."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from localcloud.identity import NAME, PATH, Identity, Observed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

IDENTITY = Identity.of(Path("/folder"), {"RDS": "real"}, "something was lost")


def aws(_environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"AWS"]


@pytest.fixture
def changes() -> list[str]:
    return []


@pytest.fixture
def client(changes: list[str]) -> Client:
    return Client(Observed(aws, identity=IDENTITY, changed=lambda: changes.append("changed")))


def test_it_says_who_it_is(client: Client, changes: list[str]) -> None:
    assert Identity.read(client.get(PATH).data) == IDENTITY
    assert IDENTITY.directory == "/folder"
    assert changes == []


@pytest.mark.parametrize(
    ("method", "noticed"), [("GET", 0), ("HEAD", 0), ("PUT", 1), ("POST", 1), ("DELETE", 1)]
)
def test_requests_that_may_change_something_are_noticed(
    client: Client, changes: list[str], method: str, noticed: int
) -> None:
    assert client.open("/bucket/key", method=method).status_code == 200
    assert len(changes) == noticed


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"\xff",
        b"[]",
        b'{"name": "another"}',
        json.dumps({"name": NAME}).encode(),
    ],
)
def test_everybody_else_is_nobody(answer: bytes) -> None:
    assert Identity.read(answer) is None


def test_a_newer_one_may_say_more() -> None:
    fields = {**json.loads(IDENTITY.dump()), "more": "than we know"}
    assert Identity.read(json.dumps(fields).encode()) == IDENTITY
