"""A review as JSON, as ``report.schema.json`` describes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from operations.plans.differences import path_text
from operations.review.classes import RISK_FIRST
from operations.review.names import group, short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operations.plans.differences import Difference
    from operations.review.classes import Reason
    from operations.review.classification import OutputReviewed, Reviewed, ReviewedPlan
    from operations.review.gate import Decision
    from operations.review.report import Report
    from operations.review.topology import Node

SCHEMA_VERSION = "1.0"
"""Of the report. The minor version grows when something is added, the major one when something changes or goes."""

SCHEMA = Path(__file__).with_name("report.schema.json")


def document(report: Report) -> dict[str, Any]:
    """The report as one object."""
    gate = report.gate
    return {
        "schema_version": SCHEMA_VERSION,
        "title": report.title,
        "verdict": {
            "passed": gate.passed,
            "exit_code": gate.exit_code,
            "text": report.verdict,
            "blocked": [_decision(decision) for decision in gate.blocked],
            "waived": [_decision(decision) for decision in gate.waived],
            "notes": list(gate.notes),
        },
        "plans": [_plan(report, plan) for plan in report.plans],
    }


def _decision(decision: Decision) -> dict[str, str]:
    return {"stack": decision.plan.stack, "address": decision.change.address}


def _plan(report: Report, plan: ReviewedPlan) -> dict[str, Any]:
    return {
        "stack": plan.stack,
        "hash": plan.digest,
        "terraform_version": plan.terraform_version,
        "counts": {class_.slug: plan.count(class_) for class_ in RISK_FIRST},
        "unchanged": plan.unchanged,
        "changes": [_change(report, plan, change) for change in plan.changes],
        "outputs": [_output(output) for output in plan.outputs],
        "drifted": list(plan.drifted),
        "resources": resources(
            plan.topology, {change.address: change.class_.slug for change in reversed(plan.changes)}
        ),
    }


def resources(topology: Sequence[Node], classes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The resources and who refers to whom.

    Args:
        topology: all resources.
        classes: by address, the class of what happens.
    """
    return [
        {
            "address": node.address,
            "type": node.type,
            "name": short(node.address),
            "group": group(node.address),
            "class": classes.get(node.address),
            "refers_to": list(node.refers_to),
        }
        for node in topology
    ]


def _change(report: Report, plan: ReviewedPlan, change: Reviewed) -> dict[str, Any]:
    waiver = report.gate.waiver_of(plan, change)
    rename = change.rename
    return {
        "address": change.address,
        "previous_address": change.previous_address,
        "type": change.type,
        "actions": list(change.action.value),
        "class": change.class_.slug,
        "blocked": change.class_.gated and waiver is None,
        "waiver": waiver and {"reason": waiver.reason, "expires": waiver.expires.isoformat()},
        "reasons": [reason_of(reason) for reason in change.reasons],
        "why": list(change.why),
        "attributes": [_difference(difference) for difference in change.differences],
        "rename": rename
        and {
            "old": rename.old,
            "new": rename.new,
            "alike": round(rename.alike, 2),
            "call": rename.call,
            "block": rename.block,
        },
        "imported": change.imported,
        "deposed": change.deposed,
    }


def reason_of(reason: Reason) -> dict[str, Any]:
    """A reason."""
    return {
        "class": reason.class_.slug,
        "rule": reason.rule,
        "text": reason.text,
        "detail": reason.detail,
        "path": None if reason.path is None else path_text(reason.path),
        "source": reason.source,
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "path": path_text(difference.path),
        "before": difference.before,
        "after": difference.after,
        "unknown": difference.unknown,
        "sensitive": difference.secret,
    }


def _output(output: OutputReviewed) -> dict[str, Any]:
    return {
        "name": output.name,
        "actions": list(output.action.value),
        "attributes": [_difference(difference) for difference in output.differences],
    }
