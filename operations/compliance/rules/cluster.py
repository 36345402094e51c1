"""RDS clusters: Aurora, and Multi-AZ clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.rules.backup import in_a_plan
from operations.compliance.verdicts import (
    decided,
    needs_runtime,
    not_applicable,
    number,
    require,
    require_true,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph
    from operations.compliance.verdicts import Finding

_TYPE = "aws_rds_cluster"
_DEFAULT_USERS = frozenset({"admin", "postgres"})
_SEVERAL = 2


def encrypted(graph: Graph) -> Iterator[Finding]:
    """Storage is encrypted."""
    for cluster in graph.all(_TYPE):
        yield require_true(cluster, "storage_encrypted")


def protected_from_deletion(graph: Graph) -> Iterator[Finding]:
    """Deletion protection is on."""
    for cluster in graph.all(_TYPE):
        yield require_true(cluster, "deletion_protection")


def iam_authentication(graph: Graph) -> Iterator[Finding]:
    """Logins with tokens of IAM are possible."""
    for cluster in graph.all(_TYPE):
        yield require_true(cluster, "iam_database_authentication_enabled")


def tags_on_snapshots(graph: Graph) -> Iterator[Finding]:
    """Snapshots get the tags of the cluster."""
    for cluster in graph.all(_TYPE):
        yield require_true(cluster, "copy_tags_to_snapshot")


def several_zones(graph: Graph) -> Iterator[Finding]:
    """There is an instance in more than one zone: two instances, or a Multi-AZ cluster."""
    for cluster in graph.all(_TYPE):
        instances = graph.referring(cluster, "cluster_identifier", "aws_rds_cluster_instance")
        if cluster.is_set("db_cluster_instance_class") is True:
            yield decided(cluster, "db_cluster_instance_class", True, "a Multi-AZ cluster")
        elif len(instances) < _SEVERAL and graph.unresolved("cluster_identifier", "aws_rds_cluster_instance"):
            yield needs_runtime(cluster, "aws_rds_cluster_instance")
        else:
            evidence = f"{len(instances)} instances"
            yield decided(cluster, "aws_rds_cluster_instance", len(instances) >= _SEVERAL, evidence)


def in_backup_plan(graph: Graph) -> Iterator[Finding]:
    """A plan of AWS Backup covers every cluster."""
    for cluster in graph.all(_TYPE):
        yield in_a_plan(graph, cluster)


def backtracking(graph: Graph) -> Iterator[Finding]:
    """Aurora MySQL can be turned back in time; other engines cannot do it."""
    for cluster in graph.all(_TYPE):
        if cluster.value("engine") not in (UNKNOWN, "aurora", "aurora-mysql"):
            yield not_applicable(cluster, "engine", str(cluster.value("engine")))
        else:
            yield require(cluster, "backtrack_window", lambda value: number(value) > 0, default=0)


def own_administrator(graph: Graph) -> Iterator[Finding]:
    """The administrator has no name that everyone knows."""
    for cluster in graph.all(_TYPE):
        yield require(cluster, "master_username", lambda value: bool(value) and value not in _DEFAULT_USERS)


def audit_log_exported(graph: Graph) -> Iterator[Finding]:
    """The audit log of Aurora MySQL goes to CloudWatch."""
    yield from _log(graph, "aurora-mysql", "audit")


def postgresql_log_exported(graph: Graph) -> Iterator[Finding]:
    """The log of Aurora PostgreSQL goes to CloudWatch."""
    yield from _log(graph, "aurora-postgresql", "postgresql")


def minor_upgrades(graph: Graph) -> Iterator[Finding]:
    """Minor versions are upgraded by AWS."""
    for cluster in graph.all(_TYPE):
        instances = graph.referring(cluster, "cluster_identifier", "aws_rds_cluster_instance")
        values = [instance.value("auto_minor_version_upgrade", default=True) for instance in instances]
        if UNKNOWN in values:
            yield needs_runtime(cluster, "auto_minor_version_upgrade")
        else:
            off = [
                one.address for one, value in zip(instances, values, strict=True) if value in (False, "false")
            ]
            yield decided(cluster, "auto_minor_version_upgrade", not off, ", ".join(off) or "on")


def _log(graph: Graph, engine: str, log: str) -> Iterator[Finding]:
    for cluster in graph.all(_TYPE):
        if cluster.value("engine") not in (UNKNOWN, engine):
            yield not_applicable(cluster, "engine", str(cluster.value("engine")))
        else:
            yield require(
                cluster,
                "enabled_cloudwatch_logs_exports",
                lambda value: isinstance(value, list) and log in value,
            )
