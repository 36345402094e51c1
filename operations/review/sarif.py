"""A review as SARIF 2.1.0, for code scanning: one result for each reason that a reviewer must see.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub, "SARIF support for code scanning"
(2026-11).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from operations.plans.differences import path_text
from operations.review.classes import Class, Reason
from operations.review.report import done

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.review.classification import Reviewed, ReviewedPlan
    from operations.review.report import Report

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

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
"""``security-severity`` by which GitHub sorts: critical from 9.0, high from 7.0, medium from 4.0."""

_MEANINGS = {
    Class.DESTROYS_DATA: "What holds data is deleted, replaced or no longer managed. The gate lets it pass with a waiver "
    "only, which names the address and the plan's hash, with a reason and a last day.",
    Class.WEAKENS_PROTECTION: "Something that protects data or service does so less than before, or may: what is known only "
    "after apply counts. The gate lets it pass with a waiver only, which names the address and the plan's hash, with a "
    "reason and a last day.",
    Class.INTERRUPTS_SERVICE: "Those who use it are interrupted: at once, in a maintenance window, or at the next reboot.",
}

_MANY = 5_000
"""Results that GitHub shows of one run; it takes the most severe."""


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
    rules = {_rule_id(reason): reason for _, _, reason in reversed(told)}
    ids = sorted(rules)
    return {
        "$schema": SCHEMA,
        "version": VERSION,
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "holdfast review",
                        "rules": [_rule(id_, rules[id_]) for id_ in ids],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(report, plan, change, reason, ids.index(_rule_id(reason)))
                    for plan, change, reason in told[:_MANY]
                ],
            }
        ],
    }


def _rule_id(reason: Reason) -> str:
    return f"{reason.class_.slug}/{reason.rule}"


def _rule(id_: str, reason: Reason) -> dict[str, Any]:
    name = reason.rule.replace("-", " ").capitalize()
    return {
        "id": id_,
        "name": "".join(word.capitalize() for word in reason.rule.split("-")),
        "shortDescription": {"text": f"{reason.class_.title}: {name.lower()}"},
        "fullDescription": {"text": _MEANINGS[reason.class_]},
        "help": {"text": _MEANINGS[reason.class_]},
        "defaultConfiguration": {"level": _LEVELS[reason.class_]},
        "properties": {
            "tags": ["security", reason.class_.slug],
            "security-severity": _SEVERITIES[reason.class_],
        },
    }


def _result(
    report: Report, plan: ReviewedPlan, change: Reviewed, reason: Reason, rule: int
) -> dict[str, Any]:
    address = f"{plan.stack}: {change.address}"
    path = "" if reason.path is None else path_text(reason.path)
    same = f"{plan.stack}\n{change.address}\n{_rule_id(reason)}\n{path}\n{reason.detail or ''}"
    result = {
        "ruleId": _rule_id(reason),
        "ruleIndex": rule,
        "level": _LEVELS[reason.class_],
        "message": {"text": f"{address} ({done(change)}): {reason}"},
        "locations": [
            {
                # GitHub wants a file. The plan's is in no repository; what is planned comes from the program.
                "physicalLocation": {
                    "artifactLocation": {"uri": "main.py"},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [
                    {"name": change.address, "fullyQualifiedName": address, "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"holdfast/v1": hashlib.sha256(same.encode()).hexdigest()},
    }
    suppressions = list(_suppressions(report, plan, change, reason))
    return {**result, "suppressions": suppressions} if suppressions else result


def _suppressions(
    report: Report, plan: ReviewedPlan, change: Reviewed, reason: Reason
) -> Iterator[dict[str, str]]:
    waiver = report.gate.waiver_of(plan, change)
    if waiver is not None and reason.class_.gated:
        yield {"kind": "external", "status": "accepted", "justification": waiver.reason}
