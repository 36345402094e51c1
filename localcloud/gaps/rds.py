"""RDS instances: settings that are dropped, zones that do not move.

What moto 5.2.5 lacks, and what Terraform shows:

- All instances have one ``DbiResourceId``: "couldn't find resource (21 retries)" with a second one.
- Performance Insights and ``EngineLifecycleSupport`` are dropped: a diff on every plan.
- A backup window that ends when the maintenance window begins is refused: the apply fails.
- A new port is not taken: a diff on every plan.
- The zone has nothing to do with the subnet group, there is no standby's zone, and a reboot with
  ``ForceFailover`` does not move it: a failover drill sees nothing.
- gp3 has neither IOPS nor throughput; without an explicit minor version the engine has none.
- A read replica has its source's standby, without being asked for one: a diff on every plan.
- Deletion without a final snapshot's name is accepted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Instance: TypeAlias = Any
"""moto's ``DBInstance``, with the settings that are added here."""
Backend: TypeAlias = Any
"""moto's ``RDSBackend``."""

DROPPED: Mapping[str, object] = {
    "enable_performance_insights": False,
    "performance_insights_kms_key_id": None,
    "performance_insights_retention_period": None,
    "engine_lifecycle_support": "open-source-rds-extended-support",
    "network_type": "IPV4",
    "dedicated_log_volume": False,
    "database_insights_mode": "standard",
}
"""Settings of CreateDBInstance that moto does not store, and what AWS takes without them (source: API reference)."""

NEWEST_MINOR = {
    "12": "12.22",
    "13": "13.23",
    "14": "14.24",
    "15": "15.19",
    "16": "16.15",
    "17": "17.11",
    "18": "18.6",
}
"""Minor version that RDS takes for a major version of PostgreSQL
(source: ``modules/facts/postgres_versions.tsv``, 2026-11-24; a test compares them)."""

LARGE_GB = 400
"""From this size gp3 has 12,000 IOPS and 500 MB/s, below 3,000 and 125
(source: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html)."""

DEFAULT_RETENTION_DAYS = 7


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings
    from moto.rds.responses import RDSResponse  # noqa: PLC0415

    instance: Any = models.DBInstance
    backend: Any = models.RDSBackend
    response: Any = RDSResponse
    if "performance_insights_enabled" in vars(models.DBInstance):
        return
    for name, default in DROPPED.items():
        setattr(instance, name, default)
    instance.performance_insights_enabled = property(lambda self: bool(self.enable_performance_insights))
    instance.secondary_availability_zone = property(_standby_zone)
    instance.__init__ = _initialized(instance.__init__)
    instance.update = _updated(instance.update)
    backend.create_db_instance_read_replica = _with_own_id(backend.create_db_instance_read_replica)
    response.delete_db_instance = _with_final_snapshot(response.delete_db_instance)
    response.reboot_db_instance = _with_failover(response.reboot_db_instance)
    _let_windows_touch()


def _initialized(initialize: Callable[..., None]) -> Callable[..., None]:
    def with_settings(self: Instance, backend: Backend, **settings: Any) -> None:  # noqa: ANN401
        version = settings.get("engine_version")
        if settings.get("engine") == "postgres" and version in NEWEST_MINOR:
            settings["engine_version"] = NEWEST_MINOR[version]
        initialize(self, backend, **settings)
        self.dbi_resource_id = _new_id()
        for name in DROPPED:
            if settings.get(name) is not None:
                setattr(self, name, settings[name])
        if self.enable_performance_insights and not self.performance_insights_retention_period:
            self.performance_insights_retention_period = DEFAULT_RETENTION_DAYS
        if self.db_cluster_identifier is None:
            if self.storage_type == "gp3":
                large = self.allocated_storage >= LARGE_GB
                self.iops = self.iops or (12000 if large else 3000)
                self.storage_throughput = self.storage_throughput or (500 if large else 125)
            if not settings.get("availability_zone"):
                self.availability_zone = next(iter(_zones(self)), self.availability_zone)

    return with_settings


def _updated(update: Callable[..., None]) -> Callable[..., None]:
    def with_port(self: Instance, **settings: Any) -> None:  # noqa: ANN401
        update(self, **settings)
        if port := settings.get("db_port_number"):
            self.port = port
        if self.enable_performance_insights and not self.performance_insights_retention_period:
            self.performance_insights_retention_period = DEFAULT_RETENTION_DAYS

    return with_port


def _with_own_id(create: Callable[..., Instance]) -> Callable[..., Instance]:
    def create_db_instance_read_replica(self: Backend, db_kwargs: dict[str, Any]) -> Instance:
        replica = create(self, db_kwargs)
        replica.dbi_resource_id = _new_id()
        replica.multi_az = bool(db_kwargs.get("multi_az"))
        return replica

    return create_db_instance_read_replica


def _with_final_snapshot(delete: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def delete_db_instance(self: Any) -> Any:  # noqa: ANN401 - moto's response class
        from moto.rds.exceptions import InvalidParameterCombination  # noqa: PLC0415

        found = self.backend.databases.get(self.params.get("DBInstanceIdentifier"))
        named = self.params.get("FinalDBSnapshotIdentifier") or self.params.get("SkipFinalSnapshot")
        # A replica has no final snapshot.
        if found and not named and not found.is_replica and found.db_cluster_identifier is None:
            raise InvalidParameterCombination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified."
            )
        return delete(self)

    return delete_db_instance


def _with_failover(reboot: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def reboot_db_instance(self: Any) -> Any:  # noqa: ANN401 - moto's response class
        from moto.rds.exceptions import InvalidParameterCombination  # noqa: PLC0415

        if self.params.get("ForceFailover"):
            instance = self.backend.describe_db_instances(self.params.get("DBInstanceIdentifier"))[0]
            if not instance.multi_az:
                raise InvalidParameterCombination(
                    "ForceFailover cannot be specified since the instance is not configured for Multi-AZ."
                )
            instance.availability_zone = instance.secondary_availability_zone
        return reboot(self)

    return reboot_db_instance


def _standby_zone(instance: Instance) -> str | None:
    """Return the zone of the standby: the next one of the subnet group."""
    if not instance.multi_az or instance.db_cluster_identifier is not None:
        return None
    return next((zone for zone in _zones(instance) if zone != instance.availability_zone), None)


def _zones(instance: Instance) -> list[str]:
    group = getattr(instance, "db_subnet_group", None)
    if group is None:
        return [f"{instance.region}{letter}" for letter in "ab"]
    return sorted({subnet["SubnetAvailabilityZone"]["Name"] for subnet in group.subnets})


def _new_id() -> str:
    return "db-" + "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(26))


def _let_windows_touch() -> None:
    from moto.rds import utils  # noqa: PLC0415

    module: Any = utils
    overlap = module.get_overlap_between_two_date_ranges

    def without_touching(*ranges: Any) -> int:  # noqa: ANN401
        # moto takes 0, where one begins as the other ends, for an overlap.
        return int(overlap(*ranges)) or -1

    module.get_overlap_between_two_date_ranges = without_touching
