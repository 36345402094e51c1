"""Packs: which rules there are, which controls each serves, and which check decides it. Data: ``packs/*.tsv``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations.compliance import facts

if TYPE_CHECKING:
    from collections.abc import Sequence

_NONE = "-"


class DecidedBy(Enum):
    """What can decide a rule.

    Attributes:
        CONFIGURATION: a check on what is configured.
        ACCOUNT: only a running account.
        OTHER_SERVICES: nothing here; it is about services that Holdfast has no checks for.
    """

    CONFIGURATION = "configuration"
    ACCOUNT = "account"
    OTHER_SERVICES = "other services"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of a pack.

    Attributes:
        id: its name in the pack.
        pack: the pack.
        decided_by: what can decide it.
        check: the check that decides it by the configuration; empty when none can.
        services: Terraform types that it is about, when Holdfast has no check for it.
        controls: controls of NIST SP 800-53 r5 that it serves, such as ``AC-2(4)``.
        title: what it asks for.
    """

    id: str
    pack: str
    decided_by: DecidedBy
    check: str
    services: Sequence[str]
    controls: Sequence[str]
    title: str

    @property
    def families(self) -> Sequence[str]:
        """The families of its controls: ``AC``, ``SC``."""
        return tuple(dict.fromkeys(control.partition("-")[0] for control in self.controls))


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A pack.

    Attributes:
        name: what ``--pack`` calls it.
        title: what it is.
        source: where its rules come from.
        date: day of that, ISO 8601.
        rules: its rules.
    """

    name: str
    title: str
    source: str
    date: str
    rules: Sequence[Rule]


def names() -> Sequence[str]:
    """The names of all packs."""
    return tuple(_TITLES)


_TITLES = {
    "fedramp-moderate": "AWS Config conformance pack for FedRAMP Moderate",
    "security-hub": "AWS Security Hub controls for NIST SP 800-53 r5",
    "holdfast": "What Holdfast promises beyond both",
}


def chosen(wanted: Sequence[str]) -> Sequence[Pack]:
    """The packs with some names; all of them when none is named.

    Raises:
        Problem: there is no such pack.
    """
    unknown = [name for name in wanted if name not in _TITLES]
    if unknown:
        raise Problem(
            "there is no such pack",
            given=", ".join(unknown),
            allowed=", ".join(_TITLES),
            fix="name one of them",
        )
    return tuple(load(name) for name in dict.fromkeys(wanted or _TITLES))


@lru_cache
def load(name: str) -> Pack:
    """A pack by its name."""
    file = facts.FOLDER / f"{name}.tsv"
    comments = [
        line.removeprefix("# ")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    ]
    said = dict(line.split(": ", maxsplit=1) for line in comments if ": " in line)
    return Pack(
        name=name,
        title=_TITLES[name],
        source=said["source"].partition(";")[0],
        date=said["date"],
        rules=tuple(
            Rule(
                id=row["rule"],
                pack=name,
                decided_by=DecidedBy(row["decided_by"]),
                check="" if row["check"] == _NONE else row["check"],
                services=() if row["services"] == _NONE else tuple(row["services"].split()),
                controls=() if row["controls"] == _NONE else tuple(row["controls"].split()),
                title=row["title"],
            )
            for row in facts.rows(file)
        ),
    )
