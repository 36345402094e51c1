"""RDS: Multi-AZ clusters, which are a writer and two readers that RDS makes itself.

What moto 5.2.5 lacks, and what Terraform shows:

- A cluster with a class has no instances: alarms on them cannot be made. Here RDS makes three, in the zones of the subnet
  group, changes them with the cluster, and deletes them with it; nobody else may.
- Logins with tokens of IAM are refused: the apply fails.
- Enhanced monitoring, Performance Insights, the certificate authority and ``EngineLifecycleSupport`` are dropped, and a major
  version is no minor one: a diff on every plan.
- Every cluster has a scaling configuration, which only Aurora Serverless has: a diff on every plan.
- A renamed cluster loses its instances; which logs it exports cannot be changed; RebootDBCluster is missing.
- A cluster without IOPS, in two zones only, with another port, or that is stopped, copied, or deleted without the name of a
  final snapshot is accepted; its automated snapshots stay when it is deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from localcloud.gaps.rds import DEFAULT_RETENTION_DAYS, LARGE_GB, NEWEST_MINOR
from localcloud.gaps.rds_groups import AUTHORITIES, DEFAULT_AUTHORITY

Cluster: TypeAlias = Any
"""moto's ``DBCluster``, with the settings that are added here."""
Backend: TypeAlias = Any
"""moto's ``RDSBackend``."""

MEMBERS = 3
"""Instances, each in another zone (source: RDS user guide, multi-az-db-clusters-concepts)."""

DROPPED: Mapping[str, object] = {
    "ca_certificate_identifier": DEFAULT_AUTHORITY,
    "database_insights_mode": "standard",
    "enable_performance_insights": False,
    "engine_lifecycle_support": "open-source-rds-extended-support",
    "monitoring_interval": 0,
    "monitoring_role_arn": None,
    "performance_insights_kms_key_id": None,
    "performance_insights_retention_period": None,
    "storage_throughput": None,
}
"""Settings of CreateDBCluster that moto does not store, and what AWS takes without them (source: API reference)."""

_REQUIRED = ("allocated_storage", "iops", "storage_type")
_SHARED = ("monitoring_interval", "monitoring_role_arn", "ca_certificate_identifier")
"""Settings of a cluster that its instances have too, under the same name."""


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings
    from moto.rds.responses import RDSResponse  # noqa: PLC0415

    cluster: Any = models.DBCluster
    backend: Any = models.RDSBackend
    response: Any = RDSResponse
    if hasattr(backend, "reboot_db_cluster"):
        return
    for name, default in DROPPED.items():
        setattr(cluster, name, default)
    cluster.performance_insights_enabled = property(lambda self: bool(self.enable_performance_insights))
    cluster.certificate_details = property(_certificate)
    cluster.scaling_configuration_info = _of_serverless(cluster.scaling_configuration_info)
    cluster.multi_az = _if_multi_az(cluster.multi_az, lambda _: True)
    cluster.__init__ = _initialized(cluster.__init__)
    member: Any = models.DBInstanceClustered
    member.storage_type = _if_of_multi_az(member.storage_type, lambda self: self.cluster.storage_type)
    backend.create_db_cluster = _with_members(backend.create_db_cluster)
    backend.modify_db_cluster = _modified(backend.modify_db_cluster)
    backend.delete_db_cluster = _deleted(backend.delete_db_cluster)
    backend.delete_db_instance = _unless_member(backend.delete_db_instance)
    backend.stop_db_cluster = _never(backend.stop_db_cluster)
    backend.copy_db_cluster_snapshot = _not_copied(backend.copy_db_cluster_snapshot)
    backend.reboot_db_cluster = _reboot
    response.reboot_db_cluster = _reboot_cluster
    response.delete_db_cluster = _with_final_snapshot(response.delete_db_cluster)


def is_multi_az(cluster: Cluster) -> bool:
    """Whether it is no cluster of Aurora."""
    return cluster.db_cluster_instance_class is not None


def _initialized(initialize: Callable[..., None]) -> Callable[..., None]:
    def with_settings(self: Cluster, backend: Backend, **settings: Any) -> None:  # noqa: ANN401
        if not settings.get("db_cluster_instance_class"):
            initialize(self, backend, **settings)
            return
        lacking = [name for name in _REQUIRED if not settings.get(name)]
        if lacking:
            raise _refused(
                "InvalidParameterCombination", f"A Multi-AZ DB cluster requires {', '.join(lacking)}."
            )
        # moto has it that such clusters know no tokens of IAM.
        tokens = settings.pop("enable_iam_database_authentication", settings.get("iam_auth"))
        version = settings.get("engine_version")
        if version in NEWEST_MINOR:
            settings["engine_version"] = NEWEST_MINOR[version]
        initialize(self, backend, **settings)
        self.iam_auth = bool(tokens)
        for name in DROPPED:
            if settings.get(name) is not None:
                setattr(self, name, settings[name])
        _complete(self)
        self.availability_zones = _zones(self)[:MEMBERS]
        if len(self.availability_zones) < MEMBERS:
            raise _refused(
                "DBSubnetGroupDoesNotCoverEnoughAZs",
                f"The DB subnet group doesn't cover {MEMBERS} Availability Zones.",
            )

    return with_settings


def _complete(cluster: Cluster) -> None:
    """Set what AWS takes for what follows from other settings."""
    if cluster.enable_performance_insights and not cluster.performance_insights_retention_period:
        cluster.performance_insights_retention_period = DEFAULT_RETENTION_DAYS
    if cluster.storage_type == "gp3":
        cluster.storage_throughput = 500 if cluster.allocated_storage >= LARGE_GB else 125


def _with_members(create: Callable[..., Cluster]) -> Callable[..., Cluster]:
    def create_db_cluster(self: Backend, kwargs: dict[str, Any]) -> Cluster:
        cluster = create(self, kwargs)
        if is_multi_az(cluster):
            for index, zone in enumerate(cluster.availability_zones, 1):
                _add_member(cluster, index, zone)
        return cluster

    return create_db_cluster


def _add_member(cluster: Cluster, index: int, zone: str) -> None:
    backend = cluster.backend
    name = f"{cluster.db_cluster_identifier}-instance-{index}"
    if name in backend.databases:
        # Of a cluster that had the name before.
        name = f"{name}-{cluster.db_cluster_resource_id[-6:].lower()}"
    before = set(backend.database_snapshots)
    backend.create_db_instance(
        {
            "db_instance_identifier": name,
            "db_instance_class": cluster.db_cluster_instance_class,
            "engine": cluster.engine,
            "db_cluster_identifier": cluster.db_cluster_identifier,
            "db_subnet_group_name": cluster.db_subnet_group_name,
            "availability_zone": zone,
            "port": cluster.port,
            "publicly_accessible": False,
            "enable_performance_insights": cluster.enable_performance_insights,
            "performance_insights_kms_key_id": cluster.performance_insights_kms_key_id,
            "performance_insights_retention_period": cluster.performance_insights_retention_period,
            "enable_iam_database_authentication": cluster.iam_auth,
            **{shared: getattr(cluster, shared) for shared in _SHARED},
        }
    )
    # Backups are of the cluster as a whole.
    for made in set(backend.database_snapshots) - before:
        del backend.database_snapshots[made]


def _modified(modify: Callable[..., Cluster]) -> Callable[..., Cluster]:
    def modify_db_cluster(self: Backend, kwargs: dict[str, Any]) -> Cluster:
        cluster = self.clusters.get(kwargs["db_cluster_identifier"])
        if cluster is None or not is_multi_az(cluster):
            return modify(self, kwargs)
        if kwargs.get("port") not in (None, cluster.port):
            raise _refused(
                "InvalidParameterCombination", "You can't modify the port of a Multi-AZ DB cluster."
            )
        if kwargs.get("engine_version") in NEWEST_MINOR:
            kwargs["engine_version"] = NEWEST_MINOR[kwargs["engine_version"]]
        members = cluster.members
        tokens = kwargs.get("enable_iam_database_authentication")
        logs = kwargs.pop("cloudwatch_logs_export_configuration", None) or {}
        answered = modify(self, kwargs)
        if tokens is not None:
            cluster.iam_auth = tokens
        ended = logs.get("DisableLogTypes") or ()
        kept = [one for one in cluster.enabled_cloudwatch_logs_exports if one not in ended]
        added = [one for one in logs.get("EnableLogTypes") or () if one not in kept]
        cluster.enabled_cloudwatch_logs_exports = kept + added
        _complete(cluster)
        for member in members:
            member.db_cluster_identifier = cluster.db_cluster_identifier
            member.db_instance_class = cluster.db_cluster_instance_class
            for shared in _SHARED:
                setattr(member, shared, getattr(cluster, shared))
        return answered

    return modify_db_cluster


def _deleted(delete: Callable[..., Cluster]) -> Callable[..., Cluster]:
    def delete_db_cluster(
        self: Backend, cluster_identifier: str, snapshot_name: str | None = None
    ) -> Cluster:
        cluster = self.clusters.get(cluster_identifier)
        if cluster is None or not is_multi_az(cluster) or cluster.deletion_protection:
            return delete(self, cluster_identifier, snapshot_name)
        for member in cluster.members:
            del self.databases[member.db_instance_identifier]
        deleted = delete(self, cluster_identifier, snapshot_name)
        for name, snapshot in list(self.cluster_snapshots.items()):
            ours = snapshot.cluster.db_cluster_resource_id == cluster.db_cluster_resource_id
            if ours and snapshot.snapshot_type == "automated":
                self.delete_db_cluster_snapshot(name)
        return deleted

    return delete_db_cluster


def _with_final_snapshot(delete: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def delete_db_cluster(self: Any) -> Any:  # noqa: ANN401 - moto's response class
        named = self.params.get("FinalDBSnapshotIdentifier") or self.params.get("SkipFinalSnapshot")
        cluster = self.backend.clusters.get(self.params.get("DBClusterIdentifier"))
        if cluster is not None and is_multi_az(cluster) and not named:
            raise _refused(
                "InvalidParameterCombination",
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
            )
        return delete(self)

    return delete_db_cluster


def _unless_member(delete: Callable[..., Any]) -> Callable[..., Any]:
    def delete_db_instance(self: Backend, *arguments: Any, **settings: Any) -> Any:  # noqa: ANN401
        name = settings.get("db_instance_identifier") or arguments[0]
        cluster = getattr(self.databases.get(name), "cluster", None)
        if cluster is not None and is_multi_az(cluster):
            raise _refused(
                "InvalidParameterCombination",
                f"{name} is an instance of a Multi-AZ DB cluster, which keeps it.",
            )
        return delete(self, *arguments, **settings)

    return delete_db_instance


def _never(stop: Callable[[Backend, str], Cluster]) -> Callable[[Backend, str], Cluster]:
    def stop_db_cluster(self: Backend, cluster_identifier: str) -> Cluster:
        cluster = self.clusters.get(cluster_identifier)
        if cluster is not None and is_multi_az(cluster):
            raise _refused("InvalidDBClusterStateFault", "Multi-AZ DB clusters can't be stopped.")
        return stop(self, cluster_identifier)

    return stop_db_cluster


def _not_copied(copy: Callable[..., Any]) -> Callable[..., Any]:
    def copy_db_cluster_snapshot(
        self: Backend,
        source_db_cluster_snapshot_identifier: str,
        **others: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        found = self.cluster_snapshots.get(source_db_cluster_snapshot_identifier.rpartition("snapshot:")[2])
        if found is not None and is_multi_az(found.cluster):
            raise _refused(
                "InvalidDBClusterSnapshotStateFault", "Snapshots of Multi-AZ DB clusters can't be copied."
            )
        return copy(self, source_db_cluster_snapshot_identifier, **others)

    return copy_db_cluster_snapshot


def _reboot(self: Backend, db_cluster_identifier: str) -> Cluster:
    (cluster,) = self.describe_db_clusters(db_cluster_identifier)
    return cluster


def _reboot_cluster(self: Any) -> Any:  # noqa: ANN401 - moto's
    """RebootDBCluster."""
    from moto.core.responses import ActionResult  # noqa: PLC0415

    return ActionResult({"DBCluster": self.backend.reboot_db_cluster(self.params["DBClusterIdentifier"])})


def _certificate(cluster: Cluster) -> dict[str, object] | None:
    name = cluster.ca_certificate_identifier
    return {"CAIdentifier": name, "ValidTill": AUTHORITIES[name]} if is_multi_az(cluster) else None


def _of_serverless(scaling: property) -> property:
    read: Callable[[Cluster], object] = scaling.fget  # type: ignore[assignment]
    return property(lambda self: read(self) if self.scaling_configuration else None)


def _if_multi_az(given: property, value: Callable[[Cluster], object]) -> property:
    read: Callable[[Cluster], object] = given.fget  # type: ignore[assignment]
    return property(lambda self: value(self) if is_multi_az(self) else read(self))


def _if_of_multi_az(given: property, value: Callable[[Any], object]) -> property:
    read: Callable[[Any], object] = given.fget  # type: ignore[assignment]
    return property(lambda self: value(self) if is_multi_az(self.cluster) else read(self), given.fset)


def _zones(cluster: Cluster) -> list[str]:
    (group,) = cluster.backend.describe_db_subnet_groups(cluster.db_subnet_group_name)
    return sorted({subnet["SubnetAvailabilityZone"]["Name"] for subnet in group.subnets})


def _refused(code: str, message: str) -> Exception:
    from moto.rds.exceptions import RDSClientError  # noqa: PLC0415

    return RDSClientError(code, message)
