"""An assessment as OSCAL assessment results, in JSON (NIST, OSCAL 1.2.3).

Every rule is an observation, every control that rules speak about a finding, every failure a risk: open, or with a
deviation that is approved, which is what a waiver is. A finding says what the rules show of a control, no more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from operations.compliance import summary
from operations.compliance.assessment import Outcome
from operations.compliance.packs import DecidedBy
from operations.compliance.verdicts import Verdict
from operations.review.markup import code

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operations.compliance.assessment import Assessed, Assessment, Judged

VERSION = "1.2.3"
_OURS = uuid5(NAMESPACE_URL, "urn:holdfast:compliance")
_NAMESPACE = "urn:holdfast:compliance"
_CONTROL = re.compile(r"(?P<family>[A-Z]{2})-(?P<number>\d+)(?P<rest>.*)")
_PART = re.compile(r"\((\d+)\)|\(([a-z])\)|([a-z])|\.(\d+)")


def document(assessments: Sequence[Assessment]) -> dict[str, Any]:
    """Assessments as one document, each a result of it."""
    first = assessments[0]
    time = _time(first)
    plan = _uuid("plan")
    return {
        "assessment-results": {
            "uuid": _uuid("document", *(one.system for one in assessments), time),
            "metadata": {
                "title": "; ".join(summary.title(one) for one in assessments),
                "last-modified": time,
                "version": time,
                "oscal-version": VERSION,
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [_result(one) for one in assessments],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "Rules that were applied",
                        "description": "\n\n".join(
                            f"{pack.title}: {len(pack.rules)} rules, {pack.date}. {pack.source}"
                            for pack in first.packs
                        ),
                    }
                ]
            },
        }
    }


def _result(assessment: Assessment) -> dict[str, Any]:
    observations = {assessed.rule.id: _observation(assessment, assessed) for assessed in assessment.rules}
    risks = {
        assessed.rule.id: _risks(assessment, assessed) for assessed in assessment.rules if assessed.findings
    }
    by_control = _by_control(assessment)
    items = sorted({judged.finding.address for one in assessment.rules for judged in one.findings})
    found: dict[str, Any] = {
        "uuid": _uuid("result", assessment.system, _time(assessment)),
        "title": summary.title(assessment),
        "description": f"From the {assessment.source}: {summary.verdict(assessment)}.",
        "start": _time(assessment),
        "end": _time(assessment),
        "local-definitions": _definitions(assessment, items),
        "reviewed-controls": {
            "control-selections": [
                {
                    "include-controls": [
                        {"control-id": control}
                        for control in dict.fromkeys(target.partition("_")[0] for target in by_control)
                    ]
                }
            ]
        },
        "observations": list(observations.values()),
        "risks": [risk for of_rule in risks.values() for risk in of_rule],
        "findings": [
            _finding(assessment, target, rules, observations, risks) for target, rules in by_control.items()
        ],
        "remarks": summary.boundary(assessment),
    }
    # OSCAL has no empty lists.
    return {name: value for name, value in found.items() if value != []}


def target_of(control: str) -> str:
    """The statement of a control in NIST's catalog: ``AC-2(4)`` is ``ac-2.4_smt``, ``CM-6a`` is ``cm-6_smt.a``.

    Raises:
        ValueError: it is no control.
    """
    found = _CONTROL.fullmatch(control)
    if found is None:
        raise ValueError(control)
    name, statement = f"{found['family'].lower()}-{found['number']}", ""
    for enhancement, bracketed, letter, number in _PART.findall(found["rest"]):
        if enhancement and not statement:
            name += f".{enhancement}"
        else:
            statement += f".{enhancement or bracketed or letter or number}"
    return f"{name}_smt{statement}"


def _definitions(assessment: Assessment, addresses: Sequence[str]) -> dict[str, Any]:
    platform = {
        "uuid": _uuid("platform"),
        "title": "Holdfast",
        "uses-components": [{"component-uuid": _uuid("tool")}],
    }
    tool = {
        "uuid": _uuid("tool"),
        "type": "software",
        "title": "holdfast comply",
        "description": "Applies rules to the resources of a system.",
        "status": {"state": "operational"},
    }
    found: dict[str, Any] = {
        "assessment-assets": {"components": [tool], "assessment-platforms": [platform]},
    }
    if addresses:
        found["inventory-items"] = [
            {"uuid": _uuid("item", assessment.system, address), "description": code(address)}
            for address in addresses
        ]
    return found


def _observation(assessment: Assessment, assessed: Assessed) -> dict[str, Any]:
    rule = assessed.rule
    decided = rule.decided_by is DecidedBy.CONFIGURATION
    found: dict[str, Any] = {
        "uuid": _uuid("observation", assessment.system, rule.id, _time(assessment)),
        "title": rule.id,
        "description": assessed.reason or rule.title,
        "props": [
            _property("rule", rule.id),
            _property("pack", rule.pack),
            _property("outcome", assessed.outcome.value),
        ],
        "methods": ["TEST" if decided else "UNKNOWN"],
        "origins": _origins(),
        "collected": _time(assessment),
    }
    if assessed.findings:
        found["subjects"] = [_subject(assessment, judged) for judged in assessed.findings]
        found["relevant-evidence"] = [
            {"description": _evidence(judged), "props": [_property("verdict", judged.finding.verdict.value)]}
            for judged in assessed.findings
        ]
    return found


def _risks(assessment: Assessment, assessed: Assessed) -> list[dict[str, Any]]:
    return [
        _risk(assessment, assessed, judged)
        for judged in assessed.findings
        if judged.finding.verdict is Verdict.FAIL
    ]


def _risk(assessment: Assessment, assessed: Assessed, judged: Judged) -> dict[str, Any]:
    rule, address, waiver = assessed.rule, judged.finding.address, judged.waiver
    found: dict[str, Any] = {
        "uuid": _uuid("risk", assessment.system, rule.id, address),
        "title": f"{rule.id} is not met",
        "description": _evidence(judged),
        "statement": rule.title if waiver is None else waiver.reason,
        "props": [_property("rule", rule.id)],
        "status": "open" if waiver is None else "deviation-approved",
        "origins": _origins(),
        "related-observations": [
            {"observation-uuid": _uuid("observation", assessment.system, rule.id, _time(assessment))}
        ],
    }
    if waiver is not None:
        found["props"].append(_property("owner", waiver.owner))
        if waiver.environment:
            found["props"].append(_property("environment", waiver.environment))
        found["deadline"] = f"{waiver.expires.isoformat()}T23:59:59Z"
        found["mitigating-factors"] = [
            {
                "uuid": _uuid("mitigation", assessment.system, rule.id, address),
                "description": waiver.compensating_control,
            }
        ]
    return found


def _finding(
    assessment: Assessment,
    target: str,
    rules: Sequence[Assessed],
    observations: Mapping[str, dict[str, Any]],
    risks: Mapping[str, Sequence[dict[str, Any]]],
) -> dict[str, Any]:
    outcomes = {assessed.outcome for assessed in rules}
    failed = bool(outcomes & {Outcome.FAIL, Outcome.WAIVED})
    met = not failed and Outcome.NEEDS_RUNTIME not in outcomes
    status = {
        "state": "satisfied" if met else "not-satisfied",
        "reason": "pass" if met else "fail" if failed else "other",
    }
    found: dict[str, Any] = {
        "uuid": _uuid("finding", assessment.system, target, _time(assessment)),
        "title": target.partition("_")[0],
        "description": f"{len(rules)} rules: {summary.counts(rules)}.",
        "origins": _origins(),
        "target": {"type": "statement-id", "target-id": target, "status": status},
        "related-observations": [
            {"observation-uuid": observations[assessed.rule.id]["uuid"]} for assessed in rules
        ],
    }
    related = [{"risk-uuid": risk["uuid"]} for assessed in rules for risk in risks.get(assessed.rule.id, ())]
    if related:
        found["related-risks"] = related
    return found


def _by_control(assessment: Assessment) -> dict[str, list[Assessed]]:
    """The rules that say something of each control: not those about what the system does not have."""
    found: dict[str, list[Assessed]] = defaultdict(list)
    for assessed in assessment.rules:
        if assessed.outcome is not Outcome.NOT_APPLICABLE:
            for target in dict.fromkeys(map(target_of, assessed.rule.controls)):
                found[target].append(assessed)
    return dict(sorted(found.items()))


def _subject(assessment: Assessment, judged: Judged) -> dict[str, Any]:
    address = judged.finding.address
    return {
        "subject-uuid": _uuid("item", assessment.system, address),
        "type": "inventory-item",
        "title": code(address),
    }


def _evidence(judged: Judged) -> str:
    finding = judged.finding
    return f"{code(finding.address)}: {code(finding.attribute)} is {code(finding.evidence or 'known')}"


def _origins() -> list[dict[str, Any]]:
    return [{"actors": [{"type": "tool", "actor-uuid": _uuid("tool")}]}]


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": _NAMESPACE, "value": value}


def _uuid(*parts: str) -> str:
    """Always the same for the same thing, as OSCAL wants it."""
    return str(uuid5(_OURS, "\n".join(parts)))


def _time(assessment: Assessment) -> str:
    return assessment.time.isoformat(timespec="seconds").replace("+00:00", "Z")
