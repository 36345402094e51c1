"""Writes the data files that come from installed packages anew: ``python -m modules.facts.refresh``.

The files are committed, so that a build needs neither these packages nor a network; review the difference.
"""

from __future__ import annotations

import gzip
import importlib.metadata
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from modules.facts import FOLDER, read_table


def main() -> None:
    """Write every data file that has an installed source."""
    _write(
        "availability_zones.tsv",
        f"moto {_version('moto')}: moto/ec2/models/availability_zones_and_regions.py",
        ("region", "zone"),
        _zones(),
    )
    _write(
        "rds_class_memory.tsv",
        f"moto {_version('moto')}: moto/ec2/resources/instance_types.json.gz (EC2 DescribeInstanceTypes);"
        " an RDS class has the memory of the instance type in its name",
        ("class", "memory_mib"),
        _memory(),
    )
    _write(
        "postgres_versions.tsv",
        f"cfn-lint {_version('cfn-lint')}: aws_rds_dbinstance/engine_version.json, engine_version_deprecated.json",
        ("version", "status"),
        _versions(),
    )


def _version(distribution: str) -> str:
    return importlib.metadata.version(distribution)


def _write(name: str, source: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [f"# source: {source}", f"# date: {datetime.now(UTC).date()}", "\t".join(columns)]
    lines += ["\t".join(row) for row in rows]
    (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def _zones() -> list[tuple[str, str]]:
    from moto.ec2.models.availability_zones_and_regions import (  # type: ignore[import-untyped] # noqa: PLC0415
        RegionsAndZonesBackend,
    )

    return sorted((region, zone.name) for region, zones in RegionsAndZonesBackend.zones.items() for zone in zones)


def _memory() -> list[tuple[str, str]]:
    packed = files("moto") / "ec2" / "resources" / "instance_types.json.gz"
    types = json.loads(gzip.decompress(packed.read_bytes()))
    classes = sorted({row["class"] for row in read_table("rds_classes.tsv")})
    found = []
    for db_class in classes:
        described = types.get(".".join(db_class.split(".")[1:3]))
        if described is not None:
            found.append((db_class, str(described["MemoryInfo"]["SizeInMiB"])))
    return found


def _versions() -> list[tuple[str, str]]:
    folder = Path(str(files("cfnlint"))) / "data" / "schemas" / "extensions" / "aws_rds_dbinstance"
    known = _postgres_enum(folder / "engine_version.json", "then")
    deprecated = set(_postgres_enum(folder / "engine_version_deprecated.json", "if"))
    minors = [version for version in known if version.count(".") == 1 and version.replace(".", "").isdigit()]
    minors.sort(key=lambda version: tuple(map(int, version.split("."))))
    return [(version, "deprecated" if version in deprecated else "live") for version in minors]


def _postgres_enum(path: Path, where: str) -> list[str]:
    for rule in json.loads(path.read_text(encoding="utf-8"))["allOf"]:
        if rule["if"]["properties"].get("Engine", {}).get("const") == "postgres":
            return list(rule[where]["properties"]["EngineVersion"]["enum"])
    raise LookupError(f"{path.name} has no rule for postgres")


if __name__ == "__main__":
    main()
