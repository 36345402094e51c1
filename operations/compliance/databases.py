"""What of a graph is a database that rules look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph, Resource

INSTANCE, CLUSTER = "aws_db_instance", "aws_rds_cluster"


def multi_az_clusters(graph: Graph) -> Iterator[Resource]:
    """Clusters whose instances RDS makes itself: what the instances are, the cluster says."""
    for cluster in graph.all(CLUSTER):
        if cluster.is_set("db_cluster_instance_class") is not False:
            yield cluster


def databases(graph: Graph) -> Iterator[Resource]:
    """Instances, and such clusters; the clusters of Aurora have instances of their own."""
    yield from graph.all(INSTANCE)
    yield from multi_az_clusters(graph)
