"""The manifest of an environment: where in Terraform's states the resources are that hold data.

One line each in ``environments/<name>.manifest``, sorted, so that a pull request shows what comes and what goes::

    citizen-data aws_db_instance.database_instance_D7FC2283 database/instance
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from environments import selection
from environments.problem import Problem

SUFFIX = ".manifest"

_HEADER = """\
# What holds data, by system, address in Terraform's state, and path of its construct.
# Synthesis refuses to lose one of these. Written by `holdfast manifest update`; docs/state.md says more.
"""
_ADDRESS = re.compile(r"\w+\.[\w-]+")
_PARTS = 3


@dataclass(frozen=True, kw_only=True, order=True)
class Entry:
    """A resource that holds data.

    Attributes:
        system: name of its system, ``citizen-data``.
        address: in the system's state, ``aws_db_instance.database_instance_D7FC2283``.
        path: of its construct in the system, ``database/instance``.
    """

    system: str
    address: str
    path: str

    @property
    def type(self) -> str:
        """Its resource type."""
        return self.address.partition(".")[0]


def file(environment: str, folder: Path = selection.FOLDER) -> Path:
    """The manifest's file of an environment."""
    return folder / f"{environment}{SUFFIX}"


def shown(path: Path) -> str:
    """A manifest's file as people name it."""
    return f"{path.parent.name}/{path.name}"


def read(path: Path, *, systems: Collection[str] = ()) -> list[Entry]:
    """The entries of a manifest; none when there is no file.

    Args:
        path: the manifest.
        systems: names of the systems that are asked for; none for all that it names.

    Raises:
        Problem: a line is not one of a manifest.
    """
    if not path.is_file():
        return []
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split(maxsplit=_PARTS - 1)
        if len(parts) != _PARTS or not _ADDRESS.fullmatch(parts[1]):
            raise Problem(
                f"{shown(path)}, line {number}: this is no line of a manifest",
                given=line,
                allowed="<system> <address> <path of the construct>",
                fix="bring the line back as it was: git diff shows it",
            )
        system, address, construct = parts
        entries.append(Entry(system=system, address=address, path=construct.strip()))
    return [entry for entry in entries if not systems or entry.system in systems]


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write a manifest, whole or not at all."""
    lines = sorted({f"{entry.system} {entry.address} {entry.path}\n" for entry in entries})
    draft = path.with_name(f"{path.name}.tmp")
    draft.write_text(f"{_HEADER}{''.join(lines)}", encoding="utf-8")
    draft.replace(path)


def merged(recorded: Iterable[Entry], synthesized: Collection[Entry]) -> list[Entry]:
    """What a manifest has to say: all that it said, and what is new.

    What is gone stays: it has moved, and as long as a state may have it at its old address, the move has to stay too.
    """
    known = {(entry.system, entry.address) for entry in synthesized}
    gone = [entry for entry in recorded if (entry.system, entry.address) not in known]
    return sorted([*gone, *synthesized])
