"""Metric alarms that tell a topic of each change of their state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

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


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """When an alarm rises.

    Args:
        namespace: of the metric.
        metric: its name.
        dimensions: its dimensions.
        description: what it means that the alarm rises.
        statistic: of the values in a period.
        threshold: it rises above that.
        period: seconds.
        missing: what it means that there are no values: ``notBreaching``, or ``missing``, which is told as well.
    """

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    description: str
    statistic: str = "Sum"
    threshold: int = 0
    period: int = 5 * MINUTES
    missing: str = "notBreaching"


def make_alarms(
    scope: Construct, alarms: Mapping[str, Alarm], *, name: Callable[[str], str], topic: Topic
) -> dict[str, str]:
    """Make alarms; returns the ARN of each.

    Args:
        scope: where they lie; the construct ids are their names.
        alarms: by what they are called.
        name: makes an alarm's name from that.
        topic: where they go.
    """
    return {
        what: str(_metric_alarm(scope, what, name(what), alarm, topic).arn) for what, alarm in alarms.items()
    }


def of_function(who: str, function: IObservedFunction) -> dict[str, Alarm]:
    """Return the alarms on a function that fails or cannot run.

    Args:
        who: the function, in the alarms' names.
        function: the function.
    """
    dimensions = function.metric_dimensions()
    return {
        f"{who}-{metric.lower()}": Alarm(
            namespace="AWS/Lambda",
            metric=metric,
            dimensions=dimensions,
            description=f"The function {function.function_name} {trouble}",
        )
        for metric, trouble in (("Errors", "fails"), ("Throttles", "is refused for lack of concurrency"))
    }


def _metric_alarm(
    scope: Construct, what: str, name: str, alarm: Alarm, topic: Topic
) -> CloudwatchMetricAlarm:
    return CloudwatchMetricAlarm(
        scope,
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
