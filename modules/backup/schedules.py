"""When a schedule of AWS Backup starts jobs, in minutes of a UTC week."""

from __future__ import annotations

import re

from modules.settings import refusal
from modules.weeks import DAY, meet

START_WINDOW_MINUTES = 60
"""Minutes within which a job starts; AWS Backup takes no fewer."""

_CRON = re.compile(
    r"cron\((?P<minute>\S+) (?P<hour>\S+) (?P<day>\S+) (?P<month>\S+) (?P<weekday>\S+) (?P<year>\S+)\)"
)
_HOURS = re.compile(r"\*(/\d+)?|\d+(-\d+)?(/\d+)?(,\d+(-\d+)?(/\d+)?)*")
_LAST_HOUR = 23
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def check_schedule(value: str) -> str:
    """Check a schedule.

    Raises:
        ValueError: it is no cron expression of AWS, or would run more often than once an hour (constraint C01).
    """
    match = _CRON.fullmatch(value)
    if match is None:
        raise refusal(
            "not a schedule of AWS Backup",
            allowed="cron(minute hour day-of-month month day-of-week year), UTC",
            fix='write "cron(0 2 * * ? *)" for 02:00 every day',
        )
    if not re.fullmatch(r"[0-5]?\d", match["minute"]):
        raise refusal(
            "AWS Backup cannot run more often than once an hour",
            allowed="one number, 0 to 59, for the minute; an RPO of minutes comes from continuous backup, which the plan has",
            fix='write "cron(0 2 * * ? *)"',
            constraint="C01",
        )
    if (
        not _HOURS.fullmatch(match["hour"])
        or max(map(int, re.findall(r"\d+", match["hour"])), default=0) > _LAST_HOUR
    ):
        raise refusal(
            f"a day has no hour {match['hour']}",
            allowed="0 to 23, with , - / and *",
            fix='write "cron(0 2 * * ? *)" for 02:00 every day',
        )
    if (match["day"] == "?") == (match["weekday"] == "?"):
        raise refusal(
            "a schedule names days of the month, or days of the week",
            allowed="? for one of the two, and something else for the other",
            fix='write "cron(0 2 * * ? *)" for every day',
        )
    return value


def starts(schedule: str) -> frozenset[int]:
    """Return the minutes of a week, from Monday 00:00, at which a schedule can start a job.

    A day of the month can be any day of the week.

    Args:
        schedule: that :func:`check_schedule` takes.
    """
    match = _CRON.fullmatch(schedule)
    if match is None:
        raise ValueError(schedule)
    return frozenset(
        day * DAY + hour * 60 + int(match["minute"])
        for day in _days(match["weekday"])
        for hour in _hours(match["hour"])
    )


def windows_meet(schedule: str, other: str) -> bool:
    """Tell whether the start windows of two schedules have a minute in common."""
    return any(
        meet(one, START_WINDOW_MINUTES, two, START_WINDOW_MINUTES)
        for one in starts(schedule)
        for two in starts(other)
    )


def _hours(field: str) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = ("0", "-", str(_LAST_HOUR)) if span == "*" else span.partition("-")
        end = int(last or (_LAST_HOUR if step else first))
        found |= set(range(int(first), end + 1, int(step or 1)))
    return found


def _days(field: str) -> set[int]:
    """Days of the week, Monday is 0; all of them where it takes a calendar to know."""
    names = re.findall(r"[A-Z]{3}|[1-7]", field.upper())
    if not re.fullmatch(
        r"(SUN|MON|TUE|WED|THU|FRI|SAT|[1-7])(,(SUN|MON|TUE|WED|THU|FRI|SAT|[1-7]))*", field.upper()
    ):
        return set(range(7))
    return {((_WEEKDAYS.index(name) if name in _WEEKDAYS else int(name) - 1) - 1) % 7 for name in names}
