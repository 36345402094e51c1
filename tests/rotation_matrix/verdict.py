"""What a scenario shows: who could log in when, and whether the rotation got out of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from tests.rotation_matrix.client import Client
from tests.rotation_matrix.world import Moment, World

Retry = Literal["same token", "new token"]
RETRIES: tuple[Retry, ...] = ("same token", "new token")
"""Secrets Manager tries a rotation again; when it has given up, AWSPENDING moves to a new version."""


def current_logs_in(world: World) -> str:
    """When AWSCURRENT logs in: `always`, or from when on again."""
    return _again(world.moments, lambda moment: moment.current != "refused")


def label_logs_in(world: World) -> str:
    """When some version with a label logs in: `always`, or from when on again."""
    return _again(world.moments, lambda moment: moment.labelled is not False)


def refused(world: World, client: Client | None = None) -> str | None:
    """Whether a strategy that promises that AWSCURRENT always logs in, breaks that; None, or how.

    Args:
        world: that was looked at.
        client: that has logged in all the time, if there was one.
    """
    current, times = current_logs_in(world), client.counts["refused"] if client else 0
    if not world.strategy.always_open or (current == "always" and not times):
        return None
    return f"AWSCURRENT logs in {current}; the client was refused {times} times"


def rotates(world: World, token: str, attempts: int = 1) -> str | None:
    """Whether a rotation succeeds within some attempts; None, or why not."""
    outcome = world.attempt(token)
    for _ in range(attempts - 1):
        outcome = outcome if outcome.done else world.attempt(token)
    if not outcome.done:
        return str(outcome)
    if world.manager.stages(world.arn).get("AWSCURRENT") != token:
        return "it says that it is over, but its version is not AWSCURRENT"
    if world.moments[-1].current != "opened":
        return "it says that it is over, but AWSCURRENT does not log in"
    return None


def _again(moments: list[Moment], good: Callable[[Moment], bool]) -> str:
    bad = [number for number, moment in enumerate(moments) if not good(moment)]
    if not bad:
        return "always"
    if bad[-1] == len(moments) - 1:
        return "not any more"
    return f"again after {moments[bad[-1] + 1].when}"
