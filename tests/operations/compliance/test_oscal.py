"""OSCAL assessment results: valid against NIST's schema, and with every reference resolved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from operations.compliance import oscal
from tests.operations.compliance.building import assessed, waiver
from tests.oscal import schema


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    (found,) = oscal.document([assessed(waivers=(waiver(),))])["assessment-results"]["results"]
    return dict(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    "resources", [None, {}, {"aws_lb": {"it": {}}}], ids=["database", "nothing", "other"]
)
def test_it_is_valid_against_the_schema_of_nist(resources: dict[str, Any] | None) -> None:
    assert schema.objections(oscal.document([assessed(resources), assessed(resources)])) == []


@pytest.mark.slow
def test_waivers_are_valid_too_and_the_schema_does_object() -> None:
    document = oscal.document([assessed(waivers=(waiver(environment="prod"),))])
    assert schema.objections(document) == []
    document["assessment-results"]["results"][0]["observations"][0]["methods"] = []
    assert schema.objections(document) != []


def values(value: Any, name: str) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == name:
                yield inner
            yield from values(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from values(inner, name)


def test_every_reference_leads_somewhere(result: dict[str, Any]) -> None:
    known = set(values(result, "uuid"))
    for name in ("observation-uuid", "risk-uuid", "subject-uuid", "actor-uuid", "component-uuid"):
        assert set(values(result, name)) <= known, name
    assert list(values(result, "observation-uuid"))


def test_nothing_is_empty(result: dict[str, Any]) -> None:
    def empty(value: Any) -> bool:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        return value in ([], {}, "") or (isinstance(value, dict | list) and any(map(empty, inner)))

    assert not empty(result)


def test_a_failure_is_an_open_risk_and_a_waiver_an_approved_deviation(result: dict[str, Any]) -> None:
    risks = {risk["title"]: risk for risk in result["risks"]}
    assert risks["RDS.5 is not met"]["status"] == "open"
    waived = risks["RDS.23 is not met"]
    assert waived["status"] == "deviation-approved"
    assert waived["deadline"] == "2027-05-31T23:59:59Z"
    assert waived["mitigating-factors"][0]["description"] == "Security groups admit named clients only."


@pytest.mark.parametrize(("environment", "told"), [("prod", ["prod"]), (None, [])])
def test_a_deviation_in_one_environment_says_which(environment: str | None, told: list[str]) -> None:
    document = oscal.document([assessed(waivers=(waiver(environment=environment),))])
    (waived,) = [risk for risks in values(document, "risks") for risk in risks if "deadline" in risk]
    assert [each["value"] for each in waived["props"] if each["name"] == "environment"] == told


def test_a_control_is_satisfied_only_when_every_rule_is_met(result: dict[str, Any]) -> None:
    status = {finding["target"]["target-id"]: finding["target"]["status"] for finding in result["findings"]}
    assert status["sc-28_smt"] == {"state": "satisfied", "reason": "pass"}
    assert status["cp-10_smt"] == {"state": "not-satisfied", "reason": "fail"}
    assert {"state": "not-satisfied", "reason": "other"} in status.values()


def test_it_is_the_same_for_the_same_assessment() -> None:
    assert oscal.document([assessed()]) == oscal.document([assessed()])


@pytest.mark.parametrize(
    ("control", "target"),
    [
        ("AC-2", "ac-2_smt"),
        ("AC-2(4)", "ac-2.4_smt"),
        ("CM-6a", "cm-6_smt.a"),
        ("SC-7(4)(b)", "sc-7.4_smt.b"),
        ("SI-1a.2", "si-1_smt.a.2"),
        ("AC-3(3)(b)(1)", "ac-3.3_smt.b.1"),
    ],
)
def test_controls_are_named_as_in_the_catalog(control: str, target: str) -> None:
    assert oscal.target_of(control) == target


def test_what_is_no_control_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        oscal.target_of("nonsense")
