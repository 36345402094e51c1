"""What a change means to those who depend on it, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.plans.model import Path


class Class(IntEnum):
    """What a change means; the highest that applies counts."""

    NOTHING = 0
    MOVES = 1
    ADDS = 2
    UPDATES = 3
    REMOVES = 4
    REPLACES = 5
    INTERRUPTS_SERVICE = 6
    WEAKENS_PROTECTION = 7
    DESTROYS_DATA = 8

    @property
    def slug(self) -> str:
        """Its name in files: ``destroys-data``."""
        return self.name.lower().replace("_", "-")

    @property
    def title(self) -> str:
        """Its name in sentences and headings."""
        return {Class.MOVES: "Moves or imports", Class.NOTHING: "No change"}.get(
            self, self.name.replace("_", " ").capitalize()
        )

    @property
    def gated(self) -> bool:
        """Whether it needs a waiver."""
        return self >= Class.WEAKENS_PROTECTION

    @property
    def dangerous(self) -> bool:
        """Whether a reviewer must see it, whatever else is left out."""
        return self >= Class.INTERRUPTS_SERVICE


RISK_FIRST = tuple(sorted((class_ for class_ in Class if class_), reverse=True))
"""The classes of what happens, the worst first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a change is of a class.

    Attributes:
        class_: the class that it makes it.
        rule: name of the rule, ``stateful-resource``.
        text: what happens, in one sentence without a full stop.
        detail: the values, or whatever else comes from the plan, without secrets.
        path: the attribute that it is about.
        source: where AWS says so.
    """

    class_: Class
    rule: str
    text: str
    detail: str | None = None
    path: Path | None = None
    source: str | None = None

    def __str__(self) -> str:
        return f"{self.text}: {self.detail}" if self.detail else self.text
