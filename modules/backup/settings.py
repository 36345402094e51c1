"""Settings of AWS Backup."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from modules.backup.schedules import check_schedule, windows_meet
from modules.settings import Settings, refusal

_COLD_STORAGE_DAYS = 90

Schedule = Annotated[str, AfterValidator(check_schedule)]


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
        continuous_schedule: when AWS Backup looks after the continuous backup of an instance, which itself knows no schedule; an
            hour or more apart from the daily and the long-term one (C54).
        daily_schedule: when the daily recovery points are made, in AWS cron; at most hourly (constraint C01).
        daily_retention_days: days for which daily recovery points are kept.
        long_term_schedule: when the long-term recovery points are made.
        long_term_retention_days: days for which long-term recovery points are kept.
        hourly_retention_days: days for which hourly recovery points are kept, in addition to the others, fewer than theirs
            (C54), and not with ``database.cluster`` (C55); default: none are made.
        cold_storage_after_days: days until long-term recovery points of the file system move to cold storage, where
            they must stay 90 days (C03); default: never.
        restore_testing: see :class:`RestoreTestingSettings`; ``null`` for no tests.
    """

    continuous_schedule: Schedule = "cron(0 0 * * ? *)"
    daily_schedule: Schedule = "cron(0 2 * * ? *)"
    daily_retention_days: Annotated[int, Field(ge=1, le=36500)] = 35
    long_term_schedule: Schedule = "cron(0 1 1 * ? *)"
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

    def check_rules(self, continuous_days: int | None) -> None:
        """Refuse rules that take the place of each other.

        AWS Backup makes one backup where the start windows of two rules overlap, for the rule that keeps it longer: beside it
        the continuous backup would never begin, and beside hourly recovery points that are kept for long no other would be made.

        Args:
            continuous_days: days of point-in-time recovery, if the plan has it.

        Raises:
            ValueError: with the setting that is in the way (constraint C54).
        """
        for what in ("daily_schedule", "long_term_schedule"):
            schedule = getattr(self, what)
            if continuous_days is not None and windows_meet(self.continuous_schedule, schedule):
                raise refusal(
                    f"backup.continuous_schedule {self.continuous_schedule} is within an hour of {what} {schedule}",
                    allowed="schedules an hour or more apart: of rules that start together AWS Backup runs one",
                    fix="move continuous_schedule",
                    constraint="C54",
                )
        hourly, others = self.hourly_retention_days, self.retentions(continuous_days, hourly=False)
        if hourly is not None and hourly >= min(others):
            raise refusal(
                f"backup.hourly_retention_days is {hourly}, and other recovery points are kept {min(others)} days",
                allowed=f"fewer than {min(others)}: of rules that start together AWS Backup runs the one that keeps longer",
                fix=f"write hourly_retention_days = {min(2, min(others) - 1)}"
                if min(others) > 1
                else "take it out",
                constraint="C54",
            )

    def retentions(self, continuous_days: int | None, *, hourly: bool = True) -> list[int]:
        """Return the days for which recovery points are kept, of each rule.

        Args:
            continuous_days: days of point-in-time recovery, if the plan has it.
            hourly: those of every hour, too.
        """
        days = (
            continuous_days,
            self.daily_retention_days,
            self.long_term_retention_days,
            self.hourly_retention_days if hourly else None,
        )
        return [kept for kept in days if kept is not None]
