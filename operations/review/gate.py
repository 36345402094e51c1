"""The gate: what destroys data or weakens protection does not pass without a waiver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from operations.review.classification import Reviewed, ReviewedPlan
    from operations.review.waivers import Waiver

EXIT_CODE = 3
"""Process exit code when something does not pass."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What became of one change at the gate.

    Attributes:
        plan: the plan that it is in.
        change: the change.
        waiver: what lets it pass; None: nothing does.
    """

    plan: ReviewedPlan
    change: Reviewed
    waiver: Waiver | None


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The outcome.

    Attributes:
        blocked: changes that do not pass.
        waived: changes that pass because of a waiver.
        notes: what is to be said of the waivers themselves.
    """

    blocked: tuple[Decision, ...]
    waived: tuple[Decision, ...]
    notes: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything passes."""
        return not self.blocked

    @property
    def exit_code(self) -> int:
        """0, or `EXIT_CODE`."""
        return 0 if self.passed else EXIT_CODE

    def waiver_of(self, plan: ReviewedPlan, change: Reviewed) -> Waiver | None:
        """The waiver that lets a change pass."""
        found = (
            decision.waiver for decision in self.waived if decision.plan is plan and decision.change is change
        )
        return next(found, None)


def decide(plans: Sequence[ReviewedPlan], waivers: Sequence[Waiver], *, today: date) -> Gate:
    """Decide what passes.

    Args:
        plans: what was reviewed.
        waivers: what is accepted.
        today: the day on which waivers must not have expired.
    """
    valid = [waiver for waiver in waivers if waiver.expires >= today]
    decisions = [
        Decision(
            plan=plan,
            change=change,
            waiver=next((waiver for waiver in valid if waiver.covers(change.address, plan.digest)), None),
        )
        for plan in plans
        for change in plan.changes
        if change.class_.gated
    ]
    return Gate(
        blocked=tuple(decision for decision in decisions if decision.waiver is None),
        waived=tuple(decision for decision in decisions if decision.waiver is not None),
        notes=tuple(note for waiver in waivers for note in _notes(waiver, plans, decisions, today)),
    )


def _notes(
    waiver: Waiver, plans: Sequence[ReviewedPlan], decisions: Sequence[Decision], today: date
) -> Iterator[str]:
    """What is to be said of a waiver: nothing, when it is needed and valid."""
    if waiver.expires < today:
        yield f"the waiver for {waiver.address} expired on {waiver.expires}"
    at_gate = [decision for decision in decisions if decision.change.address == waiver.address]
    if any(decision.plan.digest == waiver.plan for decision in at_gate):
        return
    if at_gate:
        now = " or ".join(sorted({decision.plan.digest for decision in at_gate}))
        yield f"the waiver for {waiver.address} is for another plan: {waiver.plan}; what is planned now is {now}"
    elif any(plan.digest == waiver.plan for plan in plans):
        yield f"the waiver for {waiver.address} has nothing to accept in its plan: take it out"
    else:
        yield f"the waiver for {waiver.address} is for none of these plans: take it out once its plan is applied"
