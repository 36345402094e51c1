"""Rotations without any fault: many one after another, and one more for every secret that faults have struck."""

from __future__ import annotations

from functools import partial

from tests.rotation_matrix.strategies import Strategy
from tests.rotation_matrix.table import Row, Section
from tests.rotation_matrix.verdict import current_logs_in, label_logs_in, refused, rotates
from tests.rotation_matrix.world import Stage

ROTATIONS = 50
PAUSE_SECONDS = 0.02
"""Between two logins of the client; short, to see short gaps."""
LAST = "In the end"
HEADER = (
    "Strategy",
    "Rotations",
    "AWSCURRENT logs in",
    "A labelled version",
    "Logins of the client*",
    "Failed logins*",
    "Longest gap*",
)


def section(stage: Stage, strategy: Strategy) -> Section:
    """The table of many rotations."""
    return Section(
        title="Rotations without any fault",
        text="A client reads AWSCURRENT and logs in all the time.",
        header=HEADER,
        jobs=(partial(_row, stage, strategy),),
    )


def last_section(strategy: Strategy, *stages: Stage) -> Section:
    """The table of what comes after everything else."""
    return Section(
        title=LAST,
        text="Every secret goes on from fault to fault. Once more, each of them is rotated.",
        header=("Strategy", "Secrets*", "AWSCURRENT logs in", "A labelled version"),
        jobs=(partial(_last_row, stages, strategy),),
    )


def _last_row(stages: tuple[Stage, ...], strategy: Strategy) -> Row:
    worlds = [world for stage in stages for world in stage.worlds(strategy)]
    problems: list[str] = []
    logins: set[tuple[str, str]] = set()
    for world in worlds:
        world.moments.clear()
        problem = rotates(world, world.begin()) or refused(world)
        problems += [f"secret {world.ground.id}: {problem}"] if problem else []
        logins.add((current_logs_in(world), label_logs_in(world)))
    cells = (", ".join(sorted(set(column))) for column in zip(*logins, strict=True))
    return Row(cells=(strategy.name, str(len(worlds)), *cells), problem="; ".join(problems))


def _row(stage: Stage, strategy: Strategy) -> Row:
    problem = ""
    with stage.world(strategy) as world, world.new_client(PAUSE_SECONDS).running() as client:
        for number in range(1, ROTATIONS + 1):
            failure = rotates(world, world.begin())
            if failure:
                problem = f"rotation {number}: {failure}"
                break
        problem = problem or refused(world, client) or ""
        world.settled = not problem
    return Row(
        cells=(
            strategy.name,
            str(number),
            current_logs_in(world),
            label_logs_in(world),
            str(sum(client.counts.values())),
            str(client.counts["refused"]),
            f"{client.longest_gap:.2f} s",
        ),
        problem=problem,
    )
