"""Drift as SARIF 2.1.0: one result for each attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operations.drift.findings import Severity
from operations.drift.report import then, what
from operations.review.subject import value_text
from operations.sarif import Result, Rule, log

if TYPE_CHECKING:
    from operations.drift.findings import Checked, Drifted, Finding
    from operations.drift.report import Report

_RULES = {
    Severity.SECURITY: Rule(
        id="drift/security",
        name="SecurityDrift",
        title="Drift that weakens protection",
        meaning="Something that protects data or service is weaker than it is recorded, or is gone; or something was "
        "added by hand that lets others in.",
        level="error",
        severity="8.0",
        tags=("security", "drift"),
    ),
    Severity.DRIFT: Rule(
        id="drift/changed",
        name="Drift",
        title="Drift",
        meaning="Something is not as it is recorded, and nothing is known that would be weaker for it.",
        level="warning",
        severity="3.0",
        tags=("drift",),
    ),
}


def document(report: Report) -> dict[str, Any]:
    """The report as a SARIF log."""
    told = [
        (system, finding, attribute)
        for system in report.systems
        for finding in system.findings
        for attribute in finding.attributes
    ]
    told.sort(key=lambda entry: -entry[2].severity)
    return log("holdfast drift", [_result(*entry) for entry in told])


def _result(system: Checked, finding: Finding, attribute: Drifted) -> Result:
    reasons = [
        str(reason)
        for reason in finding.reasons
        if reason.path is None or not attribute.path or reason.path[0] == attribute.path[0]
    ]
    values = f"{attribute.name} {value_text(attribute.before)} → {value_text(attribute.after)}"
    command = f": {attribute.command}" if attribute.command else ""
    parts = [
        *(reasons if attribute.severity is Severity.SECURITY else ()),
        *([values] if attribute.path else ()),
    ]
    return Result(
        rule=_RULES[attribute.severity],
        text=f"({what(finding)}): {'; '.join([*parts, then(attribute)])}{command}",
        stack=str(system),
        address=finding.address,
        identity=(attribute.name,),
        accepted=attribute.accepted.reason if attribute.accepted else None,
    )
