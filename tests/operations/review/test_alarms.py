"""Alarms that come later, or for something else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.review.reviewing import rules, texts, updated

ALARM = "aws_cloudwatch_metric_alarm"


def alarm(threshold: Any = 80, comparison: str = "GreaterThanThreshold", **more: Any) -> dict[str, Any]:
    return {
        "threshold": threshold,
        "comparison_operator": comparison,
        "metric_name": "CPUUtilization",
        **more,
    }


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (alarm(80), alarm(95)),
        (alarm(10, "LessThanThreshold"), alarm(5, "LessThanThreshold")),
        (alarm(10, "LessThanOrEqualToThreshold"), alarm(5, "LessThanOrEqualToThreshold")),
        (
            alarm(2, "LessThanLowerOrGreaterThanUpperThreshold"),
            alarm(1, "LessThanLowerOrGreaterThanUpperThreshold"),
        ),
        (alarm(80), alarm(None)),
        (alarm(), alarm(comparison="LessThanThreshold")),
        (alarm(), alarm(metric_name="FreeableMemory")),
    ],
)
def test_later(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert rules(updated(ALARM, before, after)) == ["alarm-later"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (alarm(95), alarm(80)),
        (alarm(5, "LessThanThreshold"), alarm(10, "LessThanThreshold")),
        (alarm(), alarm(alarm_description="other words")),
    ],
)
def test_not_later(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert rules(updated(ALARM, before, after)) == []


def test_a_threshold_that_is_not_known_may_be_later() -> None:
    after = {name: value for name, value in alarm().items() if name != "threshold"}
    assert texts(updated(ALARM, alarm(), after, unknown={"threshold": True})) == [
        "weakens-protection: the alarm comes later: threshold 80 → known only after apply"
    ]
