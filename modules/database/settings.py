"""Settings of the PostgreSQL database; what RDS would refuse is refused here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from modules import facts
from modules.database.cluster_settings import (
    CLUSTER_BACKUP_WINDOW,
    ClusterSettings,
    check_cluster,
    check_cluster_region,
)
from modules.database.parameters import DEFAULT_PARAMETERS, FIXED_PARAMETERS, Parameter
from modules.database.restore import RestoreSettings
from modules.database.windows import check_backup_window, check_maintenance_window, windows_overlap
from modules.network.settings import LogRetentionDays
from modules.settings import Settings, one_of, refusal

_GP3_IOPS = 12000
"""What comes with gp3 where it is given no IOPS, from the size on from which it can be given some (constraint C15)."""

_IOPS_PER_MBPS = 4

_RESERVED_USERS = frozenset({"admin", "postgres", "rdsadmin", "rds_superuser", "rdsrepladmin"})


def _engine_version(value: str) -> str:
    if not re.fullmatch(r"\d{2}(\.\d{1,2})?", value):
        raise refusal(
            "not a PostgreSQL version",
            allowed="a major version such as 16, whose minor AWS keeps current, or a minor such as 16.10",
            fix='write engine_version = "16"',
        )
    major, _, minor = value.partition(".")
    if facts.is_deprecated(value):
        latest = facts.latest_minor(major)
        raise refusal(
            f"RDS no longer offers PostgreSQL {value} for new databases",
            allowed=f"{major} (always the current minor)" + (f", {latest}" if latest else ""),
            fix=f'write engine_version = "{major}"',
            constraint="C09",
        )
    known = facts.postgres_versions()
    if (value if minor else major) not in (known if minor else {version.split(".")[0] for version in known}):
        majors = sorted(
            {version.split(".")[0] for version in known if not facts.is_deprecated(version)}, key=int
        )
        raise refusal(
            f"RDS has no PostgreSQL {value}",
            allowed=", ".join(majors) + ", or one of their minors",
            fix=f'write engine_version = "{majors[-2] if len(majors) > 1 else majors[-1]}"',
            constraint="C09",
        )
    return value


def _one_of(name: str, unit: str, constraint: str) -> AfterValidator:
    def check(value: int) -> int:
        values = [int(item) for item in facts.allowed(name)]
        if value not in values:
            raise refusal(
                "RDS does not know this value",
                allowed=f"{', '.join(map(str, values))} ({unit})",
                fix="take the nearest of them",
                constraint=constraint,
            )
        return value

    return AfterValidator(check)


def _certificate_authority(value: str) -> str:
    authorities = facts.allowed("certificate_authorities")
    if value not in authorities:
        raise refusal(
            "not a certificate authority of RDS",
            allowed=", ".join(authorities),
            fix=f'write certificate_authority = "{authorities[0]}"',
        )
    return value


def _master_username(value: str) -> str:
    if (
        not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", value)
        or value in _RESERVED_USERS
        or value.startswith("pg_")
    ):
        raise refusal(
            "not a name for the master user",
            allowed="1 to 63 lower-case letters, digits and underscores, not starting with pg_, and none of "
            + ", ".join(sorted(_RESERVED_USERS)),
            fix='write username = "citizen_admin"',
        )
    return value


InstanceClass = Annotated[str, Field(pattern=r"^db\.[a-z0-9-]+\.[a-z0-9]+$")]
EngineVersion = Annotated[str, AfterValidator(_engine_version)]
DatabaseName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
MasterUsername = Annotated[str, AfterValidator(_master_username)]


class ReplicaSettings(Settings):
    """A read replica in the same region.

    Args:
        instance_class: class of the replica; default: the primary's. It must exist in the region (C07).
        multi_az: keep a standby of the replica, so that it can take the primary's place.
        lag_seconds: seconds that it may be behind the primary before an alarm rises.
    """

    instance_class: InstanceClass | None = None
    multi_az: bool = False
    lag_seconds: Annotated[int, Field(ge=1)] = 60


class DatabaseSettings(Settings):
    """A PostgreSQL on RDS: an instance, or a cluster of three.

    Args:
        instance_class: class such as ``db.m6g.large``; must exist for PostgreSQL in the region (constraint C07), of a cluster
            for such clusters (C08).
        engine_version: major version (AWS keeps the minor current) or a minor one that is not deprecated (C09).
        name: database created with the instance.
        username: master user.
        port: TCP port, 1150 to 65535.
        multi_az: keep a standby in another availability zone.
        availability_zone: zone of a single-AZ instance; excluded by ``multi_az`` (C05).
        storage_gb: GiB at the start, 20 to 65536.
        max_storage_gb: GiB up to which RDS grows the storage; at least 10 % above ``storage_gb``. A cluster does not grow (C46).
        iops: provisioned IOPS of gp3; only from 400 GiB on (C15).
        throughput_mbps: MiB/s of gp3; only from 400 GiB on (C15), and a quarter of the IOPS at most (C57).
        backup_retention_days: days of automated backups, 1 to 35 (C13; 0 would turn recovery off). A change reaches an instance
            with the next run of AWS Backup's continuous rule (C53).
        backup_window: UTC, ``hh:mm-hh:mm``, at least 30 minutes (C14). AWS Backup chooses another one when it makes the first
            continuous backup of an instance (C53). With ``cluster`` 05:00-06:00 by default: jobs of AWS Backup start neither in
            it nor in the hour before (C55).
        maintenance_window: UTC, ``ddd:hh:mm-ddd:hh:mm``, at least 30 minutes, apart from ``backup_window`` (C14).
        monitoring_interval: seconds of enhanced monitoring: 1, 5, 10, 15, 30, 60 (C12; 0 would turn it off).
        performance_insights_retention_days: days: 7, a multiple of 31 up to 713, or 731 (C11).
        certificate_authority: certificate authority of the server's certificate.
        log_retention_days: days for which the exported logs are kept (C24).
        max_connections: connections; default: RDS's own formula for the class.
        extended_support: let AWS enrol an old major version in paid Extended Support instead of upgrading it (C42);
            decided when the database is made: RDS ignores a later change.
        parameters: PostgreSQL parameters that go beyond the hardened defaults, name to value.
        apply_immediately: do not wait for the maintenance window.
        allow_major_version_upgrade: let ``engine_version`` name a newer major version than the database has: it is upgraded in
            place, with an interruption, and cannot go back.
        restore: see :class:`RestoreSettings`; default: a new database is empty.
        replica: see :class:`ReplicaSettings`; default: there is none.
        cluster: see :class:`ClusterSettings`; default: it is an instance. Terraform cannot turn one into the other.
    """

    instance_class: InstanceClass = "db.m6g.large"
    engine_version: EngineVersion = "16"
    name: DatabaseName = "citizens"
    username: MasterUsername = "citizen_admin"
    port: Annotated[int, Field(ge=1150, le=65535)] = 5432
    multi_az: bool = True
    availability_zone: str | None = None
    storage_gb: Annotated[int, Field(ge=20, le=65536)] = 100
    max_storage_gb: Annotated[int, Field(ge=22, le=65536)] = 1000
    iops: Annotated[int, Field(ge=12000, le=64000)] | None = None
    throughput_mbps: Annotated[int, Field(ge=500, le=4000)] | None = None
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 7
    backup_window: Annotated[str, AfterValidator(check_backup_window)] = "03:00-04:00"
    maintenance_window: Annotated[str, AfterValidator(check_maintenance_window)] = "sun:04:00-sun:05:00"
    monitoring_interval: Annotated[int, _one_of("monitoring_intervals", "seconds", "C12"), Field(ge=1)] = 60
    performance_insights_retention_days: Annotated[
        int, _one_of("performance_insights_retention", "days", "C11")
    ] = 7
    certificate_authority: Annotated[
        str, AfterValidator(_certificate_authority), one_of(facts.allowed("certificate_authorities"))
    ] = "rds-ca-rsa2048-g1"
    log_retention_days: LogRetentionDays = 365
    max_connections: Annotated[int, Field(ge=20, le=262143)] | None = None
    extended_support: bool = False
    parameters: Mapping[str, str] = {}
    apply_immediately: bool = False
    allow_major_version_upgrade: bool = False
    restore: RestoreSettings | None = None
    replica: ReplicaSettings | None = None
    cluster: ClusterSettings | None = None

    @model_validator(mode="before")
    @classmethod
    def _window_of_a_cluster(cls, values: Any) -> Any:  # noqa: ANN401 - whatever is given
        if isinstance(values, dict) and values.get("cluster") is not None:
            return {"backup_window": CLUSTER_BACKUP_WINDOW, **values}
        return values

    @model_validator(mode="after")
    def _cluster(self) -> Self:
        if self.cluster is not None:
            check_cluster(self, self.cluster)
        return self

    @model_validator(mode="after")
    def _support(self) -> Self:
        if facts.needs_extended_support(self.major_version) and not self.extended_support:
            ended = facts.end_of_standard_support(self.major_version)
            raise refusal(
                f"database.engine_version is {self.engine_version}, whose standard support ended on {ended}",
                allowed="a newer major version, or paid Extended Support: RDS makes no such database without it",
                fix='write engine_version = "16", or extended_support = true',
                constraint="C42",
            )
        return self

    @model_validator(mode="after")
    def _zone_or_standby(self) -> Self:
        if self.multi_az and self.availability_zone is not None:
            raise refusal(
                f"database.availability_zone is {self.availability_zone} and multi_az is true",
                allowed="with multi_az RDS itself places primary and standby in different zones",
                fix="take availability_zone out",
                constraint="C05",
            )
        return self

    @model_validator(mode="after")
    def _storage(self) -> Self:
        if self.cluster is not None:
            return self
        if self.max_storage_gb * 10 < self.storage_gb * 11:
            raise refusal(
                f"database.max_storage_gb is {self.max_storage_gb} with storage_gb {self.storage_gb}",
                allowed=f"{-(-self.storage_gb * 11 // 10)} or more: RDS wants 10 % of room to grow",
                fix=f"write max_storage_gb = {min(65536, self.storage_gb * 10)}",
            )
        threshold = 400  # GiB, PostgreSQL on gp3 (constraint C15)
        if self.storage_gb < threshold and (self.iops or self.throughput_mbps):
            raise refusal(
                f"database.iops or throughput_mbps with storage_gb {self.storage_gb}",
                allowed=f"provisioned gp3 performance only from {threshold} GiB on; below, 3000 IOPS and 125 MiB/s come with it",
                fix=f"take them out, or write storage_gb = {threshold}",
                constraint="C15",
            )
        iops, throughput = self.iops or _GP3_IOPS, self.throughput_mbps or 0
        if throughput * _IOPS_PER_MBPS > iops:
            raise refusal(
                f"database.throughput_mbps is {throughput} with {iops} IOPS",
                allowed=f"a quarter of the IOPS: {iops // _IOPS_PER_MBPS} or less",
                fix=f"write iops = {throughput * _IOPS_PER_MBPS}",
                constraint="C57",
            )
        return self

    @model_validator(mode="after")
    def _connections(self) -> Self:
        if self.max_connections is None and facts.default_max_connections(self.instance_class) is None:
            like = facts.class_like(self.instance_class)
            raise refusal(
                f"database.instance_class {self.instance_class} is not known, so neither is its max_connections",
                allowed="a class that is known here, or any other one with max_connections",
                fix=f'write instance_class = "{like}"; or, when the class is right, max_connections = 500'
                if like
                else "write max_connections = 500, or what the class can bear",
            )
        return self

    @model_validator(mode="after")
    def _windows(self) -> Self:
        if windows_overlap(self.backup_window, self.maintenance_window):
            raise refusal(
                f"database.backup_window {self.backup_window} overlaps maintenance_window {self.maintenance_window}",
                allowed="windows that have no minute in common",
                fix='write backup_window = "03:00-04:00" and maintenance_window = "sun:04:00-sun:05:00"',
                constraint="C14",
            )
        return self

    @model_validator(mode="after")
    def _parameters(self) -> Self:
        fixed = sorted(set(self.parameters) & {*FIXED_PARAMETERS, "max_connections"})
        if fixed:
            raise refusal(
                f"database.parameters sets {', '.join(fixed)}",
                allowed="any parameter but " + ", ".join(sorted({*FIXED_PARAMETERS, "max_connections"})),
                fix="take it out"
                + ("; max_connections is a setting of its own" if "max_connections" in fixed else ""),
            )
        return self

    @property
    def major_version(self) -> str:
        """The major version, such as ``16``: it names the parameter group's family."""
        return self.engine_version.split(".")[0]

    @property
    def connections(self) -> int:
        """The number of connections that the parameter group sets."""
        # One of the two is there: _connections has seen to it.
        return self.max_connections or facts.default_max_connections(self.instance_class) or 0

    @property
    def all_parameters(self) -> Mapping[str, Parameter]:
        """Every parameter of the group: hardened defaults, what the settings add, and ``max_connections``."""
        return {
            **DEFAULT_PARAMETERS,
            **{name: Parameter(value) for name, value in self.parameters.items()},
            **FIXED_PARAMETERS,
            "max_connections": Parameter(str(self.connections)),
        }


def check_region(settings: DatabaseSettings, region: str, zones: tuple[str, ...]) -> None:
    """Refuse what the region does not have.

    Raises:
        ValueError: for a class that RDS does not offer there (C07, C08), a zone of another region (C06), or too few zones
            for a cluster (C43).
    """
    if settings.cluster is not None:
        check_cluster_region(settings.instance_class, region, zones)
        return
    classes = facts.rds_classes(region, "postgres")
    replica = settings.replica.instance_class if settings.replica else None
    for wanted in filter(None, (settings.instance_class, replica)):
        if classes is None or wanted in classes:
            continue
        close = facts.similar(wanted, classes)
        raise refusal(
            f"RDS for PostgreSQL has no {wanted} in {region}",
            allowed=f"{len(classes)} classes, close to it: {', '.join(close) or 'none'}",
            fix=f'write instance_class = "{close[0]}"' if close else "choose a class of the region",
            constraint="C07",
        )
    zone = settings.availability_zone
    if zone is not None and zone not in zones:
        raise refusal(
            f"database.availability_zone {zone} is not in {region}",
            allowed=", ".join(zones),
            fix="name one of availability_zones",
            constraint="C06",
        )
