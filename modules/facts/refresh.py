"""Writes the data files that come from installed packages anew: ``python -m modules.facts.refresh``.

The files are committed, so that a build needs neither these packages nor a network; review the difference.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from modules.facts import FOLDER, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

Row = tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """Where a data file comes from.

    Args:
        distribution: installed package that has the facts.
        place: where in the package they are.
        columns: columns of the data file.
        rows: reads the facts, in the order of the data file.
    """

    distribution: str
    place: str
    columns: Row
    rows: Callable[[], Sequence[Row]]

    def text(self) -> str:
        """Give the data file's content as of today."""
        lines = [
            f"# source: {self.distribution} {importlib.metadata.version(self.distribution)}: {self.place}",
            f"# date: {datetime.now(UTC).date()}",
            *("\t".join(row) for row in (self.columns, *self.rows())),
        ]
        return "\n".join(lines) + "\n"


def outdated(folder: Path = FOLDER) -> list[str]:
    """Name the data files whose rows are no longer those of the installed packages."""
    return [
        name
        for name, source in SOURCES.items()
        if [tuple(row[column] for column in source.columns) for row in read_table(name, folder)]
        != list(source.rows())
    ]


def main(folder: Path = FOLDER) -> None:
    """Write every data file that is outdated; the others keep their dates."""
    for name in outdated(folder):
        (folder / name).write_text(SOURCES[name].text(), encoding="utf-8")


def _zones() -> list[Row]:
    from moto.ec2.models.availability_zones_and_regions import (  # noqa: PLC0415
        RegionsAndZonesBackend,
    )

    return sorted(
        (region, zone.name) for region, zones in RegionsAndZonesBackend.zones.items() for zone in zones
    )


def _rds_classes() -> list[Row]:
    return [
        (region, "postgres", name)
        for region, name in _classes(_cfn_lint("dbinstanceclass_enum.json"), "DBInstanceClass")
    ]


def _rds_cluster_classes() -> list[Row]:
    return _classes(
        _cfn_lint("dbclusterinstanceclass_enum.json", "aws_rds_dbcluster"), "DBClusterInstanceClass"
    )


def _classes(regions: dict[str, Any], name: str) -> list[Row]:
    """The classes that each region offers for PostgreSQL, of cfn-lint's rules for a property."""
    return sorted(
        {
            (region, found)
            for region, rules in regions.items()
            for rule in rules["allOf"]
            if _is_postgres(rule)
            for found in rule["then"]["properties"][name]["enum"]
        }
    )


def _memory() -> list[Row]:
    packed = files("moto") / "ec2" / "resources" / "instance_types.json.gz"
    types = json.loads(gzip.decompress(packed.read_bytes()))
    classes = sorted({row[-1] for row in (*_rds_classes(), *_rds_cluster_classes())})
    described = ((name, types.get(".".join(name.split(".")[1:3]))) for name in classes)
    return [(name, str(known["MemoryInfo"]["SizeInMiB"])) for name, known in described if known]


def _versions() -> list[Row]:
    known = _postgres_enum("engine_version.json", "then")
    deprecated = set(_postgres_enum("engine_version_deprecated.json", "if"))
    minors = [version for version in known if version.count(".") == 1 and version.replace(".", "").isdigit()]
    minors.sort(key=lambda version: tuple(map(int, version.split("."))))
    return [(version, "deprecated" if version in deprecated else "live") for version in minors]


def _postgres_enum(name: str, where: str) -> list[str]:
    for rule in _cfn_lint(name)["allOf"]:
        if _is_postgres(rule):
            return list(rule[where]["properties"]["EngineVersion"]["enum"])
    raise LookupError(f"{name} has no rule for postgres")


def _is_postgres(rule: dict[str, Any]) -> bool:
    return bool(rule["if"]["properties"].get("Engine", {}).get("const") == "postgres")


def _cfn_lint(name: str, kind: str = "aws_rds_dbinstance") -> dict[str, Any]:
    folder = files("cfnlint") / "data" / "schemas" / "extensions" / kind
    content: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return content


SOURCES = {
    "availability_zones.tsv": Source(
        "moto", "moto/ec2/models/availability_zones_and_regions.py", ("region", "zone"), _zones
    ),
    "rds_classes.tsv": Source(
        "cfn-lint",
        "aws_rds_dbinstance/dbinstanceclass_enum.json",
        ("region", "engine", "class"),
        _rds_classes,
    ),
    "rds_cluster_classes.tsv": Source(
        "cfn-lint",
        "aws_rds_dbcluster/dbclusterinstanceclass_enum.json",
        ("region", "class"),
        _rds_cluster_classes,
    ),
    "rds_class_memory.tsv": Source(
        "moto",
        "moto/ec2/resources/instance_types.json.gz (EC2 DescribeInstanceTypes);"
        " an RDS class has the memory of the instance type in its name",
        ("class", "memory_mib"),
        _memory,
    ),
    "postgres_versions.tsv": Source(
        "cfn-lint",
        "aws_rds_dbinstance/engine_version.json, engine_version_deprecated.json",
        ("version", "status"),
        _versions,
    ),
}


if __name__ == "__main__":
    main()
