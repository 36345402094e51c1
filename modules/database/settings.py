"""Settings of the PostgreSQL database; what RDS would refuse is refused here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from modules import facts
from modules.database.cluster_settings import (
    CLUSTER_BACKUP_WINDOW,
    ClusterSettings,
    check_cluster_region,
    check_cluster_storage,
)
from modules.database.parameters import DEFAULT_PARAMETERS, FIXED_PARAMETERS, Parameter
from modules.database.restore import RestoreSettings
from modules.database.values import (
    CertificateAuthority,
    DatabaseName,
    EngineVersion,
    InsightsRetentionDays,
    InstanceClass,
    MasterUsername,
    MonitoringInterval,
)
from modules.database.windows import check_backup_window, check_maintenance_window, windows_overlap
from modules.network.settings import LogRetentionDays
from modules.settings import Settings, refusal

_GP3_IOPS = 12000
"""What comes with gp3 where it is given no IOPS, from the size on from which it can be given some (constraint C15)."""

_IOPS_PER_MBPS = 4


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
    monitoring_interval: MonitoringInterval = 60
    performance_insights_retention_days: InsightsRetentionDays = 7
    certificate_authority: CertificateAuthority = "rds-ca-rsa2048-g1"
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
            for one in _impossible(self):
                raise refusal(
                    f"database.{one.setting} with database.cluster",
                    allowed=one.allowed,
                    fix=one.fix,
                    constraint=one.constraint,
                )
            check_cluster_storage(self.storage_gb, self.cluster)
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


class _Impossible(NamedTuple):
    """Something that an instance may have and a cluster may not.

    Args:
        setting: that asks for it, and how.
        allowed: what a cluster has instead.
        fix: what to write.
        constraint: that says so.
    """

    setting: str
    allowed: str
    fix: str
    constraint: str


def _impossible(database: DatabaseSettings) -> Iterator[_Impossible]:
    if not database.multi_az:
        yield _Impossible("multi_az = false", "true: a cluster has two standbys", "take multi_az out", "C43")
    # Its default is one of an instance: only who writes it expects it of a cluster.
    if "max_storage_gb" in database.model_fields_set:
        yield _Impossible(
            "max_storage_gb",
            "no growth by itself: raise storage_gb when the alarm on free storage rises",
            "take max_storage_gb out",
            "C46",
        )
    if database.iops or database.throughput_mbps:
        yield _Impossible(
            "iops or throughput_mbps",
            "database.cluster.iops; the throughput follows from it",
            "write cluster = { iops = ... }",
            "C08",
        )
    if database.replica is not None:
        yield _Impossible(
            "replica", "the two readers of the cluster, at its reader endpoint", "take replica out", "C50"
        )
    if database.restore is not None:
        yield _Impossible(
            "restore",
            "a cluster that RDS has restored, and Terraform imports",
            "take restore out, and restore as the runbook says",
            "C48",
        )
    if "." in database.engine_version:
        major = database.major_version
        yield _Impossible(
            f"engine_version = {database.engine_version}",
            f"{major}: AWS keeps the minor of a cluster current, whatever is written here",
            f'write engine_version = "{major}"',
            "C51",
        )
