"""CloudWatch and EventBridge: alarms, log groups, rules and their targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operations.compliance.live.aws import absent_as_none, first

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State


def metric_alarm(aws: Aws, state: State) -> Arguments | None:
    """An alarm on a metric."""
    found = first(
        aws.client("cloudwatch").describe_alarms(
            AlarmNames=[state["alarm_name"]], AlarmTypes=["MetricAlarm"]
        )["MetricAlarms"]
    )
    return found and {
        **_actions(found),
        "namespace": found.get("Namespace"),
        "metric_name": found.get("MetricName"),
        "statistic": found.get("Statistic"),
        "dimensions": {one["Name"]: one["Value"] for one in found.get("Dimensions", [])},
        "period": found.get("Period"),
        "evaluation_periods": found["EvaluationPeriods"],
        "datapoints_to_alarm": found.get("DatapointsToAlarm"),
        "treat_missing_data": found.get("TreatMissingData"),
    }


def composite_alarm(aws: Aws, state: State) -> Arguments | None:
    """An alarm on alarms."""
    found = first(
        aws.client("cloudwatch").describe_alarms(
            AlarmNames=[state["alarm_name"]], AlarmTypes=["CompositeAlarm"]
        )["CompositeAlarms"]
    )
    return found and {**_actions(found), "alarm_rule": found["AlarmRule"]}


def log_group(aws: Aws, state: State) -> Arguments | None:
    """A log group."""
    name = state["name"]
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    found = first([group for group in groups if group["logGroupName"] == name])
    return found and {
        "name": name,
        "kms_key_id": found.get("kmsKeyId"),
        "retention_in_days": found.get("retentionInDays"),
    }


def event_rule(aws: Aws, state: State) -> Arguments | None:
    """A rule of EventBridge."""
    found = absent_as_none(
        lambda: aws.client("events").describe_rule(Name=state["name"]), "ResourceNotFoundException"
    )
    return found and {
        "name": found["Name"],
        "schedule_expression": found.get("ScheduleExpression"),
        "state": found.get("State"),
    }


def event_target(aws: Aws, state: State) -> Arguments | None:
    """What a rule calls."""
    rule = state["rule"]
    targets = absent_as_none(
        lambda: aws.client("events").list_targets_by_rule(Rule=rule)["Targets"], "ResourceNotFoundException"
    )
    found = first([target for target in targets or () if target["Id"] == state["target_id"]])
    return found and {"rule": rule, "arn": found["Arn"]}


def _actions(found: Any) -> Arguments:  # noqa: ANN401 - boto3's answers are not typed
    return {
        "alarm_name": found["AlarmName"],
        "actions_enabled": found["ActionsEnabled"],
        "alarm_actions": found.get("AlarmActions", []),
        "ok_actions": found.get("OKActions", []),
        "insufficient_data_actions": found.get("InsufficientDataActions", []),
    }


READERS: dict[str, Reader] = {
    "aws_cloudwatch_metric_alarm": metric_alarm,
    "aws_cloudwatch_composite_alarm": composite_alarm,
    "aws_cloudwatch_log_group": log_group,
    "aws_cloudwatch_event_rule": event_rule,
    "aws_cloudwatch_event_target": event_target,
}
