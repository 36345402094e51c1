"""What a server, a network or a person can do to a rotation, with both strategies, against real servers.

Each failure has its own class; none but a refused password makes the rotation try another one; the current version keeps
working, and when the fault is over the same rotation goes on.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest

from functions.rotation.failures import (
    AuthenticationError,
    CapacityError,
    NetworkError,
    PrivilegeError,
    ReadOnlyError,
    RotationError,
    TLSError,
)
from functions.rotation.postgres import Session
from tests.functions.application import (
    Application,
    MakeSecret,
    SingleUser,
    make_application,
    make_single_user,
)
from tests.functions.proxy import Proxy, proxy_of
from tests.functions.rotating import STEPS, Context, RotatingSecret
from tests.functions.spare import MAX_CONNECTIONS, RESERVED, Spare

pytestmark = pytest.mark.server

STRATEGIES = ("single-user", "alternating-users")
Rotated = SingleUser | Application


@pytest.fixture(scope="module")
def spare() -> Iterator[Spare]:
    folder = Path(tempfile.mkdtemp(prefix="rotation-spare-"))
    made = Spare(folder)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


@pytest.fixture
def proxy(spare: Spare) -> Iterator[Proxy]:
    with proxy_of(spare.server.port) as running:
        yield running


@pytest.fixture(params=STRATEGIES)
def rotated(request: pytest.FixtureRequest, spare: Spare, make_secret: MakeSecret) -> Rotated:
    """What has been rotated once, straight at the server."""
    return make(request.param, spare, make_secret)


@pytest.fixture(params=STRATEGIES)
def proxied(request: pytest.FixtureRequest, spare: Spare, make_secret: MakeSecret, proxy: Proxy) -> Rotated:
    """What has been rotated once, through the proxy."""
    return make(request.param, spare, make_secret, proxy.port)


def make(strategy: str, spare: Spare, make_secret: MakeSecret, port: int | None = None) -> Rotated:
    factory: Callable[..., Rotated] = make_single_user if strategy == "single-user" else make_application
    made = factory(spare.server, make_secret, port=port)
    made.secret.rotate()
    return made


def fails(
    secret: RotatingSecret,
    step: str,
    token: str,
    cause: type[RotationError],
    message: str,
    seconds: float = 60,
) -> None:
    """A step fails for this cause and no other, before Lambda would end it."""
    started = time.monotonic()
    with pytest.raises(RotationError, match=f"{step} of secret .*{message}") as failure:
        secret.step(step, token, Context(seconds))
    assert type(failure.value) is cause
    assert time.monotonic() - started < seconds


def fails_to_set(
    rotated: Rotated,
    fault: Callable[[], AbstractContextManager[object]],
    cause: type[RotationError],
    message: str,
    seconds: float = 60,
) -> None:
    """setSecret fails as long as there is the fault; nothing has changed; and then the same rotation goes on."""
    secret = rotated.secret
    token = secret.begin()
    secret.step("createSecret", token)
    with fault():
        fails(secret, "setSecret", token, cause, message, seconds)
    assert rotated.logs_in("AWSCURRENT")
    assert not rotated.logs_in("AWSPENDING")
    secret.rotate(token)
    assert rotated.logs_in("AWSCURRENT")
    assert "AWSCURRENT" in secret.stages()[token]


def test_a_server_that_is_stopped(rotated: Rotated, spare: Spare) -> None:
    fails_to_set(
        rotated, spare.stopped, NetworkError, "no connection to 127.0.0.1:[0-9]+: Connection refused"
    )


def test_a_server_that_does_not_answer(rotated: Rotated, spare: Spare) -> None:
    fails_to_set(rotated, spare.frozen, NetworkError, "in time|timed out|time of the step is over", seconds=3)


@pytest.mark.parametrize("answers", [1, 3, 5, 8])
def test_a_connection_that_falls_silent(proxied: Rotated, proxy: Proxy, answers: int) -> None:
    """In TLS's handshake, in the login, and after it."""

    def silence() -> AbstractContextManager[object]:
        stack = ExitStack()
        stack.callback(setattr, proxy, "answers", None)
        proxy.answers = answers
        return stack

    fails_to_set(proxied, silence, NetworkError, "in time|timed out|time of the step is over", seconds=2)


def test_a_connection_that_crawls(proxied: Rotated, proxy: Proxy) -> None:
    """Each byte comes long before a timeout of the socket, and all of them long after the step's time."""

    def crawl() -> AbstractContextManager[object]:
        stack = ExitStack()
        stack.callback(setattr, proxy, "seconds_per_byte", 0.0)
        proxy.seconds_per_byte = 0.02
        return stack

    fails_to_set(proxied, crawl, NetworkError, "in time|timed out|time of the step is over", seconds=2)


def test_a_connection_that_is_lost_before_the_commit(
    proxied: Rotated, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Session.run
    lost: list[str] = []

    def hang_up_before_commit(self: Session, statement: str, doing: str, **values: object) -> list[list[Any]]:
        if statement == "COMMIT":
            lost.append(statement)
            proxy.hang_up()
        return run(self, statement, doing, **values)

    def fault() -> AbstractContextManager[object]:
        patch = pytest.MonkeyPatch.context()
        stack = ExitStack()
        stack.enter_context(patch).setattr(Session, "run", hang_up_before_commit)
        return stack

    fails_to_set(proxied, fault, NetworkError, r"lost the connection \(to commit\)")
    assert lost == ["COMMIT"]


def test_a_server_without_tls_gets_nothing(rotated: Rotated, spare: Spare) -> None:
    before = spare.server.log.read_text().count("connection authorized")
    fails_to_set(rotated, spare.without_tls, TLSError, "offers no TLS .*; nothing was sent to it")
    assert spare.server.log.read_text().count("connection authorized") > before  # when TLS was there again


def test_a_server_that_others_have_certified(rotated: Rotated, monkeypatch: pytest.MonkeyPatch) -> None:
    trust = rotated.secret.environment.pop("DATABASE_CA_FILE")  # the roots of Amazon RDS remain

    def trusted_again() -> AbstractContextManager[object]:
        stack = ExitStack()
        stack.callback(rotated.secret.environment.__setitem__, "DATABASE_CA_FILE", trust)
        return stack

    fails_to_set(rotated, trusted_again, TLSError, "certificate of 127.0.0.1:.* is not trusted: self.signed")


def test_a_server_without_a_free_connection(rotated: Rotated, spare: Spare) -> None:
    role = f"crowd_{time.monotonic_ns()}"
    spare.server.create_role(role, "crowd")

    def crowd() -> AbstractContextManager[object]:
        stack = ExitStack()
        for _ in range(MAX_CONNECTIONS - RESERVED):
            stack.enter_context(spare.server.connect(role, "crowd"))
        return stack

    fails_to_set(rotated, crowd, CapacityError, r"\(53300\)")


def test_a_standby_is_not_changed(rotated: Rotated, spare: Spare) -> None:
    fails_to_set(rotated, spare.standby, ReadOnlyError, "is a standby .*must name the primary's endpoint")


def test_a_standby_is_not_what_a_new_password_is_for(rotated: Rotated, spare: Spare) -> None:
    token = rotated.secret.begin()
    rotated.secret.rotate(token, STEPS[:2])
    with spare.standby():
        fails(rotated.secret, "testSecret", token, ReadOnlyError, "is a standby")
    rotated.secret.rotate(token)
    assert rotated.logs_in()


def test_a_database_that_is_set_to_read_only(rotated: Rotated, spare: Spare) -> None:
    database = f"db_{time.monotonic_ns()}"
    if isinstance(rotated, Application):
        database = rotated.database
    else:
        spare.server.run(f"CREATE DATABASE {database}")
        rotated.secret.put({**rotated.secret.value(), "dbname": database}, "AWSCURRENT")

    def read_only() -> AbstractContextManager[object]:
        stack = ExitStack()
        stack.callback(spare.server.run, f"ALTER DATABASE {database} RESET default_transaction_read_only")
        spare.server.run(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
        return stack

    fails_to_set(rotated, read_only, ReadOnlyError, "set to read only .default_transaction_read_only = on")


def test_a_login_that_only_reads_is_rotated_like_others(rotated: Rotated, spare: Spare) -> None:
    username = rotated.secret.value()["username"]
    spare.server.run(f"ALTER ROLE {username} SET default_transaction_read_only = on")
    rotated.secret.rotate()
    assert rotated.logs_in()
    rotated.secret.rotate()
    assert rotated.logs_in()


def test_another_rotation_that_does_not_end_is_waited_for_no_longer_than_there_is_time(
    rotated: Rotated, spare: Spare
) -> None:
    value = rotated.secret.value()
    name = f"{rotated.username}_owner" if isinstance(rotated, Application) else rotated.username

    def locked() -> AbstractContextManager[object]:
        stack = ExitStack()
        other = stack.enter_context(spare.server.connect(database=value["dbname"]))
        other.run("SELECT pg_advisory_lock(hashtextextended(:name, 0))", name=f"rotation of {name}")
        return stack

    # The server's answer comes first, and tells the cause; the function's own end of waiting would look like a lost network.
    fails_to_set(rotated, locked, CapacityError, r"\(55P03\)", seconds=6)


def test_somebody_who_is_changing_the_role_is_waited_for_no_longer_than_there_is_time(
    rotated: Rotated, spare: Spare
) -> None:
    value = rotated.secret.value()
    pair = {rotated.username, f"{rotated.username}_clone"}
    role = (pair - {value["username"]}).pop() if isinstance(rotated, Application) else rotated.username

    def changing() -> AbstractContextManager[object]:
        stack = ExitStack()
        other = stack.enter_context(spare.server.connect())
        other.run("BEGIN")
        other.run(f"ALTER ROLE {role} CONNECTION LIMIT 7")
        return stack

    fails_to_set(rotated, changing, CapacityError, r"\(55P03\)", seconds=6)


def test_a_member_of_rds_iam_is_not_asked_for_a_password_in_clear(
    spare: Spare, make_secret: MakeSecret, capsys: pytest.CaptureFixture[str]
) -> None:
    """For such a role RDS's pg_hba.conf asks for a token, as clear text: here with PostgreSQL's own method for that."""
    rotated = make_single_user(spare.server, make_secret)
    with spare.rule(f"hostssl all {rotated.username} 127.0.0.1/32 password"):
        token = rotated.secret.begin()
        rotated.secret.step("createSecret", token)
        fails(
            rotated.secret,
            "setSecret",
            token,
            PrivilegeError,
            "in clear text, as RDS does for members of rds_iam",
        )
        authorized = f"connection authorized: user={rotated.username}"
        assert authorized not in spare.server.log.read_text()
    rotated.secret.rotate(token)
    assert authorized in spare.server.log.read_text()


def test_a_server_that_does_not_let_this_client_in(spare: Spare, make_secret: MakeSecret) -> None:
    rotated = make_single_user(spare.server, make_secret)
    with spare.rule(f"hostssl all {rotated.username} 127.0.0.1/32 reject"):
        token = rotated.secret.begin()
        rotated.secret.step("createSecret", token)
        fails(rotated.secret, "setSecret", token, PrivilegeError, "pg_hba.conf has no rule that lets")


def test_only_a_refused_password_makes_it_try_another(spare: Spare, make_secret: MakeSecret) -> None:
    """Else a stopped server would end in "no password works", and a full one would be asked again and again."""
    rotated = make_single_user(spare.server, make_secret)
    rotated.secret.rotate()
    token = rotated.secret.begin()
    rotated.secret.step("createSecret", token)
    refused = f'too many connections for role "{rotated.username}"'
    spare.server.run(f"ALTER ROLE {rotated.username} CONNECTION LIMIT 0")
    fails(rotated.secret, "setSecret", token, CapacityError, rf"{refused} \(53300\)")
    # The pending password is not set yet, so it was refused first; then the current one, and no other.
    log = spare.server.log.read_text()
    assert log.count(refused) == 1
    assert (
        log.count(f'password authentication failed for user "{rotated.username}"') == 2
    )  # with the first rotation
    spare.server.run(f"ALTER ROLE {rotated.username} CONNECTION LIMIT -1")
    rotated.secret.rotate(token)
    assert rotated.logs_in()


def test_a_wrong_password_is_an_authentication_failure(rotated: Rotated) -> None:
    token = rotated.secret.begin()
    rotated.secret.step("createSecret", token)
    fails(
        rotated.secret,
        "testSecret",
        token,
        AuthenticationError,
        r"password authentication failed .*\(28P01\)",
    )
