"""What a queue may do to a rotation: the same step twice at once, steps in any order, two rotations at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from tests.rotation_matrix.every_call import USUAL, Position, positions
from tests.rotation_matrix.function import Invocation, Outcome
from tests.rotation_matrix.strategies import Strategy
from tests.rotation_matrix.table import Job, Row, Section
from tests.rotation_matrix.verdict import current_logs_in, label_logs_in, refused, rotates
from tests.rotation_matrix.world import STEPS, Stage, World

HEADER = (
    "Strategy",
    "What is delivered",
    "How often",
    "The first says",
    "The other says",
    "The rotation",
    "AWSCURRENT logs in",
    "A labelled version",
)

Scenario = Callable[[World], tuple[Outcome, Outcome, str]]
"""Returns how both deliveries end, and the token of the rotation that has to succeed then."""


def section(stage: Stage, strategy: Strategy) -> Section:
    """The table."""
    found = positions(stage, strategy, USUAL)
    jobs: list[Job] = [
        partial(_row, stage, strategy, name, scenarios) for name, scenarios in _scenarios(found)
    ]
    return Section(
        title="Deliveries",
        text="The first delivery is held before each of its calls in turn, while the other runs. When the other has to wait "
        "for a lock, the first goes on.",
        header=HEADER,
        jobs=tuple(jobs),
    )


def _scenarios(found: list[Position]) -> Iterator[tuple[str, list[Scenario]]]:
    for step in STEPS:
        at = [position for position in found if position.step == step]
        yield f"{step} twice at once", [partial(_twice, position) for position in at]
    for step in STEPS:
        at = [position for position in found if position.step == step]
        yield f"another rotation during {step}", [partial(_overtaken, position) for position in at]
    pairs = [(done, step) for done in range(len(STEPS) + 1) for step in STEPS]
    yield "a step too early, too late, or again", [partial(_out_of_order, *pair) for pair in pairs]


def _row(stage: Stage, strategy: Strategy, name: str, scenarios: list[Scenario]) -> Row:
    said: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    problems, current, labels, again = [], set(), set(), 0
    for scenario in scenarios:
        with stage.world(strategy) as world:
            first, other, token = scenario(world)
            for counter, outcome in zip(said, (first, other), strict=True):
                counter[outcome.failure or outcome.end] += 1
            given_up = rotates(world, token)
            again += given_up is not None
            problem = rotates(world, world.begin())
            current.add(current_logs_in(world))
            labels.add(label_logs_in(world))
            problem = problem or refused(world)
            world.settled = problem is None
            if problem:
                problems.append(problem)
    return Row(
        cells=(
            strategy.name,
            name,
            str(len(scenarios)),
            *(", ".join(f"{what} {times}" for what, times in sorted(counter.items())) for counter in said),
            _recovery(again, len(problems)),
            ", ".join(sorted(current)),
            ", ".join(sorted(labels)),
        ),
        problem="; ".join(problems),
    )


def _recovery(again: int, dead_ends: int) -> str:
    if dead_ends:
        return f"DEAD END {dead_ends}"
    return f"recovers, {again} with a new token" if again else "recovers"


def _twice(position: Position, world: World) -> tuple[Outcome, Outcome, str]:
    token = world.begin()
    first = _held(world, position, token)
    other = world.invoke(position.step, token)
    _beside(world, other, first)
    return world.finish(first), world.finish(other), token


def _overtaken(position: Position, world: World) -> tuple[Outcome, Outcome, str]:
    first = _held(world, position, world.begin())
    token = world.begin()
    for step in STEPS:
        other = world.invoke(step, token)
        _beside(world, other, first)
        if not world.finish(other).done:
            break
    return world.finish(first), world.finish(other), token


def _out_of_order(done: int, step: str, world: World) -> tuple[Outcome, Outcome, str]:
    token = world.begin()
    first = Outcome(end="done")
    for name in STEPS[:done]:
        first = world.step(name, token)
    return first, world.step(step, token), token


def _held(world: World, position: Position, token: str) -> Invocation:
    """An invocation that stands before a call, with the steps before it done."""
    for step in STEPS[: STEPS.index(position.step)]:
        assert world.step(step, token).done
    invocation = world.invoke(position.step, token)
    for _ in range(position.number):
        world.advance(invocation)
    return invocation


def _beside(world: World, running: Invocation, held: Invocation) -> None:
    """Let an invocation run to its end; when it waits for a lock, the one that is held goes on to its own end first."""
    while running.outcome is None:
        changes = running.changes
        running.let_go()
        end = time.monotonic() + world.function.seconds
        while not running.back(seconds=0.05) and time.monotonic() < end:
            if held.outcome is None and world.waits_for_lock():
                world.finish(held)
        running.wait()
        if changes:
            world.look(running.event["Step"])
