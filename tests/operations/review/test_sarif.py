"""The review as SARIF 2.1.0."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations.review import sarif
from operations.review.report import Report
from operations.sarif import SCHEMA as SARIF_SCHEMA
from tests.operations.review.reporting import report_on
from tests.operations.review.schema import objections
from tests.operations.review.test_fixtures import EXPECTED


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


_TEXT = {"type": "string", "minLength": 1}
_MESSAGE = _object("text", text=_TEXT)
_LEVEL = {"enum": ["none", "note", "warning", "error"]}

# What SARIF 2.1.0 says of the objects that are used (sections 3.13, 3.14, 3.18, 3.19, 3.27, 3.28, 3.29, 3.33, 3.35, 3.49), and
# what GitHub asks for on top (fullDescription, help, a physical location, security-severity as text).
_RULE = _object(
    "id name shortDescription fullDescription help defaultConfiguration properties",
    id=_TEXT,
    name=_TEXT,
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
    defaultConfiguration=_object("level", level=_LEVEL),
    properties={
        "type": "object",
        "required": ["tags", "security-severity"],
        "properties": {
            "tags": {"type": "array", "items": _TEXT, "uniqueItems": True},
            "security-severity": {"type": "string", "pattern": r"^\d+\.\d$"},
        },
    },
)
_LOCATION = _object(
    "physicalLocation logicalLocations",
    physicalLocation=_object(
        "artifactLocation region",
        artifactLocation=_object("uri", uri={"type": "string", "pattern": r"^[\w./-]+$"}),
        region=_object("startLine", startLine={"type": "integer", "minimum": 1}),
    ),
    logicalLocations={
        "type": "array",
        "items": _object("name fullyQualifiedName kind", name=_TEXT, fullyQualifiedName=_TEXT, kind=_TEXT),
    },
)
_RESULT = _object(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level=_LEVEL,
    message=_MESSAGE,
    locations={"type": "array", "minItems": 1, "maxItems": 1, "items": _LOCATION},
    partialFingerprints={
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    },
    suppressions={
        "type": "array",
        "items": _object(
            "kind status justification",
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=_TEXT,
        ),
    },
)
SCHEMA = _object(
    "$schema version runs",
    **{
        "$schema": {"const": SARIF_SCHEMA},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": _object(
                "tool results columnKind",
                tool=_object(
                    "driver",
                    driver=_object(
                        "name rules",
                        name=_TEXT,
                        rules={"type": "array", "items": _RULE, "uniqueItems": True},
                    ),
                ),
                columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                results={"type": "array", "items": _RESULT},
            ),
        },
    },
)


def run_of(report: Report) -> Any:
    log = json.loads(json.dumps(sarif.document(report)))
    assert objections(log, SCHEMA) == []
    return log["runs"][0]


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("waived", [False, True])
def test_every_report_is_valid(name: str, waived: bool) -> None:
    run = run_of(report_on(name, waived=waived))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in run["results"]})
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


def test_each_reason_that_matters_is_a_result() -> None:
    weaker, reboot = run_of(report_on("tls-not-forced"))["results"]
    assert (weaker["ruleId"], weaker["level"]) == ("weakens-protection/parameter-protects-less", "error")
    assert (reboot["ruleId"], reboot["level"]) == ("interrupts-service/reboot-needed", "warning")
    assert "rds.force_ssl 1 → 0" in weaker["message"]["text"]
    assert run_of(report_on("tags-only"))["results"] == []


def test_what_is_waived_is_suppressed_with_the_reason_and_the_rest_is_not() -> None:
    weaker, reboot = run_of(report_on("tls-not-forced", waived=True))["results"]
    (suppression,) = weaker["suppressions"]
    assert suppression["justification"] == "It was restored in a test."
    assert "suppressions" not in reboot


def test_the_same_finding_has_the_same_fingerprint_and_another_has_not() -> None:
    def fingerprints(*names: str) -> list[str]:
        results = run_of(report_on(*names))["results"]
        return [result["partialFingerprints"]["holdfast/v1"] for result in results]

    assert fingerprints("retention-cut") == fingerprints("retention-cut")
    found = fingerprints("retention-cut", "deletion-protection-off", "tls-not-forced")
    assert len(set(found)) == len(found) == 5
