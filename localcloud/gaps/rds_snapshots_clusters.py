"""RDS: snapshots of a Multi-AZ cluster hold data, as those of an instance do.

In moto 5.2.5 they are descriptions, a restore ignores the time that it is given, and a second automated snapshot under one
name within a minute is an error.

Here a snapshot of a cluster that is a real PostgreSQL server (``rds_postgres_clusters``) is a copy of its files, in the way of
``rds_snapshots``: RestoreDBClusterFromSnapshot and RestoreDBClusterToPointInTime give what was committed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from localcloud.gaps import rds_postgres_clusters, rds_snapshots
from localcloud.gaps.rds_postgres import FROM, Origin
from localcloud.gaps.rds_snapshots import as_of, copy_of, deleted, free_name, take, with_a_first_snapshot

Cluster: TypeAlias = Any
"""moto's ``DBCluster``."""
Snapshot: TypeAlias = Any
"""moto's ``DBClusterSnapshot``, with what ``rds_snapshots`` adds to one of an instance."""
Backend: TypeAlias = Any
"""moto's ``RDSBackend``."""


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings

    snapshot: Any = models.DBClusterSnapshot
    backend: Any = models.RDSBackend
    if hasattr(snapshot, "holdfast_copy"):
        return
    # They bring the server, and what a snapshot of an instance is.
    for gap in (rds_postgres_clusters, rds_snapshots):
        gap.install()
    snapshot.holdfast_copy = None
    snapshot.holdfast_copied = None
    snapshot.dbi_resource_id = property(lambda self: self.cluster.dbi_resource_id)
    backend.create_db_cluster = with_a_first_snapshot(backend.create_db_cluster)
    backend.create_db_cluster_snapshot = _taken(backend.create_db_cluster_snapshot)
    backend.delete_db_cluster_snapshot = deleted(backend.delete_db_cluster_snapshot)
    backend.restore_db_cluster_from_snapshot = _from_snapshot(backend.restore_db_cluster_from_snapshot)
    backend.restore_db_cluster_to_point_in_time = _to_time(backend.restore_db_cluster_to_point_in_time)


def _taken(create: Callable[..., Snapshot]) -> Callable[..., Snapshot]:
    def create_db_cluster_snapshot(
        self: Backend,
        db_cluster_identifier: str,
        db_cluster_snapshot_identifier: str,
        snapshot_type: str = "manual",
        **settings: Any,  # noqa: ANN401 - moto's
    ) -> Snapshot:
        name = db_cluster_snapshot_identifier
        if snapshot_type == "automated":
            name = free_name(name, self.cluster_snapshots)
        snapshot = create(self, db_cluster_identifier, name, snapshot_type, **settings)
        take(snapshot, self.clusters[db_cluster_identifier])
        return snapshot

    return create_db_cluster_snapshot


def _from_snapshot(restore: Callable[..., Cluster]) -> Callable[..., Cluster]:
    def restore_db_cluster_from_snapshot(self: Backend, from_snapshot_id: str, overrides: Any) -> Cluster:  # noqa: ANN401
        files = copy_of(self.get_db_cluster_snapshot(from_snapshot_id))
        origin = Origin(copy=files) if files else None
        return restore(self, from_snapshot_id, {**overrides, FROM: origin})

    return restore_db_cluster_from_snapshot


def _to_time(restore: Callable[..., Cluster]) -> Callable[..., Cluster]:
    def restore_db_cluster_to_point_in_time(
        self: Backend,
        db_cluster_identifier: str,
        source_db_cluster_identifier: str,
        **settings: Any,  # noqa: ANN401 - moto's
    ) -> Cluster:
        (source,) = self.describe_db_clusters(source_db_cluster_identifier)
        origin = as_of(source, settings.get("restore_to_time"))
        return restore(
            self, db_cluster_identifier, source_db_cluster_identifier, **settings, **{FROM: origin}
        )

    return restore_db_cluster_to_point_in_time
