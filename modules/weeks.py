"""Spans of time that come back every week, in minutes from Monday 00:00 UTC."""

from __future__ import annotations

DAY = 24 * 60
WEEK = 7 * DAY


def meet(one: int, length: int, other: int, other_length: int) -> bool:
    """Tell whether two spans have a minute in common; spans that only touch do not.

    Args:
        one: minute at which the first one begins.
        length: its minutes.
        other: minute at which the second one begins.
        other_length: its minutes.
    """
    return (one - other) % WEEK < other_length or (other - one) % WEEK < length
