"""The rules that are data: ``rules/*.tsv``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from operations.review.protects import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operations.review.protects import Protects

FOLDER = Path(__file__).with_name("rules")
_EVERY_TYPE = "*"
_NONE = "-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Protection:
    """An attribute that protects.

    Attributes:
        attribute: its path; lists on the way are gone through.
        protects: which values protect more.
        weaker: what it means when it protects less.
        source: where that comes from.
    """

    attribute: tuple[str, ...]
    protects: Protects
    weaker: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Interruption:
    """An attribute whose change interrupts service.

    Attributes:
        attribute: its path; lists on the way are gone through.
        when: ``window``, ``now``, ``reboot`` or ``zero``.
        what: how service is interrupted.
        source: where AWS says so.
    """

    attribute: tuple[str, ...]
    when: str
    what: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A type whose objects are parts of others.

    Attributes:
        whole: the argument that names what it is part of; None: the account.
        allows: what its addition alone allows; None: that depends on what is in it.
    """

    whole: str | None
    allows: str | None


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a table, by the names of its columns."""
    lines = (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    header, *found = [line.split("\t") for line in lines if not line.startswith("#")]
    return [dict(zip(header, row, strict=True)) for row in found]


@lru_cache
def guards() -> Mapping[str, str]:
    """By type: what protects something else."""
    return {row["type"]: row["protects"] for row in rows("guards")}


@lru_cache
def serving() -> Mapping[str, str]:
    """By type: what happens to others without it."""
    return {row["type"]: row["without_it"] for row in rows("serving")}


@lru_cache
def parts() -> Mapping[str, Part]:
    """By type: what its objects are part of."""
    return {
        row["type"]: Part(
            whole=None if row["whole"] == _NONE else row["whole"],
            allows=None if row["allows"] == _NONE else row["allows"],
        )
        for row in rows("parts")
    }


@lru_cache
def protections(type_: str) -> Sequence[Protection]:
    """The attributes of a type that protect."""
    by_type = _protections()
    return (*by_type[_EVERY_TYPE], *by_type.get(type_, ()))


@lru_cache
def _protections() -> Mapping[str, Sequence[Protection]]:
    found: dict[str, list[Protection]] = defaultdict(list)
    for row in rows("protections"):
        found[row["type"]].append(
            Protection(
                attribute=tuple(row["attribute"].split(".")),
                protects=parse(row["protects"]),
                weaker=row["weaker"],
                source=row["source"],
            )
        )
    return found


@lru_cache
def parameters() -> Mapping[str, Protection]:
    """By name: database parameters that protect."""
    return {
        row["parameter"]: Protection(
            attribute=("parameter", row["parameter"], "value"),
            protects=parse(row["protects"]),
            weaker=row["weaker"],
            source=row["source"],
        )
        for row in rows("parameters")
    }


@lru_cache
def volatile() -> Mapping[tuple[str, str], frozenset[str]]:
    """By type and attribute: what changes by itself, all the time, and the values that are told all the same."""
    return {
        (row["type"], row["attribute"]): frozenset(
            () if row["unless"] == _NONE else row["unless"].split(" or ")
        )
        for row in rows("volatile")
    }


@lru_cache
def interruptions() -> Mapping[str, Sequence[Interruption]]:
    """By type: attributes whose change interrupts service."""
    found: dict[str, list[Interruption]] = defaultdict(list)
    for row in rows("interruptions"):
        found[row["type"]].append(
            Interruption(
                attribute=tuple(row["attribute"].split(".")),
                when=row["when"],
                what=row["what"],
                source=row["source"],
            )
        )
    return found
