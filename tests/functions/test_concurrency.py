"""Two deliveries of the same step, and two rotations, at once: with both strategies, against a real server."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from functions.rotation.entry import Login
from functions.rotation.failures import RotationError
from functions.rotation.handler import handler
from functions.rotation.postgres import PostgreSQL, Session
from tests.functions.application import (
    Application,
    MakeSecret,
    SingleUser,
    make_application,
    make_single_user,
)
from tests.functions.rotating import STEPS
from tests.functions.server import PostgreSQLServer

pytestmark = pytest.mark.server

WAIT_SECONDS = 30
Rotated = SingleUser | Application


@pytest.fixture(params=["single-user", "alternating-users"])
def rotated(
    request: pytest.FixtureRequest,
    server: PostgreSQLServer,
    make_secret: MakeSecret,
    monkeypatch: pytest.MonkeyPatch,
) -> Rotated:
    make: Callable[..., Rotated] = make_single_user if request.param == "single-user" else make_application
    made = make(server, make_secret)
    # For all threads, as it is for all instances of a function.
    for name, value in made.secret.environment.items():
        monkeypatch.setenv(name, value)
    made.secret.environment.clear()
    return made


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as running:
        yield running


class Pause:
    """Holds up the thread that runs a statement for the first time, until it may go on.

    Args:
        statement: its beginning.
        monkeypatch: takes it out again at the end of the test.
    """

    def __init__(self, statement: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self._statement = statement
        self._first = threading.Lock()
        self._reached, self._may_go_on = threading.Event(), threading.Event()
        self._run = Session.run
        pause = self

        def run(self: Session, statement: str, doing: str, **values: object) -> list[list[Any]]:
            if statement.startswith(pause._statement) and pause._first.acquire(blocking=False):
                pause._reached.set()
                assert pause._may_go_on.wait(WAIT_SECONDS)
            return pause._run(self, statement, doing, **values)

        monkeypatch.setattr(Session, "run", run)

    def reached(self) -> None:
        assert self._reached.wait(WAIT_SECONDS)

    def end(self) -> None:
        self._may_go_on.set()


def deliver(rotated: Rotated, step: str, token: str) -> None:
    handler({"SecretId": rotated.secret.arn, "ClientRequestToken": token, "Step": step}, None)


def wait_for_a_lock(server: PostgreSQLServer) -> None:
    """Until a session of a rotation waits for another one."""
    deadline = time.monotonic() + WAIT_SECONDS
    waiting = "application_name = 'rotation' AND wait_event_type = 'Lock'"
    while not server.run(f"SELECT 1 FROM pg_stat_activity WHERE {waiting}"):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_each_step_may_be_delivered_twice_at_once(rotated: Rotated, pool: ThreadPoolExecutor) -> None:
    for _ in range(3):
        token = rotated.secret.begin()
        for step in STEPS:
            deliveries: list[Future[None]] = [pool.submit(deliver, rotated, step, token) for _ in range(3)]
            for delivery in deliveries:
                delivery.result(WAIT_SECONDS)
            assert len([labels for labels in rotated.secret.stages().values() if "AWSCURRENT" in labels]) == 1
        assert "AWSCURRENT" in rotated.secret.stages()[token]
        assert rotated.logs_in()


def test_another_delivery_may_set_the_password_between_two_tries(
    server: PostgreSQLServer, make_secret: MakeSecret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pending password is not there yet, and then the current one is not there any more."""
    rotated = make_single_user(server, make_secret)
    token = rotated.secret.begin()
    rotated.secret.step("createSecret", token)
    accepts, twins = PostgreSQL.accepts, [rotated]

    def before_the_twin(self: PostgreSQL, login: Login) -> bool:
        answer = accepts(self, login)
        if twins:
            twins.pop().secret.step("setSecret", token)
        return answer

    monkeypatch.setattr(PostgreSQL, "accepts", before_the_twin)
    rotated.secret.step("setSecret", token)
    rotated.secret.rotate(token)
    assert rotated.logs_in()


def test_a_late_delivery_of_a_rotation_that_is_over_changes_nothing(
    rotated: Rotated, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first delivery is held up before its transaction; meanwhile its twin and all the other steps are done."""
    token = rotated.secret.begin()
    rotated.secret.step("createSecret", token)
    pause = Pause("BEGIN", monkeypatch)
    late = pool.submit(deliver, rotated, "setSecret", token)
    pause.reached()
    rotated.secret.rotate(token)
    pause.end()
    late.result(WAIT_SECONDS)
    assert rotated.logs_in()


@pytest.mark.parametrize("place", ["BEGIN", "ALTER ROLE"])
def test_a_late_delivery_of_an_older_rotation_changes_nothing(
    rotated: Rotated, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """It would set a password that no label leads to any more."""
    old = rotated.secret.begin()
    rotated.secret.step("createSecret", old)
    pause = Pause(place, monkeypatch)
    late = pool.submit(deliver, rotated, "setSecret", old)
    pause.reached()
    token = rotated.secret.begin()
    rotated.secret.step("createSecret", token)
    newer = pool.submit(
        deliver, rotated, "setSecret", token
    )  # waits for the other's end, when that has begun
    if place == "BEGIN":
        newer.result(WAIT_SECONDS)
    pause.end()
    with pytest.raises(RotationError, match="another rotation has begun since"):
        late.result(WAIT_SECONDS)
    newer.result(WAIT_SECONDS)
    rotated.secret.rotate(token)
    assert rotated.logs_in()
    assert "AWSCURRENT" in rotated.secret.stages()[token]


def test_a_newer_rotation_that_waited_has_the_last_word(
    rotated: Rotated, pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older one was still pending when it looked, and commits while the newer one waits for it."""
    old = rotated.secret.begin()
    rotated.secret.step("createSecret", old)
    pause = Pause("COMMIT", monkeypatch)
    late = pool.submit(deliver, rotated, "setSecret", old)
    pause.reached()
    token = rotated.secret.begin()
    rotated.secret.step("createSecret", token)
    newer = pool.submit(deliver, rotated, "setSecret", token)
    wait_for_a_lock(rotated.server)
    pause.end()
    late.result(WAIT_SECONDS)
    newer.result(WAIT_SECONDS)
    rotated.secret.rotate(token)
    assert rotated.logs_in()
