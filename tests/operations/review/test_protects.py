"""Which values protect less than others."""

from __future__ import annotations

from typing import Any

import pytest

from operations.review.protects import parse

WEAKER = [
    ("true", [True], [False]),
    ("true", [True], [None]),
    ("true", [True, True], [True]),
    ("true or ACTIVE", ["ACTIVE"], ["INACTIVE"]),
    ("false", [False], [True]),
    ("false", [None], [True]),
    ("false", [False], [False, True]),
    ("ENABLED", ["ENABLED"], ["DISABLED"]),
    ("optional < required", ["required"], ["optional"]),
    ("optional < required", ["required"], [None]),
    ("optional < required", ["required"], ["other"]),
    ("a < b < c", ["other"], ["b"]),
    ("A or B < C", ["C"], ["B"]),
    ("more", [35], [7]),
    ("more", [35], [None]),
    ("more", ["35"], ["7"]),
    ("more", [35, 7], [35]),
    ("more, else 30", [None], [7]),
    ("longer", [35], [7]),
    ("longer", [None], [365]),
    ("longer", [30], [30, 7]),
    ("longer, 0", [0], [365]),
    ("less", [30], [90]),
    ("less, else 365", [90], [None]),
    ("less, else 365", [90], [0]),
    ("set", ["arn:key"], [None]),
    ("set", ["arn:key"], [""]),
    ("set", [60], [0]),
    ("unset", [None], ["2027-01-01"]),
    ("all", [["a", "b"]], [["b"]]),
    ("none", [["a"]], [["a", "b"]]),
    ("none", [None], ["0.0.0.0/0"]),
    ("count", [[{"a": 1}, {"b": 2}]], [[{"a": 1}]]),
    ("same", ["a"], ["b"]),
    ("same", ["a"], [None]),
]

NOT_WEAKER = [
    ("true", [False], [True]),
    ("true", [None], [False]),
    ("true", [True], [True, False]),
    ("true or ACTIVE", [True], ["ACTIVE"]),
    ("false", [True], [False]),
    ("false", [False], [None]),
    ("optional < required", ["optional"], ["required"]),
    ("optional < required", [None], ["optional"]),
    ("optional < required", ["other"], ["required"]),
    ("optional < required", ["other"], ["other"]),
    ("A or B < C", ["A"], ["B"]),
    ("more", [7], [35]),
    ("more", [None], [0]),
    ("more", [7], [7, 35]),
    ("more, else 30", [30], [None]),
    ("longer", [7], [None]),
    ("longer", [30, 7], [30]),
    ("longer, 0", [365], [0]),
    ("less", [90], [30]),
    ("less, else 365", [None], [90]),
    ("less, else 365", [0], [365]),
    ("set", ["a"], ["b"]),
    ("set", [None], ["a"]),
    ("unset", ["2027-01-01"], [None]),
    ("all", [["a"]], [["b", "a"]]),
    ("none", [["a", "b"]], [["b"]]),
    ("count", [[{"a": 1}]], [[{"a": 2}]]),
    ("same", [["a", "b"]], [["b", "a"]]),
    ("same", [None], ["a"]),
]


@pytest.mark.parametrize(("rule", "before", "after"), WEAKER)
def test_weaker(rule: str, before: list[Any], after: list[Any]) -> None:
    assert parse(rule).weaker(before, after)
    assert parse(rule).at_risk(before)


@pytest.mark.parametrize(("rule", "before", "after"), NOT_WEAKER)
def test_not_weaker(rule: str, before: list[Any], after: list[Any]) -> None:
    assert not parse(rule).weaker(before, after)
    assert not parse(rule).weaker(before, before)


@pytest.mark.parametrize(
    ("rule", "before"),
    [
        ("true", [False]),
        ("true", [None]),
        ("false", [True]),
        ("optional < required", ["optional"]),
        ("more", [0]),
        ("more", [None]),
        ("set", [None]),
        ("all", [[]]),
        ("count", [[]]),
        ("same", [None]),
    ],
)
def test_what_protects_nothing_cannot_become_weaker(rule: str, before: list[Any]) -> None:
    assert not parse(rule).at_risk(before)


@pytest.mark.parametrize("text", ["", "a <", "a < < b", " or a"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="^" + text + "$"):
        parse(text)
