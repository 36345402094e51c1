"""A report on drift as JSON, as ``report.schema.json`` beside this file describes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.drift.report import exit_code
from operations.review.json_report import reason_of

if TYPE_CHECKING:
    from operations.drift.findings import Checked, Drifted, Finding
    from operations.drift.report import Report
    from operations.review.classification import Reviewed

SCHEMA_VERSION = "1.0"
"""Of the report. The minor version grows when something is added, the major one when something changes or goes."""

SCHEMA = Path(__file__).with_name("report.schema.json")


def document(report: Report) -> dict[str, Any]:
    """The report as one object."""
    return {
        "schema_version": SCHEMA_VERSION,
        "title": report.title,
        "verdict": {"exit_code": report.exit_code, "text": report.verdict},
        "systems": [_system(system) for system in report.systems],
        "notes": list(report.notes),
    }


def _system(system: Checked) -> dict[str, Any]:
    watched = system.watched
    return {
        "stack": system.stack,
        "environment": system.environment,
        "outcome": system.outcome.name.lower().replace("_", "-"),
        "exit_code": exit_code(system),
        "error": system.error,
        "findings": [_finding(system, finding) for finding in system.findings],
        "pending": [_pending(change) for change in system.changes],
        "gone": None
        if watched is None
        else [
            {"address": seen.address, "path": seen.path, "first_seen": seen.first.isoformat()}
            for seen in watched.gone
        ],
        "notes": list(system.notes),
    }


def _finding(system: Checked, finding: Finding) -> dict[str, Any]:
    return {
        "address": finding.address,
        "type": finding.type,
        "gone": finding.gone,
        "severity": finding.severity.slug,
        "alarm": None if finding.alarm is None else finding.alarm.slug,
        "reasons": [reason_of(reason) for reason in finding.reasons],
        "attributes": [_attribute(system, finding, each) for each in finding.attributes],
        "undoing": [reason_of(reason) for reason in finding.undoing],
    }


def _attribute(system: Checked, finding: Finding, attribute: Drifted) -> dict[str, Any]:
    rule, watched = attribute.accepted, system.watched
    return {
        "path": attribute.name,
        "recorded": attribute.before,
        "real": attribute.after,
        "severity": attribute.severity.slug,
        "next_apply": attribute.apply.name.lower(),
        "command": attribute.command,
        "ignored": rule and {"reason": rule.reason, "expires": rule.expires.isoformat()},
        "first_seen": watched and watched.first[finding.address, attribute.name].isoformat(),
    }


def _pending(change: Reviewed) -> dict[str, Any]:
    return {"address": change.address, "class": change.class_.slug, "actions": list(change.action.value)}
