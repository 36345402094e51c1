"""Facts about AWS that settings are checked against: dated data files, their sources, and typed lookups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FOLDER = Path(__file__).parent

_BYTES_PER_CONNECTION = 9531392
_MOST_DEFAULT_CONNECTIONS = 5000


@dataclass(frozen=True)
class Constraint:
    """A rule of AWS.

    Args:
        id: ``C01`` and so on; error messages name it.
        rule: the rule in one sentence.
        source: where AWS, or a tool that follows AWS, states it.
    """

    id: str
    rule: str
    source: str


def read_table(name: str, folder: Path = FOLDER) -> list[dict[str, str]]:
    """Return the rows of a data file; lines that start with ``#`` say where it comes from and when."""
    lines = [
        line for line in (folder / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    columns, *rows = (line.split("\t") for line in lines)
    return [dict(zip(columns, row, strict=True)) for row in rows]


@cache
def constraints() -> Mapping[str, Constraint]:
    """Return the rules that settings are checked against, by id."""
    return {
        row["id"]: Constraint(row["id"], row["rule"], row["source"]) for row in read_table("constraints.tsv")
    }


@cache
def _by_region(name: str, column: str) -> Mapping[str, tuple[str, ...]]:
    """What a data file has for each region, sorted."""
    found: dict[str, list[str]] = {}
    for row in read_table(name):
        found.setdefault(row["region"], []).append(row[column])
    return {region: tuple(sorted(values)) for region, values in found.items()}


def _zones() -> Mapping[str, tuple[str, ...]]:
    return _by_region("availability_zones.tsv", "zone")


def regions() -> tuple[str, ...]:
    """Return the regions whose zones are known."""
    return tuple(sorted(_zones()))


def other_regions(region: str) -> tuple[str, ...]:
    """Return the other regions of a region's partition: data and keys cross no border between partitions."""

    def partition(name: str) -> str:
        return next((prefix for prefix in ("cn-", "us-gov-") if name.startswith(prefix)), "")

    return tuple(name for name in regions() if name != region and partition(name) == partition(region))


def zones(region: str) -> tuple[str, ...] | None:
    """Return the availability zones of a region; ``None`` when the region is not known."""
    return _zones().get(region)


def automated_backup_regions(region: str) -> tuple[str, ...]:
    """Return the regions to which RDS replicates the automated backups of a region; none that is not known."""
    return _by_region("automated_backup_regions.tsv", "destination").get(region, ())


@cache
def _classes() -> Mapping[tuple[str, str], frozenset[str]]:
    by_offer: dict[tuple[str, str], set[str]] = {}
    for row in read_table("rds_classes.tsv"):
        by_offer.setdefault((row["region"], row["engine"]), set()).add(row["class"])
    return {offer: frozenset(classes) for offer, classes in by_offer.items()}


def rds_classes(region: str, engine: str) -> frozenset[str] | None:
    """Return the RDS instance classes of an engine in a region; ``None`` when there is no data.

    There is data for the engine ``postgres``.
    """
    return _classes().get((region, engine))


@cache
def _cluster_classes() -> Mapping[str, frozenset[str]]:
    by_region: dict[str, set[str]] = {}
    for row in read_table("rds_cluster_classes.tsv"):
        by_region.setdefault(row["region"], set()).add(row["class"])
    return {region: frozenset(classes) for region, classes in by_region.items()}


def rds_cluster_classes(region: str) -> frozenset[str]:
    """Return the classes of Multi-AZ clusters of PostgreSQL in a region; none where RDS offers no such clusters."""
    return _cluster_classes().get(region, frozenset())


@cache
def _memory() -> Mapping[str, int]:
    return {row["class"]: int(row["memory_mib"]) for row in read_table("rds_class_memory.tsv")}


def class_memory_mib(db_class: str) -> int | None:
    """Return the memory of an RDS instance class in MiB; ``None`` when it is not known."""
    return _memory().get(db_class)


def class_like(name: str) -> str | None:
    """Return the RDS instance class that somebody who wrote this probably means; ``None`` when none is near."""
    return next(iter(get_close_matches(name, _memory(), n=1, cutoff=0.8)), None)


def default_max_connections(db_class: str) -> int | None:
    """Return PostgreSQL's default ``max_connections`` for a class; ``None`` when its memory is not known.

    The formula is ``LEAST({DBInstanceClassMemory/9531392}, 5000)`` (RDS user guide, CHAP_Limits, 2026-11), here
    with the nominal memory of the class; RDS keeps some of it for itself, so its own number is a little lower
    (about 5 % for a class of 8 GiB).
    """
    memory = class_memory_mib(db_class)
    return (
        None
        if memory is None
        else min(memory * 1024 * 1024 // _BYTES_PER_CONNECTION, _MOST_DEFAULT_CONNECTIONS)
    )


@cache
def _postgres() -> Mapping[str, str]:
    return {row["version"]: row["status"] for row in read_table("postgres_versions.tsv")}


def postgres_versions() -> tuple[str, ...]:
    """Return every PostgreSQL minor version that RDS has or had, oldest first."""
    return tuple(_postgres())


def latest_minor(major: str) -> str | None:
    """Return the newest live minor of a major version; ``None`` when it has none."""
    live = [
        version
        for version, status in _postgres().items()
        if version.split(".")[0] == major and status == "live"
    ]
    return live[-1] if live else None


def is_deprecated(version: str) -> bool:
    """Tell whether RDS refuses new databases of a version; a major is deprecated when all its minors are."""
    if "." in version:
        return _postgres().get(version) == "deprecated"
    known = any(minor.split(".")[0] == version for minor in _postgres())
    return known and latest_minor(version) is None


@cache
def _standard_support() -> Mapping[str, date]:
    return {row["major"]: date.fromisoformat(row["ends"]) for row in read_table("postgres_support.tsv")}


def end_of_standard_support(major: str) -> date | None:
    """Return the day on which RDS's standard support of a PostgreSQL major ends; ``None`` if not known.

    After it RDS enrols a database in paid Extended Support, or upgrades it where that is turned off (C42).
    """
    return _standard_support().get(major)


@cache
def needs_extended_support(major: str) -> bool:
    """Tell whether a PostgreSQL major was past standard support when the data file was written: on its date, not today, so
    that the same files always give the same answer.
    """
    ends = end_of_standard_support(major)
    return ends is not None and ends < _date("postgres_support.tsv")


def _date(name: str, folder: Path = FOLDER) -> date:
    """The date of a data file."""
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return next(
        date.fromisoformat(line.removeprefix("# date: ")) for line in lines if line.startswith("# date: ")
    )


@cache
def allowed(name: str) -> tuple[str, ...]:
    """Return the values that AWS accepts for an enumeration of ``enums.tsv``, in their order.

    Raises:
        LookupError: when there is no such enumeration.
    """
    values = tuple(row["value"] for row in read_table("enums.tsv") if row["name"] == name)
    if not values:
        raise LookupError(f"enums.tsv has no {name}")
    return values


def similar(value: str, candidates: Collection[str]) -> tuple[str, ...]:
    """Return up to three candidates that are written like ``value``, the closest first."""
    return tuple(get_close_matches(value, sorted(candidates), n=3, cutoff=0.5))
