"""Faults that can strike at every single call of the function: it is killed, a connection is lost, an API call fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from tests.rotation_matrix.calls import Call
from tests.rotation_matrix.function import Invocation, Outcome
from tests.rotation_matrix.relay import Loss
from tests.rotation_matrix.secrets_manager import Kind, Trouble
from tests.rotation_matrix.strategies import ALTERNATING_USERS, STRATEGIES, Strategy
from tests.rotation_matrix.table import Job, Row, Section
from tests.rotation_matrix.verdict import RETRIES, Retry, current_logs_in, label_logs_in, refused, rotates
from tests.rotation_matrix.world import STEPS, Stage, World

HEADER = (
    "Step",
    "Call",
    "The function says",
    "Same token: AWSCURRENT logs in",
    "Same token: a labelled version",
    "New token: AWSCURRENT logs in",
    "New token: a labelled version",
)
AT_THE_END = Call("the end")


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Where a rotation begins.

    Args:
        name: as in the table.
        begin: brings a world there; returns the token of the rotation that begins.
        new: whether there has been no rotation before.
        strategies: for which it is something of its own.
        steps: in which the function makes other calls than usual.
    """

    name: str
    begin: Callable[[World], str] = World.begin
    new: bool = False
    strategies: tuple[Strategy, ...] = STRATEGIES
    steps: tuple[str, ...] = STEPS

    def world(self, stage: Stage, strategy: Strategy) -> AbstractContextManager[World]:
        """A world for it."""
        return stage.new_world(strategy) if self.new else stage.world(strategy)


def _given_up(world: World) -> str:
    token = world.begin()
    for step in ("createSecret", "setSecret"):
        _must(world.step(step, token))
    return world.begin()


USUAL = Situation(name="after a rotation that succeeded")
SITUATIONS = (
    USUAL,
    Situation(
        name="after a rotation that was given up when it had set the password",
        begin=_given_up,
        steps=("setSecret",),
    ),
    Situation(
        name="in the first rotation, which makes the other login",
        new=True,
        strategies=(ALTERNATING_USERS,),
        steps=("setSecret",),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Strike:
    """A fault at one call.

    Args:
        name: as in the table.
        text: what happens.
        hits: at which calls it can strike.
        perform: strikes at an invocation that stands before the call, and lets the invocation end.
        says: kind of failure that the function may end with; it may also succeed.
        situations: where the rotation begins.
        retries: what comes then; both, where what is left behind differs from that of a killed function.
    """

    name: str
    text: str
    hits: Callable[[Call], bool]
    perform: Callable[[World, Invocation], Outcome]
    says: str = ""
    situations: tuple[Situation, ...] = (USUAL,)
    retries: tuple[Retry, ...] = RETRIES


def _kill(_: World, invocation: Invocation) -> Outcome:
    invocation.kill()
    return Outcome(end="killed")


def _lose(loss: Loss) -> Callable[[World, Invocation], Outcome]:
    def perform(world: World, invocation: Invocation) -> Outcome:
        with world.relay.losing(loss):
            return world.finish(invocation)

    return perform


def _trouble(kind: Kind, times: float = float("inf")) -> Callable[[World, Invocation], Outcome]:
    def perform(world: World, invocation: Invocation) -> Outcome:
        operation = invocation.held.name if invocation.held else None
        with world.manager.troubled(world.caller, Trouble(kind, times, operation)):
            return world.finish(invocation)

    return perform


def _database(call: Call) -> bool:
    return call.service == "PostgreSQL" and call != AT_THE_END


def _secrets_manager(call: Call) -> bool:
    return call.service == "Secrets Manager"


STRIKES = (
    Strike(
        name="the function is killed before the call",
        text="With SIGKILL. Between two calls it changes nothing outside, so before a call is also after the one before it.",
        hits=lambda _: True,
        perform=_kill,
        situations=SITUATIONS,
    ),
    Strike(
        name="the connection is lost before the server gets the call",
        text="A relay ends it, and every other one, until the invocation has ended.",
        hits=_database,
        perform=_lose("request lost"),
        says="network",
    ),
    Strike(
        name="the connection is lost before the function gets the answer",
        text="The server has done what it was asked for: it has committed, for one.",
        hits=_database,
        perform=_lose("answer lost"),
        says="network",
    ),
    Strike(
        name="Secrets Manager throttles the call",
        text="Each time that it is made, until the invocation has ended.",
        hits=_secrets_manager,
        perform=_trouble("throttled"),
        says="secrets-manager",
        retries=("same token",),
    ),
    Strike(
        name="IAM refuses the call",
        text="Until the invocation has ended.",
        hits=_secrets_manager,
        perform=_trouble("refused"),
        says="secrets-manager",
        retries=("same token",),
    ),
    Strike(
        name="Secrets Manager's answer is lost",
        text="Once: it has done what it was asked for, and botocore asks again.",
        hits=_secrets_manager,
        perform=_trouble("answer lost", times=1),
        retries=("same token",),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a fault strikes.

    Args:
        step: of the rotation.
        number: how many calls the function has made.
        call: the next one, or the end.
    """

    step: str
    number: int
    call: Call


def sections(stage: Stage, strategy: Strategy) -> Iterator[Section]:
    """All tables of this kind."""
    found: dict[str, list[Position]] = {}
    for strike in STRIKES:
        for situation in strike.situations:
            if strategy in situation.strategies:
                if situation.name not in found:
                    found[situation.name] = positions(stage, strategy, situation)
                hit = [position for position in found[situation.name] if strike.hits(position.call)]
                yield Section(
                    title=f"{strategy.name.capitalize()}: {strike.name}, {situation.name}",
                    text=strike.text,
                    header=HEADER,
                    jobs=tuple(_job(stage, strategy, situation, strike, position) for position in hit),
                )


def positions(stage: Stage, strategy: Strategy, situation: Situation) -> list[Position]:
    """All calls of a rotation that nothing disturbs, and the end of each step."""
    with situation.world(stage, strategy) as world:
        token, found, names = situation.begin(world), [], world.names()
        for step in STEPS:
            invocation = world.invoke(step, token)
            _must(world.finish(invocation))
            calls = [Call(world.plain(call.name, names)) for call in invocation.calls]
            found += [
                Position(step=step, number=number, call=call)
                for number, call in enumerate([*calls, AT_THE_END])
                if step in situation.steps
            ]
        world.settled = True
    return found


def _job(stage: Stage, strategy: Strategy, situation: Situation, strike: Strike, position: Position) -> Job:
    def run() -> Row:
        cells: list[str] = []
        problems: list[str] = []
        for retry in strike.retries:
            with situation.world(stage, strategy) as world:
                said, problem = survive(world, situation, strike, position, retry)
                problem = problem or refused(world)
                world.settled = not problem
            logins = (current_logs_in(world), label_logs_in(world))
            cells += (f"DEAD END: {problem}", "") if problem else logins
            problems += [f"{retry}: {problem}"] if problem else []
        unused = ("-", "-") * (len(RETRIES) - len(strike.retries))
        return Row(
            cells=(position.step, position.call.name, said, *cells, *unused), problem="; ".join(problems)
        )

    return run


def survive(
    world: World, situation: Situation, strike: Strike, position: Position, retry: Retry
) -> tuple[str, str | None]:
    """Strike there, and go on as Secrets Manager does.

    Returns:
        What the function says, and why the rotation is at a dead end, if it is.
    """
    with world.relayed() if strike.says == "network" else nullcontext():
        token = situation.begin(world)
        for step in STEPS[: STEPS.index(position.step)]:
            _must(world.step(step, token))
        invocation = world.invoke(position.step, token)
        for _ in range(position.number):
            world.advance(invocation)
        outcome = strike.perform(world, invocation)
        world.look(position.step)
        if outcome.end == "failed" and outcome.failure != strike.says:
            return outcome.failure, f"the log says {outcome}, and not {strike.says}"
        problem = rotates(world, world.begin() if retry == "new token" else token)
        if problem is None and situation.new:  # other rows need a secret that has both of its logins
            problem = rotates(world, world.begin())
    return outcome.failure or ("nothing" if outcome.end == "killed" else "it is done"), problem


def _must(outcome: Outcome) -> None:
    assert outcome.done, f"without any fault: {outcome}"
