"""One secret and its database, as a scenario finds them, and Secrets Manager's part of a rotation."""

from __future__ import annotations

import itertools
import queue
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pg8000.native import literal  # type: ignore[import-untyped]

from tests.functions.server import HOST, PostgreSQLServer
from tests.rotation_matrix.catalog import Catalog
from tests.rotation_matrix.client import PAUSE_SECONDS, Answer, Client
from tests.rotation_matrix.function import PATIENCE_SECONDS, Function, Invocation, Outcome
from tests.rotation_matrix.relay import Relay
from tests.rotation_matrix.secrets_manager import REGION, STAGES, SecretsManager
from tests.rotation_matrix.strategies import Entry, Ground, Site, Strategy

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Moment:
    """What logs in at a moment.

    Args:
        when: what has happened just before.
        current: what a client with AWSCURRENT gets.
        labelled: whether any version with a label logs in; None when the server does not answer.
    """

    when: str
    current: Answer
    labelled: bool | None


@dataclass
class Stage:
    """Where scenarios take place, several at a time.

    Args:
        server: the databases are there.
        manager: Secrets Manager.
        folder: for the function's log.
        places: how many scenarios take place at a time.
        fault: breaks the function on purpose; see `Function`.
    """

    server: PostgreSQLServer
    manager: SecretsManager
    folder: Path
    places: int = 1
    fault: str | None = None

    def __post_init__(self) -> None:
        # A function that is held while it logs in is not to be turned away, however slow this machine is.
        self.server.run("ALTER SYSTEM SET authentication_timeout = '10min'")
        self.server.run("SELECT pg_reload_conf()")
        self.catalog = Catalog(self.server)
        self._databases: queue.SimpleQueue[str] = queue.SimpleQueue()
        for _ in range(self.places):
            database = f"citizens_{next(_numbers)}"
            self.server.run(f"CREATE DATABASE {database}")
            self._databases.put(database)
        self._worlds: dict[str, list[World]] = {}
        self.answers: dict[str, list[Answer]] = {}
        """To every login with AWSCURRENT, by strategy; but not while somebody shuts clients out by hand."""

    @contextmanager
    def world(self, strategy: Strategy, *, seconds: float = PATIENCE_SECONDS) -> Iterator[World]:
        """A secret whose last rotation succeeded: one that has come out of another scenario, or a new one.

        Args:
            strategy: of its function.
            seconds: the function's timeout.
        """
        waiting = self._waiting(strategy)
        try:
            world = waiting.pop()
        except IndexError:
            with self.new_world(strategy) as world:
                for _ in range(2):  # alternating users have both of their logins after the second one
                    outcome = world.attempt(world.begin())
                    assert outcome.done, f"the first rotations: {outcome}"
        world.moments.clear()
        world.answers = self._answers(strategy)
        world.settled = False
        world.function = replace(world.function, seconds=seconds)
        yield world
        if world.settled:
            waiting.append(world)

    @contextmanager
    def new_world(self, strategy: Strategy) -> Iterator[World]:
        """A secret that has never been rotated, alone in a database; it waits for other scenarios then."""
        database = self._databases.get()
        try:
            ground = Ground(
                server=self.server,
                catalog=self.catalog,
                database=database,
                manager=self.manager,
                id=f"{next(_numbers):05}",
            )
            world = World(ground, strategy, self._function(ground), self._answers(strategy))
            yield world
        finally:
            self._databases.put(database)
        if world.settled:
            self._waiting(strategy).append(world)

    def worlds(self, strategy: Strategy) -> list[World]:
        """Every secret that is in no scenario."""
        return list(self._waiting(strategy))

    def _answers(self, strategy: Strategy) -> list[Answer]:
        return self.answers.setdefault(strategy.name, [])

    def _waiting(self, strategy: Strategy) -> list[World]:
        return self._worlds.setdefault(strategy.name, [])

    def _function(self, ground: Ground) -> Function:
        environment = {
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": f"caller-{ground.id}",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"http://{HOST}:{self.manager.port}",
            "DATABASE_CA_FILE": str(self.server.certificate),
        }
        return Function(environment=environment, logs=self.folder, fault=self.fault)


@dataclass
class World:
    """A secret, its roles and its function.

    Args:
        ground: where they are.
        strategy: of the function.
        function: without what the strategy has to tell it.
        answers: gets the answer to every login with AWSCURRENT.
    """

    ground: Ground
    strategy: Strategy
    function: Function
    answers: list[Answer]
    moments: list[Moment] = field(default_factory=list)
    settled: bool = False
    """Its last rotation succeeded, and nothing is wrong with it."""

    def __post_init__(self) -> None:
        self.server, self.manager = self.ground.server, self.ground.manager
        self.site: Site = self.strategy.prepare(self.ground)
        self.arn = self.site.arn
        self.function = self.function.told(self.site.environment)
        self.relay = Relay(self.server.port)
        self._mute = False

    @property
    def caller(self) -> str:
        """The function's access key."""
        return self.function.environment["AWS_ACCESS_KEY_ID"]

    def value(self, stage: str = "AWSCURRENT") -> Entry | None:
        """The entry with a label."""
        return self.manager.value(self.arn, stage)

    def begin(self) -> str:
        """Secrets Manager begins a rotation; returns its token."""
        token = self.manager.begin(self.arn)
        self.look("a new rotation begins")
        return token

    def invoke(self, step: str, token: str, *, at_questions: bool = True) -> Invocation:
        """Call the function for one step; it stands still before its first call.

        Args:
            step: of the rotation.
            token: its version.
            at_questions: whether it does so before calls that only read, too.
        """
        event = {"Step": step, "SecretId": self.arn, "ClientRequestToken": token}
        return Invocation(self.function, event, at_questions)

    def step(self, step: str, token: str) -> Outcome:
        """Call the function for one step."""
        return self.finish(self.invoke(step, token, at_questions=False))

    def advance(self, invocation: Invocation) -> None:
        """Let an invocation make one call, and look who can log in if it has changed something."""
        changes = invocation.changes
        invocation.go_on()
        if changes:
            self.look(invocation.event["Step"])

    def finish(self, invocation: Invocation) -> Outcome:
        """Let an invocation make all of its calls."""
        while invocation.outcome is None:
            self.advance(invocation)
        return invocation.outcome

    def attempt(self, token: str, first: str = STEPS[0]) -> Outcome:
        """Call the function for each step, as far as it succeeds: what Secrets Manager does, and repeats."""
        for step in STEPS[STEPS.index(first) :]:
            outcome = self.step(step, token)
            if not outcome.done:
                return outcome
        return outcome

    def new_client(self, pause: float = PAUSE_SECONDS) -> Client:
        """A client that has not logged in yet."""
        return Client(self.server, self.value, self.answers, pause)

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Nobody is asked to log in in the block: no password would work."""
        self._mute = True
        try:
            yield
        finally:
            self._mute = False

    def look(self, when: str) -> None:
        """Remember who can log in now."""
        if self._mute:
            return
        current = self.ground.catalog.log_in(self.value(), tried=self.answers.append)
        labelled = True if current == "opened" else self._any_label()
        self.moments.append(Moment(when, current, labelled))

    def state(self) -> dict[str, Any]:
        """All that a rotation changes for others: AWSCURRENT, and the roles with their passwords."""
        value = self.value() or {}
        found: dict[str, Any] = {"AWSCURRENT": (self.manager.stages(self.arn).get("AWSCURRENT"), value)}
        for role, name in sorted(self.names().items(), key=lambda pair: pair[1]):
            found[name] = self.server.run(
                "SELECT to_jsonb(a)::text, ARRAY(SELECT m::text FROM pg_auth_members m WHERE m.member = a.oid),"
                " ARRAY(SELECT s::text FROM pg_db_role_setting s WHERE s.setrole = a.oid)"
                f" FROM pg_authid a WHERE a.rolname = {literal(role)}"
            )
        return found

    def waits_for_lock(self) -> bool:
        """Whether a session of the function waits until another transaction ends."""
        return self._sessions("wait_event_type = 'Lock'")

    def await_no_session(self) -> None:
        """Wait until the server has done what sessions of the function asked for, and has found that they are over."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self._sessions("application_name = 'rotation'"):
            assert time.monotonic() < end, "a session of the function does not end"
            time.sleep(0.05)

    @contextmanager
    def relayed(self) -> Iterator[Relay]:
        """Put a relay between the function and the server: the entries name it from now on."""
        with Relay(self.server.port).running() as self.relay:
            self._edit(port=self.relay.port)
            yield self.relay
            self._edit(port=self.server.port)

    def names(self) -> dict[str, str]:
        """What the tables call the roles that a rotation changes, by their names: they change places with each rotation."""
        current = (self.value() or {}).get("username")
        return {role: "the login" if role == current else "the other login" for role in self.site.logins}

    def plain(self, text: str, names: dict[str, str]) -> str:
        """A text without what differs from run to run.

        Args:
            text: with roles, ARNs and ports.
            names: of the roles, as they were when the rotation began.
        """
        plain = {**names, f"master_{self.ground.id}": "the administrator", self.arn: "citizen"}
        for name in sorted(plain, key=len, reverse=True):
            text = text.replace(name, plain[name])
        return re.sub(r"127\.0\.0\.1(:\d+)?", "the server", text.replace(f"_{self.ground.id}", ""))

    def _sessions(self, condition: str) -> bool:
        names = ", ".join(literal(name) for name in (*self.site.logins, f"master_{self.ground.id}"))
        return bool(
            self.server.run(f"SELECT 1 FROM pg_stat_activity WHERE usename IN ({names}) AND {condition}")
        )

    def _edit(self, **fields: object) -> None:
        for arn in filter(None, (self.arn, self.site.administrator)):
            self.manager.edit(arn, fields)

    def _any_label(self) -> bool | None:
        log_in = self.ground.catalog.log_in
        answers = [log_in(value) for stage in STAGES if (value := self.value(stage))]
        return True if "opened" in answers else None if "no answer" in answers else False
