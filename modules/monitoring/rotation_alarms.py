"""Alarms on the rotation of credentials: it failed, it is overdue, or the functions behind it are in trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from modules.credentials.metrics import AGE, FAILED, NAMESPACE
from modules.monitoring.topic import Topic

MINUTES = 60
HOURS = 3600


class IObservedFunction(Protocol):
    """A Lambda function whose errors are watched."""

    @property
    def function_name(self) -> str:
        """Name of the function."""
        ...

    def metric_dimensions(self) -> Mapping[str, str]:
        """Return the dimensions of its metrics in ``AWS/Lambda``."""
        ...


class IObservedRotation(IObservedFunction, Protocol):
    """A rotation whose outcomes are watched."""

    @property
    def login(self) -> str:
        """Whose login is rotated."""
        ...

    @property
    def days(self) -> int:
        """Days between two rotations."""
        ...

    def rotation_metric_dimensions(self) -> Mapping[str, str]:
        """Return the dimensions of the entry's metrics in :data:`modules.credentials.metrics.NAMESPACE`."""
        ...


class IObservedQueue(Protocol):
    """A queue that must stay empty."""

    def metric_dimensions(self) -> Mapping[str, str]:
        """Return the dimensions of its metrics in ``AWS/SQS``."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Alarm:
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    description: str
    statistic: str = "Sum"
    threshold: int = 0
    period: int = 5 * MINUTES
    missing: str = "notBreaching"


class RotationAlarms(Construct):
    """Alarms that say, for each login, that its rotation failed or is overdue; and for each function, that it fails.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        topic: where alarms go.
        rotations: the rotations.
        age: the function that reports how old the credentials are.
        dead_letters: where failed asynchronous calls end.
        margin_days: days that a rotation may be late.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        topic: Topic,
        rotations: Sequence[IObservedRotation],
        age: IObservedFunction,
        dead_letters: IObservedQueue,
        margin_days: int,
    ) -> None:
        super().__init__(scope, id)
        alarms = {
            what: alarm
            for rotation in rotations
            for what, alarm in _of_rotation(rotation, margin_days).items()
        }
        functions = {
            **{f"{rotation.login}-rotation": rotation for rotation in rotations},
            "rotation-age": age,
        }
        for who, function in functions.items():
            alarms.update(_of_function(who, function))
        alarms["dead-letters"] = _Alarm(
            namespace="AWS/SQS",
            metric="ApproximateNumberOfMessagesVisible",
            dimensions=dead_letters.metric_dimensions(),
            description="A function could not deal with an event, which is kept in the queue of dead letters",
            statistic="Maximum",
        )
        self.alarm_arns = {
            what: str(self._metric_alarm(what, name(what), alarm, topic).arn)
            for what, alarm in alarms.items()
        }

    def _metric_alarm(self, what: str, name: str, alarm: _Alarm, topic: Topic) -> CloudwatchMetricAlarm:
        return CloudwatchMetricAlarm(
            self,
            what,
            alarm_name=name,
            alarm_description=alarm.description,
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            dimensions=dict(alarm.dimensions),
            statistic=alarm.statistic,
            comparison_operator="GreaterThanThreshold",
            threshold=alarm.threshold,
            period=alarm.period,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            treat_missing_data=alarm.missing,
            alarm_actions=[topic.arn],
            ok_actions=[topic.arn],
            insufficient_data_actions=[topic.arn],
        )


def _of_rotation(rotation: IObservedRotation, margin_days: int) -> dict[str, _Alarm]:
    latest = rotation.days + margin_days
    return {
        f"{rotation.login}-rotation-failed": _Alarm(
            namespace=NAMESPACE,
            metric=FAILED,
            dimensions=rotation.rotation_metric_dimensions(),
            description=f"A step in the rotation of the {rotation.login} login failed; Secrets Manager tries again",
        ),
        f"{rotation.login}-rotation-overdue": _Alarm(
            namespace=NAMESPACE,
            metric=AGE,
            dimensions=rotation.rotation_metric_dimensions(),
            description=f"The {rotation.login} login was not rotated for more than {latest} days",
            # The youngest age of the period, so that the alarm clears with the rotation.
            statistic="Minimum",
            threshold=latest,
            period=3 * HOURS,
            # Nobody looks any more: that is worth a notification of its own.
            missing="missing",
        ),
    }


def _of_function(who: str, function: IObservedFunction) -> dict[str, _Alarm]:
    dimensions = function.metric_dimensions()
    return {
        f"{who}-{metric.lower()}": _Alarm(
            namespace="AWS/Lambda",
            metric=metric,
            dimensions=dimensions,
            description=f"The function {function.function_name} {trouble}",
        )
        for metric, trouble in (("Errors", "fails"), ("Throttles", "is refused for lack of concurrency"))
    }
