"""Subscriptions to the events of RDS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.verdicts import decided, fails, needs_runtime, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.compliance.graph import Graph
    from operations.compliance.verdicts import Finding

_TYPE = "aws_db_event_subscription"
_CLUSTERS = ("aws_rds_cluster",)
_INSTANCES = ("aws_db_instance", "aws_rds_cluster_instance")


def of_clusters(graph: Graph) -> Iterator[Finding]:
    """Somebody hears of maintenance and failures of clusters."""
    yield from _check(graph, "db-cluster", ("failure", "maintenance"), _CLUSTERS)


def of_instances(graph: Graph) -> Iterator[Finding]:
    """Somebody hears of maintenance, changes and failures of instances."""
    yield from _check(graph, "db-instance", ("configuration change", "failure", "maintenance"), _INSTANCES)


def of_parameter_groups(graph: Graph) -> Iterator[Finding]:
    """Somebody hears of changes of parameter groups."""
    yield from _check(graph, "db-parameter-group", ("configuration change",), (*_INSTANCES, *_CLUSTERS))


def of_security_groups(graph: Graph) -> Iterator[Finding]:
    """Somebody hears of changes and failures of database security groups."""
    wanted = ("configuration change", "failure")
    yield from _check(graph, "db-security-group", wanted, (*_INSTANCES, *_CLUSTERS))


def _check(graph: Graph, source: str, wanted: Sequence[str], watched: Sequence[str]) -> Iterator[Finding]:
    """The verdict on each subscription of a kind; without any, on each database that would need one."""
    kinds = {one.address: one.value("source_type") for one in graph.all(_TYPE)}
    found = [one for one in graph.all(_TYPE) if kinds[one.address] in (source, None)]
    for subscription in found:
        enabled = subscription.value("enabled", default=True)
        categories = subscription.value("event_categories", [])
        if UNKNOWN in (enabled, categories):
            yield needs_runtime(subscription, "event_categories")
        elif enabled in (False, "false"):
            yield fails(subscription, "enabled", "false")
        else:
            # Without categories it is all of them.
            heard = not categories or set(wanted) <= set(categories if isinstance(categories, list) else [])
            yield decided(subscription, "event_categories", heard, shown(categories))  # type: ignore[arg-type]
    if not found:
        for database in graph.all(*watched):
            unknown = UNKNOWN in kinds.values()
            evidence = f"no subscription to events of {source}"
            yield decided(database, _TYPE, UNKNOWN if unknown else False, evidence)
