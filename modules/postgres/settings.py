"""Settings of a system around a PostgreSQL, and whether they fit together."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from modules.backup.schedules import START_WINDOW_MINUTES, starts
from modules.backup.settings import BackupSettings
from modules.common import Common
from modules.credentials.settings import CredentialsSettings, check_application, check_replicas
from modules.database.recovery import RecoverySettings, check_recovery
from modules.database.settings import DatabaseSettings, check_region
from modules.database.windows import refuses_backup
from modules.keys.settings import KeySettings
from modules.monitoring.settings import AlarmSettings
from modules.network.settings import NetworkSettings, check_endpoints, check_subnets
from modules.settings import refusal

REGULATED_RETENTION_DAYS = 35
"""Days of backups that the FedRAMP Moderate pack of AWS Config requires (constraint C32)."""


class PostgresSettings(Common):
    """A system around a PostgreSQL: its network, keys, credentials, backups and alarms.

    Args:
        network: see :class:`NetworkSettings`.
        keys: see :class:`KeySettings`.
        database: see :class:`DatabaseSettings`.
        credentials: see :class:`CredentialsSettings`.
        backup: see :class:`BackupSettings`.
        alarms: see :class:`AlarmSettings`.
        recovery: see :class:`RecoverySettings`; ``null`` for no targets, in a disposable environment.
    """

    network: NetworkSettings = NetworkSettings()
    keys: KeySettings = KeySettings()
    database: DatabaseSettings = DatabaseSettings()
    credentials: CredentialsSettings = CredentialsSettings()
    backup: BackupSettings = BackupSettings()
    alarms: AlarmSettings = AlarmSettings()
    recovery: RecoverySettings | None = RecoverySettings()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        check_region(self.database, self.region, self.availability_zones)
        check_subnets(self.network, self.availability_zones)
        check_application(self.credentials, self.database.username)
        check_replicas(self.credentials, self.region)
        check_endpoints(self.network, {"secretsmanager": "rotate credentials"})
        if self.recovery is not None:
            check_recovery(self.database, self.recovery)
        return self

    @model_validator(mode="after")
    def _backups(self) -> Self:
        cluster = self.database.cluster is not None
        self.backup.check_rules(None if cluster else self.database.backup_retention_days)
        if cluster:
            check_jobs(self.backup, self.database)
        return self

    @model_validator(mode="after")
    def _regulated(self) -> Self:
        if self.profile != "regulated":
            return self
        for what, days in (
            ("database.backup_retention_days", self.database.backup_retention_days),
            ("backup.daily_retention_days", self.backup.daily_retention_days),
        ):
            if days < REGULATED_RETENTION_DAYS:
                raise refusal(
                    f'{what} is {days} with profile = "regulated"',
                    allowed=f"{REGULATED_RETENTION_DAYS} or more",
                    fix=f'write {what.split(".")[1]} = {REGULATED_RETENTION_DAYS}, or profile = "ephemeral"',
                    constraint="C32",
                )
        if not self.database.multi_az:
            raise refusal(
                'database.multi_az is false with profile = "regulated"',
                allowed="true",
                fix='write multi_az = true, or profile = "ephemeral"',
            )
        return self


def check_jobs(backup: BackupSettings, database: DatabaseSettings) -> None:
    """Refuse jobs that RDS refuses: those of a cluster, whose windows AWS Backup does not choose (constraint C47).

    Args:
        backup: the plan.
        database: the cluster.

    Raises:
        ValueError: with the rule that meets a window, or the hour before it (constraint C55).
    """
    if backup.hourly_retention_days is not None:
        raise refusal(
            "backup.hourly_retention_days with database.cluster",
            allowed="no recovery points of every hour: those of the hours around the windows of RDS would fail each day",
            fix="take hourly_retention_days out: RDS itself restores a cluster to any time",
            constraint="C55",
        )
    for what in ("daily_schedule", "long_term_schedule"):
        schedule = getattr(backup, what)
        if any(
            refuses_backup(
                start,
                START_WINDOW_MINUTES,
                daily=database.backup_window,
                weekly=database.maintenance_window,
            )
            for start in starts(schedule)
        ):
            raise refusal(
                f"backup.{what} is {schedule}, with database.backup_window {database.backup_window}"
                f" and maintenance_window {database.maintenance_window}",
                allowed="a job of a cluster starts within an hour, and neither in a window nor in the hour before it",
                fix='write daily_schedule = "cron(0 2 * * ? *)", long_term_schedule = "cron(0 1 1 * ? *)"'
                ' and backup_window = "05:00-06:00"',
                constraint="C55",
            )
