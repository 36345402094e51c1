"""Drift as one HTML page: the page of a review, with what drifted in the place of what is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operations.drift.findings import Severity
from operations.drift.report import accepted, gone, pending, since, then, what
from operations.plans.secrecy import REDACTED
from operations.review import html_page
from operations.review.classes import RISK_FIRST, Class
from operations.review.json_report import SCHEMA_VERSION, reason_of, resources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.drift.findings import Checked, Drifted, Finding
    from operations.drift.report import Report


def page(report: Report) -> str:
    """The page."""
    return html_page.render(report.title, document(report))


def document(report: Report) -> dict[str, Any]:
    """What the page shows: in the form of a review, with notes on each resource."""
    notes = [*report.notes, *(note for system in report.systems for note in system.notes)]
    told = [f"{system}: {line}" for system in report.systems if (line := pending(system))]
    errors = [f"{system} could not be checked: {system.error}" for system in report.systems if system.error]
    went = [
        f"{system}: gone since the last look: {line}" for system in report.systems for line in gone(system)
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "title": report.title,
        "sides": ["Recorded", "Real"],
        "verdict": {
            "passed": report.exit_code == 0,
            "exit_code": report.exit_code,
            "text": report.verdict,
            "blocked": [],
            "waived": [],
            "notes": [*errors, *told, *went, *notes],
        },
        "plans": [_plan(system) for system in report.systems],
    }


def _plan(system: Checked) -> dict[str, Any]:
    changes = [_change(system, finding) for finding in system.findings]
    topology = system.pending.topology if system.pending else ()
    classes = {change["address"]: change["class"] for change in changes}
    return {
        "stack": str(system),
        "hash": None,
        "terraform_version": system.pending.terraform_version if system.pending else None,
        "counts": {
            class_.slug: sum(change["class"] == class_.slug for change in changes) for class_ in RISK_FIRST
        },
        "unchanged": max(0, len(topology) - len(changes)),
        "changes": changes,
        "outputs": [],
        "drifted": [],
        "resources": resources(topology, classes),
    }


def _change(system: Checked, finding: Finding) -> dict[str, Any]:
    worst = max((reason.class_ for reason in finding.reasons), default=Class.NOTHING)
    by_action = Class.REMOVES if finding.gone else Class.UPDATES
    return {
        "address": finding.address,
        "previous_address": None,
        "type": finding.type,
        "done": what(finding),
        "actions": ["delete" if finding.gone else "update"],
        "class": max(worst, by_action).slug,
        "blocked": finding.alarm is Severity.SECURITY,
        "waiver": None,
        "reasons": [reason_of(reason) for reason in finding.reasons],
        "why": [],
        "notes": [*_notes(system, finding)]
        + [{"text": f"Undoing it: {reason}", "command": None, "good": False} for reason in finding.undoing],
        "attributes": [_difference(attribute) for attribute in finding.attributes if attribute.path],
        "rename": None,
        "imported": None,
        "deposed": None,
    }


def _notes(system: Checked, finding: Finding) -> Iterator[dict[str, Any]]:
    """What is to be known of the attributes; of those of which the same is, at once."""
    found: dict[tuple[str, str | None, bool], list[str]] = {}
    for attribute in finding.attributes:
        words = [since(system, finding, attribute), accepted(attribute), then(attribute)]
        text = "; ".join(word for word in words if word) + (":" if attribute.command else "")
        key = text, attribute.command, attribute.accepted is not None
        found.setdefault(key, []).extend([attribute.name] if attribute.path else [])
    for (text, command, good), names in found.items():
        yield {
            "text": f"{', '.join(names)}: {text}" if names else text,
            "command": command,
            "good": good,
        }


def _difference(attribute: Drifted) -> dict[str, Any]:
    return {
        "path": attribute.name,
        "before": attribute.before,
        "after": attribute.after,
        "unknown": False,
        "sensitive": REDACTED in (attribute.before, attribute.after),
    }
