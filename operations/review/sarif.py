"""A review as SARIF 2.1.0: one result for each reason that a reviewer must see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operations.plans.differences import path_text
from operations.review.classes import Class, Reason
from operations.review.report import done
from operations.sarif import Result, Rule, log

if TYPE_CHECKING:
    from operations.review.classification import Reviewed, ReviewedPlan
    from operations.review.report import Report

_LEVELS = {
    Class.DESTROYS_DATA: "error",
    Class.WEAKENS_PROTECTION: "error",
    Class.INTERRUPTS_SERVICE: "warning",
}
_SEVERITIES = {
    Class.DESTROYS_DATA: "9.0",
    Class.WEAKENS_PROTECTION: "7.0",
    Class.INTERRUPTS_SERVICE: "4.0",
}
_MEANINGS = {
    Class.DESTROYS_DATA: "What holds data is deleted, replaced or no longer managed. The gate lets it pass with a waiver "
    "only, which names the address and the plan's hash, with a reason and a last day.",
    Class.WEAKENS_PROTECTION: "Something that protects data or service does so less than before, or may: what is known only "
    "after apply counts. The gate lets it pass with a waiver only, which names the address and the plan's hash, with a "
    "reason and a last day.",
    Class.INTERRUPTS_SERVICE: "Those who use it are interrupted: at once, in a maintenance window, or at the next reboot.",
}


def document(report: Report) -> dict[str, Any]:
    """The report as a SARIF log."""
    told = [
        (plan, change, reason)
        for plan in report.plans
        for change in plan.changes
        for reason in change.reasons
        if reason.class_ in _LEVELS
    ]
    told.sort(key=lambda entry: -entry[2].class_)
    return log("holdfast review", [_result(report, *entry) for entry in told])


def _rule(reason: Reason) -> Rule:
    name = reason.rule.replace("-", " ").capitalize()
    return Rule(
        id=f"{reason.class_.slug}/{reason.rule}",
        name="".join(word.capitalize() for word in reason.rule.split("-")),
        title=f"{reason.class_.title}: {name.lower()}",
        meaning=_MEANINGS[reason.class_],
        level=_LEVELS[reason.class_],
        severity=_SEVERITIES[reason.class_],
        tags=("security", reason.class_.slug),
    )


def _result(report: Report, plan: ReviewedPlan, change: Reviewed, reason: Reason) -> Result:
    waiver = report.gate.waiver_of(plan, change)
    return Result(
        rule=_rule(reason),
        text=f"({done(change)}): {reason}",
        stack=plan.stack,
        address=change.address,
        identity=("" if reason.path is None else path_text(reason.path), reason.detail or ""),
        accepted=waiver.reason if waiver is not None and reason.class_.gated else None,
    )
