"""Settings of a Multi-AZ cluster; storage and regions that RDS refuses of one are refused here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules import facts
from modules.settings import Settings, one_of, refusal

ZONES = 3
"""Availability zones that a cluster needs: one for the writer and each of its two readers (constraint C43)."""

CLUSTER_BACKUP_WINDOW = "05:00-06:00"
"""The backup window of a cluster, unless it is given another: apart from when AWS Backup starts its jobs (constraint C55)."""

LARGE_GB = 400
"""From this size on gp3 has provisioned performance (constraint C15)."""

_SMALL_GP3_IOPS, _LARGE_GP3_IOPS = 3000, (12000, 64000)
_PROVISIONED_GB, _PROVISIONED_IOPS = 100, (1000, 256000)
_HIGHEST_RATIO = 50


class ClusterSettings(Settings):
    """A Multi-AZ cluster: a writer and two readers that can take its place, each in a zone of its own.

    Args:
        storage_type: ``gp3``, ``io1`` or ``io2`` (constraint C08).
        iops: IOPS of each of the three, 0.5 to 50 times ``database.storage_gb`` (C44). gp3: 3000 below 400 GiB, from there
            on 12,000 to 64,000 (C15), by default the fewest. io1 and io2: 1,000 to 256,000, from 100 GiB on (C45).
        lag_seconds: seconds that a reader may be behind the writer before an alarm rises.
    """

    storage_type: Annotated[str, one_of(facts.allowed("cluster_storage_types"))] = "gp3"
    iops: Annotated[int, Field(ge=1000, le=256000)] | None = None
    lag_seconds: Annotated[int, Field(ge=1)] = 60

    def provisioned_iops(self, storage_gb: int) -> int:
        """Return the IOPS that RDS is asked for: it takes no cluster without them (C08).

        Args:
            storage_gb: GiB of storage.
        """
        if self.iops is not None:
            return self.iops
        return _SMALL_GP3_IOPS if storage_gb < LARGE_GB else max(_LARGE_GP3_IOPS[0], _half(storage_gb))


def check_cluster_storage(storage_gb: int, cluster: ClusterSettings) -> None:
    """Refuse storage that RDS gives no cluster.

    Args:
        storage_gb: GiB of storage.
        cluster: the cluster.

    Raises:
        ValueError: for a type it does not have (C08), or IOPS that do not fit the storage (C15, C44, C45).
    """
    if cluster.storage_type not in facts.allowed("cluster_storage_types"):
        raise refusal(
            f"database.cluster.storage_type is {cluster.storage_type}",
            allowed=", ".join(facts.allowed("cluster_storage_types")),
            fix='write storage_type = "gp3"',
            constraint="C08",
        )
    if cluster.storage_type != "gp3" and (cluster.iops is None or storage_gb < _PROVISIONED_GB):
        raise refusal(
            f"database.cluster.storage_type is {cluster.storage_type} with storage_gb {storage_gb} and iops {cluster.iops}",
            allowed=f"{_PROVISIONED_GB} GiB or more, and iops",
            fix=f"write storage_gb = {max(storage_gb, _PROVISIONED_GB)} and cluster.iops = {_PROVISIONED_IOPS[0]},"
            ' or storage_type = "gp3"',
            constraint="C45",
        )
    iops = cluster.provisioned_iops(storage_gb)
    lowest, highest = _range(storage_gb, cluster.storage_type)
    if not lowest <= iops <= highest:
        raise refusal(
            f"database.cluster.iops is {iops} with {cluster.storage_type} of {storage_gb} GiB",
            allowed=f"{lowest}" if lowest == highest else f"{lowest} to {highest}",
            fix=f"write cluster.iops = {lowest}",
            constraint="C15" if cluster.storage_type == "gp3" else "C45",
        )
    if iops < _half(storage_gb) or iops > storage_gb * _HIGHEST_RATIO:
        raise refusal(
            f"database.cluster.iops is {iops} with storage_gb {storage_gb}",
            allowed=f"{_half(storage_gb)} to {storage_gb * _HIGHEST_RATIO}: 0.5 to {_HIGHEST_RATIO} for each GiB",
            fix=f"write storage_gb = {-(-iops // _HIGHEST_RATIO)}"
            if iops > storage_gb * _HIGHEST_RATIO
            else f"write cluster.iops = {_half(storage_gb)}",
            constraint="C44",
        )


def check_cluster_region(instance_class: str, region: str, zones: tuple[str, ...]) -> None:
    """Refuse a cluster where RDS has none of its class, or that has too few zones.

    Raises:
        ValueError: for a class that clusters do not have there (C08), or fewer than three zones (C43).
    """
    classes = facts.rds_cluster_classes(region)
    if not classes:
        raise refusal(
            f"RDS has no Multi-AZ clusters of PostgreSQL in {region}",
            allowed="an instance, with or without a standby",
            fix="take database.cluster out",
            constraint="C08",
        )
    if instance_class not in classes:
        close = facts.similar(instance_class, classes)
        raise refusal(
            f"Multi-AZ clusters of PostgreSQL have no {instance_class} in {region}",
            allowed=", ".join(sorted({name.rpartition(".")[0] for name in classes}))
            + f"; close to it: {', '.join(close) or 'none'}",
            fix=f'write instance_class = "{close[0]}"' if close else "choose a class of the region",
            constraint="C08",
        )
    if len(zones) < ZONES:
        raise refusal(
            f"availability_zones names {len(zones)} with database.cluster",
            allowed=f"{ZONES} or more: the writer and each reader get a zone of their own",
            fix=f"name {ZONES} of {', '.join(facts.zones(region) or ())}",
            constraint="C43",
        )


def _range(storage_gb: int, storage_type: str) -> tuple[int, int]:
    """The fewest and the most IOPS of a storage type."""
    if storage_type != "gp3":
        return _PROVISIONED_IOPS
    return (_SMALL_GP3_IOPS, _SMALL_GP3_IOPS) if storage_gb < LARGE_GB else _LARGE_GP3_IOPS


def _half(storage_gb: int) -> int:
    """The fewest IOPS for a storage (C44)."""
    return -(-storage_gb // 2)
