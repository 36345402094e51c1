"""What every report tells: the plans, the gate, and the few sentences that all formats share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.plans.differences import path_text
from operations.plans.model import Action
from operations.review.classes import Class
from operations.review.waivers import LONGEST, Waiver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.plans.differences import Difference
    from operations.review.classification import Reviewed, ReviewedPlan
    from operations.review.gate import Gate

_DONE = {
    Action.NOTHING: "unchanged",
    Action.READ: "read",
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.FORGET: "no longer managed",
    Action.REPLACE: "deleted, then created again",
    Action.REPLACE_AFTER: "created again, then deleted",
    Action.REPLACE_AND_FORGET: "created again; the old one is no longer managed",
}
_TAGS = "tags_all"


@dataclass(frozen=True, kw_only=True)
class Report:
    """A review, ready to be told.

    Attributes:
        plans: what was reviewed.
        gate: what passes.
        label: what the plans are of, such as an environment; empty: it needs no telling.
    """

    plans: Sequence[ReviewedPlan]
    gate: Gate
    label: str = ""

    def changes(self, class_: Class) -> Iterator[tuple[ReviewedPlan, Reviewed]]:
        """The changes of a class, in all plans."""
        for plan in self.plans:
            for change in plan.changes:
                if change.class_ is class_:
                    yield plan, change

    def count(self, class_: Class) -> int:
        """How many changes are of a class."""
        return sum(plan.count(class_) for plan in self.plans)

    @property
    def title(self) -> str:
        """What is told, before the outcome."""
        return f"Plan review of {self.label}" if self.label else "Plan review"

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        blocked, waived = len(self.gate.blocked), len(self.gate.waived)
        if blocked:
            need = "change needs" if blocked == 1 else "changes need"
            return f"{blocked} {need} a waiver"
        if waived:
            return f"{waived} dangerous {'change is' if waived == 1 else 'changes are'} waived; nothing else is in the way"
        if any(plan.changes or plan.outputs for plan in self.plans):
            return "nothing destroys data or weakens protection"
        return "no changes"


def done(change: Reviewed) -> str:
    """What is done to a resource, in a word or two: ``updated``, ``moved``."""
    parts = [] if change.action is Action.NOTHING else [_DONE[change.action]]
    if change.previous_address is not None:
        parts.append(f"moved from {change.previous_address}")
    if change.imported is not None:
        parts.append(f"imported ({change.imported})")
    return ", ".join(parts) or _DONE[change.action]


def telling(change: Reviewed) -> list[Difference]:
    """The differences that a reader wants: without what AWS only decides anew, and without tags said twice."""
    if change.action in {Action.CREATE, Action.DELETE, Action.FORGET}:
        return []
    tags = {difference.path[1:] for difference in change.differences if difference.path[:1] == ("tags",)}
    return [
        difference
        for difference in change.differences
        if not (difference.unknown and (change.action.replaces or difference.before is None))
        and not (difference.path[:1] == (_TAGS,) and difference.path[1:] in tags)
        and not (change.action.replaces and difference.after is None and not difference.unknown)
    ]


def untold(change: Reviewed) -> int:
    """How many differences `telling` leaves out of a change in place or a replacement."""
    if change.action in {Action.CREATE, Action.DELETE, Action.FORGET}:
        return 0
    return len(change.differences) - len(telling(change))


def changed_names(change: Reviewed) -> str:
    """The attributes that change, by their first names: ``engine, tags``."""
    return ", ".join(dict.fromkeys(path_text(difference.path[:1]) for difference in telling(change)))


def move_hint(change: Reviewed) -> str | None:
    """One sentence about a probable rename."""
    rename = change.rename
    if rename is None:
        return None
    if change.action is Action.DELETE:
        return f"probably only renamed to {rename.new}: a move keeps it"
    return f"probably {rename.old} under a new name: a move keeps it"


def waiver_text(plan: ReviewedPlan, change: Reviewed) -> str:
    """What to write to accept a change, in TOML."""
    return (
        "[[waiver]]\n"
        f'address = "{_toml(change.address)}"\n'
        f'plan = "{plan.digest}"\n'
        'reason = "..."\n'
        f"expires = ...  # {LONGEST.days} days from now at most"
    )


def waived_text(waiver: Waiver) -> str:
    """What is said of a change that is accepted."""
    return f"waived until {waiver.expires}: {waiver.reason}"


def _toml(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
