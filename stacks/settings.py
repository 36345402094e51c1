"""What an environment decides for each system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field, model_validator

from modules.backup.settings import BackupSettings, RestoreTestingSettings
from modules.credentials.settings import ApplicationSettings, CredentialsSettings
from modules.database.recovery import RecoverySettings
from modules.database.settings import DatabaseSettings
from modules.database.values import DatabaseName, EngineVersion, InstanceClass, MasterUsername
from modules.export.settings import ExportSettings, check_bucket_name
from modules.filesystem.settings import FileSystemSettings, check_replication
from modules.monitoring.settings import AlarmSettings
from modules.network.settings import Cidr, NatMode, NetworkSettings, check_endpoints
from modules.postgres.settings import PostgresSettings
from modules.second_region.settings import SecondRegionSettings, check_second_region


class CitizenDataSettings(PostgresSettings):
    """The ``citizen-data`` system.

    Args:
        filesystem: see :class:`FileSystemSettings`.
    """

    filesystem: FileSystemSettings = FileSystemSettings()

    @model_validator(mode="after")
    def _copies(self) -> Self:
        check_replication(self.filesystem, self.region)
        return self


class HaNetworkSettings(NetworkSettings):
    """The network: subnets of /24 for three zones, and two ways out; or an existing one."""

    cidr: Cidr = "10.40.0.0/19"
    nat: NatMode = "two"
    interface_endpoints: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]*$")], ...] = (
        "kms",
        "logs",
        "rds",
        "secretsmanager",
    )


class HaDatabaseSettings(DatabaseSettings):
    """The PostgreSQL instance, with the longest automated backups and every statement in the log."""

    instance_class: InstanceClass = "db.t3.medium"
    engine_version: EngineVersion = "15"
    name: DatabaseName = "app"
    username: MasterUsername = "dbadmin"
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 35
    parameters: Mapping[str, str] = {"log_statement": "all"}


class HaCredentialsSettings(CredentialsSettings):
    """The master user's entry and its rotation; an application's login, if it gets one."""

    application: ApplicationSettings | None = None


class HaBackupSettings(BackupSettings):
    """The backup plan, whose long-term recovery points are kept for seven years, and tests of restoring."""

    long_term_retention_days: Annotated[int, Field(ge=1, le=36500)] = 2555
    restore_testing: RestoreTestingSettings | None = RestoreTestingSettings()


class HaAlarmSettings(AlarmSettings):
    """Thresholds of the alarms, and who hears of them."""

    free_storage_gb: Annotated[int, Field(ge=1)] = 2
    evaluation_periods: Annotated[int, Field(ge=1, le=60)] = 2


class DatabaseHaSettings(PostgresSettings):
    """The ``database-ha`` system; region, zones, profile and tags are the file's own unless they are given here.

    Args:
        exports: see :class:`ExportSettings`; ``null`` to export no snapshots.
        second_region: see :class:`SecondRegionSettings`; default: backups stay in the region.
    """

    network: HaNetworkSettings = HaNetworkSettings()
    database: HaDatabaseSettings = HaDatabaseSettings()
    credentials: HaCredentialsSettings = HaCredentialsSettings()
    backup: HaBackupSettings = HaBackupSettings()
    alarms: HaAlarmSettings = HaAlarmSettings()
    recovery: RecoverySettings | None = RecoverySettings(rpo_minutes=5)
    exports: ExportSettings | None = ExportSettings()
    second_region: SecondRegionSettings | None = None

    @model_validator(mode="after")
    def _exports(self) -> Self:
        if self.exports is not None:
            check_bucket_name(self.bucket_name)
            check_endpoints(self.network, {"rds": "export snapshots"})
        return self

    @model_validator(mode="after")
    def _elsewhere(self) -> Self:
        if self.second_region is not None:
            check_second_region(self.second_region, self.region, cluster=self.database.cluster is not None)
        return self

    @property
    def bucket_name(self) -> str:
        """The bucket of the exports."""
        project = re.sub(r"[^a-z0-9]+", "-", self.tags.project.lower()).strip("-")
        given = self.exports.bucket_name if self.exports else None
        return given or f"rds-backups-{project}-{self.suffix}"
