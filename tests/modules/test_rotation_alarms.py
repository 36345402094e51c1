from __future__ import annotations

from collections.abc import Mapping

import pytest
from cdktf import TerraformStack

from modules.monitoring.rotation_alarms import RotationAlarms
from tests.modules.site import Site, name
from tests.template import Resource, Template


class FakeFunction:
    def __init__(self, function_name: str) -> None:
        self.function_name = function_name

    def metric_dimensions(self) -> Mapping[str, str]:
        return {"FunctionName": self.function_name}


class FakeRotation(FakeFunction):
    login = "application"
    days = 30

    def rotation_metric_dimensions(self) -> Mapping[str, str]:
        return {"Secret": "dr-app-credentials-test"}


class FakeQueue:
    def metric_dimensions(self) -> Mapping[str, str]:
        return {"QueueName": "dr-dead-letters-test"}


@pytest.fixture(scope="module")
def alarms() -> dict[str, Resource]:
    def build(stack: TerraformStack) -> None:
        RotationAlarms(
            stack,
            "alarms",
            name=name,
            topic=Site(stack).topic,
            rotations=[FakeRotation("dr-app-rotation-test")],
            age=FakeFunction("dr-rotation-age-test"),
            dead_letters=FakeQueue(),
            margin_days=2,
        )

    found = Template.of(build).all("aws_cloudwatch_metric_alarm")
    return {alarm["alarm_name"].removeprefix("dr-").removesuffix("-test"): alarm for alarm in found}


def test_what_is_watched(alarms: dict[str, Resource]) -> None:
    assert {what: (alarm["namespace"], alarm["metric_name"]) for what, alarm in alarms.items()} == {
        "application-rotation-failed": ("Holdfast/Rotation", "RotationFailed"),
        "application-rotation-overdue": ("Holdfast/Rotation", "DaysSinceRotation"),
        "application-rotation-errors": ("AWS/Lambda", "Errors"),
        "application-rotation-throttles": ("AWS/Lambda", "Throttles"),
        "rotation-age-errors": ("AWS/Lambda", "Errors"),
        "rotation-age-throttles": ("AWS/Lambda", "Throttles"),
        "dead-letters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    }


def test_a_single_failure_rings(alarms: dict[str, Resource]) -> None:
    failed = alarms["application-rotation-failed"]
    assert failed["dimensions"] == {"Secret": "dr-app-credentials-test"}
    assert (failed["statistic"], failed["threshold"]) == ("Sum", 0)
    assert failed["comparison_operator"] == "GreaterThanThreshold"
    assert failed["treat_missing_data"] == "notBreaching"


def test_a_login_that_was_not_rotated_for_longer_than_its_schedule_rings(alarms: dict[str, Resource]) -> None:
    overdue = alarms["application-rotation-overdue"]
    assert overdue["threshold"] == 32
    assert overdue["dimensions"] == {"Secret": "dr-app-credentials-test"}
    # The age falls with the rotation: the youngest one of the period clears the alarm.
    assert overdue["statistic"] == "Minimum"


def test_nobody_looking_is_told_too(alarms: dict[str, Resource]) -> None:
    assert alarms["application-rotation-overdue"]["treat_missing_data"] == "missing"


def test_cloudwatch_can_look_back_that_far(alarms: dict[str, Resource]) -> None:
    # Source: PutMetricAlarm, EvaluationPeriods: a week, or a day with periods under an hour.
    for alarm in alarms.values():
        most = 604800 if alarm["period"] >= 3600 else 86400
        assert alarm["period"] * alarm["evaluation_periods"] <= most


def test_c35_every_alarm_tells_when_it_rises_clears_and_is_blind(alarms: dict[str, Resource]) -> None:
    for alarm in alarms.values():
        for actions in ("alarm_actions", "ok_actions", "insufficient_data_actions"):
            assert len(alarm[actions]) == 1
