"""Settings of AWS Backup."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from modules.settings import Settings, refusal

_CRON = re.compile(
    r"cron\((?P<minute>\S+) (?P<hour>\S+) (?P<day>\S+) (?P<month>\S+) (?P<weekday>\S+) (?P<year>\S+)\)"
)
_COLD_STORAGE_DAYS = 90


def _schedule(value: str) -> str:
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
    return value


Schedule = Annotated[str, AfterValidator(_schedule)]


class RestoreTestingSettings(Settings):
    """Test restores of recovery points, on a schedule; what is restored is deleted again.

    Args:
        schedule: when, in AWS cron; at most hourly (constraint C01).
        start_window_hours: hours within which a test starts, 1 to 168.
        window_days: the newest recovery point of so many days is tried, 1 to 365.
        validation_hours: hours for which a restored database is kept, to look at it, 1 to 168.
    """

    schedule: Schedule = "cron(0 6 ? * 1 *)"
    start_window_hours: Annotated[int, Field(ge=1, le=168)] = 8
    window_days: Annotated[int, Field(ge=1, le=365)] = 7
    validation_hours: Annotated[int, Field(ge=1, le=168)] = 4


class BackupSettings(Settings):
    """The backup plan.

    Args:
        daily_schedule: when the daily recovery points are made, in AWS cron; at most hourly (constraint C01).
        daily_retention_days: days for which daily recovery points are kept.
        long_term_schedule: when the long-term recovery points are made.
        long_term_retention_days: days for which long-term recovery points are kept.
        hourly_retention_days: days for which hourly recovery points are kept, in addition to the others; default: none are made.
        cold_storage_after_days: days until long-term recovery points of the file system move to cold storage, where
            they must stay 90 days (C03); default: never.
        restore_testing: see :class:`RestoreTestingSettings`; ``null`` for no tests.
    """

    daily_schedule: Schedule = "cron(0 2 * * ? *)"
    daily_retention_days: Annotated[int, Field(ge=1, le=36500)] = 35
    long_term_schedule: Schedule = "cron(0 3 1 * ? *)"
    long_term_retention_days: Annotated[int, Field(ge=1, le=36500)] = 365
    hourly_retention_days: Annotated[int, Field(ge=1, le=365)] | None = None
    cold_storage_after_days: Annotated[int, Field(ge=1)] | None = None
    restore_testing: RestoreTestingSettings | None = None

    @model_validator(mode="after")
    def _cold_storage(self) -> Self:
        cold = self.cold_storage_after_days
        if cold is not None and self.long_term_retention_days < cold + _COLD_STORAGE_DAYS:
            raise refusal(
                f"backup.long_term_retention_days is {self.long_term_retention_days}"
                f" with cold_storage_after_days {cold}",
                allowed=f"{cold + _COLD_STORAGE_DAYS} or more: recovery points stay 90 days in cold storage",
                fix=f"write long_term_retention_days = {cold + _COLD_STORAGE_DAYS}",
                constraint="C03",
            )
        return self

    def retentions(self, continuous_days: int | None) -> list[int]:
        """Return the days for which recovery points are kept, of each rule.

        Args:
            continuous_days: days of point-in-time recovery, if the plan has it.
        """
        days = (
            continuous_days,
            self.daily_retention_days,
            self.long_term_retention_days,
            self.hourly_retention_days,
        )
        return [kept for kept in days if kept is not None]
