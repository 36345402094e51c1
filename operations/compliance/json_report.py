"""An assessment as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operations.compliance import summary

if TYPE_CHECKING:
    from operations.compliance.assessment import Assessed, Assessment, Judged
    from operations.compliance.packs import Pack
    from operations.compliance.waivers import Waiver

SCHEMA_VERSION = "1.1"
"""Of the report. The minor version grows when something is added, the major one when something changes or goes."""


def document(assessment: Assessment) -> dict[str, Any]:
    """The assessment as one object."""
    return {
        "schema_version": SCHEMA_VERSION,
        "title": summary.title(assessment),
        "system": assessment.system,
        "source": assessment.source,
        "region": assessment.region,
        "environment": assessment.environment,
        "time": assessment.time.isoformat(timespec="seconds"),
        "verdict": {
            "passed": assessment.exit_code == 0,
            "exit_code": assessment.exit_code,
            "text": summary.verdict(assessment),
        },
        "boundary": summary.boundary(assessment),
        "packs": [_pack(assessment, pack) for pack in assessment.packs],
        "families": [
            {
                "family": coverage.family,
                "counts": {outcome.value: count for outcome, count in coverage.counts.items()},
            }
            for coverage in assessment.coverage()
        ],
        "rules": [_rule(assessment, assessed) for assessed in assessment.rules],
        "waivers": [_waiver(assessment, waiver) for waiver in assessment.waivers],
    }


def _pack(assessment: Assessment, pack: Pack) -> dict[str, Any]:
    decided = assessment.decided(pack.name)
    return {
        "name": pack.name,
        "title": pack.title,
        "source": pack.source,
        "date": pack.date,
        "total": len(pack.rules),
        "decided": len(decided),
        "good": sum(one.outcome in summary.GOOD for one in decided),
        "counts": summary.counts(assessment.of(pack.name)),
    }


def _rule(assessment: Assessment, assessed: Assessed) -> dict[str, Any]:
    rule = assessed.rule
    return {
        "id": rule.id,
        "pack": rule.pack,
        "title": rule.title,
        "decided_by": rule.decided_by.value,
        "controls": list(rule.controls),
        "outcome": assessed.outcome.value,
        "reason": assessed.reason,
        "findings": [_finding(assessment, judged) for judged in assessed.findings],
    }


def _finding(assessment: Assessment, judged: Judged) -> dict[str, Any]:
    finding, waiver = judged.finding, judged.waiver
    return {
        "address": finding.address,
        "verdict": finding.verdict.value,
        "attribute": finding.attribute,
        "evidence": finding.evidence,
        "waiver": None if waiver is None else assessment.waivers.index(waiver),
    }


def _waiver(assessment: Assessment, waiver: Waiver) -> dict[str, Any]:
    return {
        "rules": waiver.rules,
        "address": waiver.address,
        "environment": waiver.environment,
        "reason": waiver.reason,
        "compensating_control": waiver.compensating_control,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
        "days_left": waiver.days_left(assessment.time.date()),
    }
