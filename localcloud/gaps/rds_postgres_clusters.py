"""RDS for PostgreSQL: a Multi-AZ cluster is a real PostgreSQL server, as an instance is.

In moto 5.2.5 the endpoints of a cluster lead nowhere. Here CreateDBCluster starts one server, ModifyDBCluster changes its
password and parameter group, RebootDBCluster restarts it, DeleteDBCluster removes it.

Emulated as before: that there are three of them. The endpoint of the readers, and those of the instances, lead to the same
server, which takes changes at each of them; a failover moves who is called the writer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from localcloud.gaps import rds_clusters, rds_groups, rds_postgres
from localcloud.gaps.rds_postgres import (
    FROM,
    attempt,
    create_server,
    reload_parameters,
    server_of,
    start_server,
)

Cluster: TypeAlias = Any
"""moto's ``DBCluster``, with the words of an instance that are added here."""
Backend: TypeAlias = Any
"""moto's ``RDSBackend``."""


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings

    cluster: Any = models.DBCluster
    if hasattr(cluster, "db_parameter_groups"):
        return
    # They bring what is changed here: the instances of a cluster, its groups, and what an instance's server is.
    for gap in (rds_clusters, rds_groups, rds_postgres):
        gap.install()
    cluster.db_instance_identifier = property(lambda self: self.db_cluster_identifier)
    cluster.dbi_resource_id = property(lambda self: self.db_cluster_resource_id)
    cluster.db_name = property(lambda self: self.database_name)
    cluster.db_parameter_groups = _groups
    for name in ("endpoint", "reader_endpoint"):
        setattr(cluster, name, _address(getattr(cluster, name)))
    member: Any = models.DBInstanceClustered
    member.address = _address_of_cluster(member.address)
    backend: Any = models.RDSBackend
    backend.create_db_cluster = _created(backend.create_db_cluster)
    backend.modify_db_cluster = _modified(backend.modify_db_cluster)
    backend.delete_db_cluster = _deleted(backend.delete_db_cluster)
    backend.reboot_db_cluster = _rebooted(backend.reboot_db_cluster)
    for operation in ("modify_db_cluster_parameter_group", "reset_db_cluster_parameter_group"):
        setattr(backend, operation, _applied(getattr(backend, operation)))


def _created(create: Callable[[Backend, dict[str, Any]], Cluster]) -> Callable[..., Cluster]:
    def create_db_cluster(self: Backend, kwargs: dict[str, Any]) -> Cluster:
        origin = kwargs.pop(FROM, None)
        cluster = create(self, kwargs)
        if cluster.engine == "postgres" and rds_clusters.is_multi_az(cluster):
            attempt("create", cluster, lambda found: create_server(found, origin))
        return cluster

    return create_db_cluster


def _modified(modify: Callable[[Backend, dict[str, Any]], Cluster]) -> Callable[..., Cluster]:
    def modify_db_cluster(self: Backend, kwargs: dict[str, Any]) -> Cluster:
        cluster = self.clusters.get(kwargs["db_cluster_identifier"])
        group, password = kwargs.get("db_cluster_parameter_group_name"), kwargs.get("master_user_password")
        answered = modify(self, kwargs)
        if cluster is not None and cluster.holdfast_server:
            if group:
                attempt("restart", cluster, start_server)
            if password:
                attempt(
                    "change the password of",
                    cluster,
                    lambda found: server_of(found).set_password(found.master_username, password),
                )
        return answered

    return modify_db_cluster


def _deleted(delete: Callable[..., Cluster]) -> Callable[..., Cluster]:
    def delete_db_cluster(self: Backend, *arguments: Any, **settings: Any) -> Cluster:  # noqa: ANN401
        cluster = delete(self, *arguments, **settings)
        if cluster.holdfast_server:
            attempt("remove", cluster, lambda found: server_of(found).remove())
        return cluster

    return delete_db_cluster


def _rebooted(reboot: Callable[[Backend, str], Cluster]) -> Callable[[Backend, str], Cluster]:
    def reboot_db_cluster(self: Backend, db_cluster_identifier: str) -> Cluster:
        cluster = reboot(self, db_cluster_identifier)
        if cluster.holdfast_server:
            attempt("restart", cluster, start_server)
        return cluster

    return reboot_db_cluster


def _applied(change: Callable[..., Any]) -> Callable[..., Any]:
    def change_db_cluster_parameter_group(self: Backend, name: str, *changes: Any, **named: Any) -> Any:  # noqa: ANN401
        answer = change(self, name, *changes, **named)
        group = self.db_cluster_parameter_groups[name]
        for cluster in self.clusters.values():
            if cluster.holdfast_server and group in cluster.db_parameter_groups():
                attempt("change the parameters of", cluster, reload_parameters)
        return answer

    return change_db_cluster_parameter_group


def _groups(cluster: Cluster) -> list[Any]:
    group = cluster.backend.db_cluster_parameter_groups.get(cluster.parameter_group)
    return [] if group is None else [group]


def _address(invented: property) -> property:
    read: Callable[[Cluster], str] = invented.fget  # type: ignore[assignment]
    return property(lambda self: self.holdfast_server[1] if self.holdfast_server else read(self))


def _address_of_cluster(own: property) -> property:
    read: Callable[[Any], str] = own.fget  # type: ignore[assignment]

    def address(self: Any) -> str:  # noqa: ANN401 - moto's DBInstanceClustered
        server = self.cluster.holdfast_server
        return str(server[1]) if server else read(self)

    return property(address)
