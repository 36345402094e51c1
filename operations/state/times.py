"""Times as people read them: when it was, and how long ago."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def since(moment: datetime | None, *, now: datetime | None = None) -> str:
    """A moment and its age, "2026-11-25 20:02:52 UTC, 3 hours ago".

    Args:
        moment: the moment; None when nobody knows.
        now: the time to count from, the present unless given.
    """
    if moment is None:
        return "unknown"
    age = (now or datetime.now(UTC)) - moment
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if age >= unit:
            number = age // unit
            return f"{_shown(moment)}, {number} {name}{'s' if number > 1 else ''} ago"
    return f"{_shown(moment)}, just now"


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
