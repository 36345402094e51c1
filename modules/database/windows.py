"""Backup and maintenance windows of RDS, in minutes of a UTC week (constraint C14)."""

from __future__ import annotations

import re

from modules.settings import refusal
from modules.weeks import DAY, WEEK, meet

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHORTEST = 30
_BEFORE = 60
_TIME = r"([01]\d|2[0-3]):([0-5]\d)"
_BACKUP = re.compile(f"{_TIME}-{_TIME}")
_MAINTENANCE = re.compile(f"({'|'.join(_DAYS)}):{_TIME}-({'|'.join(_DAYS)}):{_TIME}")


def check_backup_window(value: str) -> str:
    """Check a daily window.

    Raises:
        ValueError: when it is not ``hh:mm-hh:mm`` or shorter than 30 minutes.
    """
    if not _BACKUP.fullmatch(value) or _daily(value)[1] < _SHORTEST:
        raise refusal(
            "not a backup window",
            allowed="hh:mm-hh:mm in UTC, at least 30 minutes",
            fix='write backup_window = "03:00-04:00"',
            constraint="C14",
        )
    return value


def check_maintenance_window(value: str) -> str:
    """Check a weekly window.

    Raises:
        ValueError: when it is not ``ddd:hh:mm-ddd:hh:mm``, shorter than 30 minutes or longer than a day.
    """
    if not _MAINTENANCE.fullmatch(value) or not _SHORTEST <= _weekly(value)[1] <= DAY:
        raise refusal(
            "not a maintenance window",
            allowed="ddd:hh:mm-ddd:hh:mm in UTC and lower case, 30 minutes to 24 hours",
            fix='write maintenance_window = "sun:04:00-sun:05:00"',
            constraint="C14",
        )
    return value


def windows_overlap(daily: str, weekly: str) -> bool:
    """Tell whether a daily and a weekly window have a minute in common; windows that only touch do not."""
    start, length = _daily(daily)
    week_start, week_length = _weekly(weekly)
    return any(meet(start + day * DAY, length, week_start, week_length) for day in range(7))


def refuses_backup(start: int, length: int, *, daily: str, weekly: str) -> bool:
    """Tell whether RDS may refuse a backup by AWS Backup: it does in its windows, and in the hour before (constraint C55).

    Args:
        start: minute of the week, from Monday 00:00, from which on the backup can start.
        length: minutes within which it starts.
        daily: the backup window.
        weekly: the maintenance window.
    """
    first, lasts = _daily(daily)
    windows = [(first + day * DAY, lasts) for day in range(7)] + [_weekly(weekly)]
    return any(meet(start, length, begins - _BEFORE, _BEFORE + lasts) for begins, lasts in windows)


def _daily(value: str) -> tuple[int, int]:
    first_hour, first_minute, last_hour, last_minute = map(int, _match(_BACKUP, value))
    start = first_hour * 60 + first_minute
    return start, (last_hour * 60 + last_minute - start) % DAY


def _weekly(value: str) -> tuple[int, int]:
    first, first_hour, first_minute, last, last_hour, last_minute = _match(_MAINTENANCE, value)
    start = _DAYS.index(first) * DAY + int(first_hour) * 60 + int(first_minute)
    end = _DAYS.index(last) * DAY + int(last_hour) * 60 + int(last_minute)
    return start, (end - start) % WEEK


def _match(pattern: re.Pattern[str], value: str) -> tuple[str, ...]:
    match = pattern.fullmatch(value)
    if match is None:
        raise ValueError(value)
    return match.groups()
