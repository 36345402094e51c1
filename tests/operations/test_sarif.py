"""Logs in SARIF; their form is tested where they are made of something."""

from __future__ import annotations

from typing import Any

from operations.sarif import Result, Rule, log

RULE = Rule(id="x/y", name="XY", title="X", meaning="It is x.", level="error", severity="9.0", tags=("x",))


def result(**more: Any) -> Result:
    values = {"rule": RULE, "text": "it is x", "stack": "s", "address": "a", "identity": ("p",), **more}
    return Result(**values)


def results(*given: Result) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = log("it", given)["runs"][0]["results"]
    return found


def test_a_rule_is_told_once() -> None:
    (run,) = log("it", [result(), result(address="b")])["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["x/y"]
    assert len(run["results"]) == 2


def test_what_makes_a_result_another_one() -> None:
    different = results(
        result(),
        result(stack="t"),
        result(address="b"),
        result(identity=("q",)),
        result(text="in other words"),
    )
    prints = [each["partialFingerprints"]["holdfast/v1"] for each in different]
    assert len(set(prints)) == 4
    assert prints[0] == prints[4]


def test_what_is_accepted_is_suppressed() -> None:
    accepted, other = results(result(accepted="It is right."), result())
    assert accepted["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "It is right."}
    ]
    assert "suppressions" not in other


def test_there_are_no_more_than_are_shown() -> None:
    assert len(results(*[result(address=str(number)) for number in range(5_001)])) == 5_000
