"""Backup and maintenance windows of RDS, in minutes of a UTC week (constraint C14)."""

from __future__ import annotations

import re

from modules.settings import refusal

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY
_SHORTEST = 30
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
    if not _MAINTENANCE.fullmatch(value) or not _SHORTEST <= _weekly(value)[1] <= _DAY:
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
    return any(
        (week_start - (start + day * _DAY)) % _WEEK < length
        or ((start + day * _DAY) - week_start) % _WEEK < week_length
        for day in range(7)
    )


def _daily(value: str) -> tuple[int, int]:
    first_hour, first_minute, last_hour, last_minute = map(int, _match(_BACKUP, value))
    start = first_hour * 60 + first_minute
    return start, (last_hour * 60 + last_minute - start) % _DAY


def _weekly(value: str) -> tuple[int, int]:
    first, first_hour, first_minute, last, last_hour, last_minute = _match(_MAINTENANCE, value)
    start = _DAYS.index(first) * _DAY + int(first_hour) * 60 + int(first_minute)
    end = _DAYS.index(last) * _DAY + int(last_hour) * 60 + int(last_minute)
    return start, (end - start) % _WEEK


def _match(pattern: re.Pattern[str], value: str) -> tuple[str, ...]:
    match = pattern.fullmatch(value)
    if match is None:
        raise ValueError(value)
    return match.groups()
