"""Dated facts that rules need: ``packs/*.tsv`` that are not packs."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).with_name("packs")


def rows(file: Path) -> list[dict[str, str]]:
    """The rows of a table, by the names of its columns."""
    lines = file.read_text(encoding="utf-8").splitlines()
    header, *found = [line.split("\t") for line in lines if not line.startswith("#")]
    return [dict(zip(header, row, strict=True)) for row in found]


def can_be_narrowed(action: str) -> bool:
    """Whether a policy can name resources for an action; what is not known counts as one that can."""
    service, _, name = action.partition(":")
    return name not in _without_resources().get(service, frozenset())


@lru_cache
def _without_resources() -> Mapping[str, frozenset[str]]:
    return {
        row["service"]: frozenset(row["actions"].split())
        for row in rows(FOLDER / "actions-without-resources.tsv")
    }


@lru_cache
def lambda_runtimes() -> frozenset[str]:
    """Runtimes of Lambda that are supported."""
    return frozenset(row["runtime"] for row in rows(FOLDER / "lambda-runtimes.tsv"))
