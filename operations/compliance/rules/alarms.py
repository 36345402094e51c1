"""CloudWatch alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.verdicts import decided, needs_runtime, require_set, require_true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph
    from operations.compliance.verdicts import Finding

_TYPES = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
_ACTIONS = ("alarm_actions", "insufficient_data_actions")


def actions_in_alarm_and_without_data(graph: Graph) -> Iterator[Finding]:
    """Alarms tell somebody, also when they get no data."""
    for alarm in graph.all(*_TYPES):
        missing = [name for name in _ACTIONS if alarm.is_set(name) is False]
        if not missing and any(alarm.is_set(name) is UNKNOWN for name in _ACTIONS):
            yield needs_runtime(alarm, "alarm_actions")
        else:
            evidence = f"{', '.join(missing)} not set" if missing else "both set"
            yield decided(alarm, missing[0] if missing else "alarm_actions", not missing, evidence)


def action_when_in_alarm(graph: Graph) -> Iterator[Finding]:
    """Alarms tell somebody."""
    for alarm in graph.all(*_TYPES):
        yield require_set(alarm, "alarm_actions")


def actions_enabled(graph: Graph) -> Iterator[Finding]:
    """The actions of alarms are on."""
    for alarm in graph.all(*_TYPES):
        yield require_true(alarm, "actions_enabled", default=True)
