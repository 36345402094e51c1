"""Cases of alarms, log groups, events and schedules."""

from __future__ import annotations

from tests.operations.compliance.cases.making import (
    GONE,
    KEY,
    TOPIC,
    Case,
    Resources,
    allow,
    case,
    one,
    policy,
    subscribed,
)

_ALARM = {"alarm_actions": [TOPIC], "insufficient_data_actions": [TOPIC], "actions_enabled": True}

_METRICS = ("CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "ReadLatency", "WriteLatency")
_WATCHED: Resources = {
    "aws_db_instance": {"it": {"identifier": "db"}},
    "aws_cloudwatch_metric_alarm": {
        "heartbeat": {"statistic": "SampleCount", "dimensions": {"DBInstanceIdentifier": "db"}},
        **{
            metric: {
                "alarm_name": f"db-{metric}",
                "metric_name": metric,
                "dimensions": {"DBInstanceIdentifier": "${aws_db_instance.it.identifier}"},
            }
            for metric in _METRICS
        },
    },
}

CASES: dict[str, Case] = {
    "alarms.action_when_in_alarm": one("aws_cloudwatch_metric_alarm", {"alarm_actions": []}, **_ALARM),
    "alarms.actions_enabled": one("aws_cloudwatch_metric_alarm", {"actions_enabled": False}, **_ALARM),
    "alarms.actions_in_alarm_and_without_data": one(
        "aws_cloudwatch_composite_alarm", {"insufficient_data_actions": []}, **_ALARM
    ),
    "events.of_clusters": subscribed("db-cluster", "failure", "maintenance"),
    "events.of_instances": subscribed("db-instance", "configuration change", "failure", "maintenance"),
    "events.of_parameter_groups": subscribed("db-parameter-group", "configuration change"),
    "events.of_security_groups": subscribed("db-security-group", "configuration change", "failure"),
    "logs.encrypted": one("aws_cloudwatch_log_group", {"kms_key_id": GONE}, kms_key_id=KEY),
    "logs.kept_a_year": one("aws_cloudwatch_log_group", {"retention_in_days": 180}, retention_in_days=365),
    "alarms.exports_watched": case(
        {
            "aws_iam_policy": {
                "p": {"policy": policy(allow("rds:StartExportTask", "arn:aws:rds:x:y:snapshot:z"))}
            },
            "aws_db_instance": {"it": {"identifier": "db"}},
            "aws_cloudwatch_metric_alarm": {
                "a": {"namespace": "Holdfast/Export", "metric_name": "Age", "dimensions": {"Database": "db"}}
            },
        },
        {"aws_cloudwatch_metric_alarm.a": {"namespace": "AWS/RDS"}},
    ),
    "alarms.databases_unavailable": case(
        {
            **_WATCHED,
            "aws_cloudwatch_composite_alarm": {"c": {"alarm_rule": 'ALARM("db-CPUUtilization")'}},
        },
        {"aws_cloudwatch_composite_alarm.c": {"alarm_rule": 'ALARM("another")'}},
    ),
    "alarms.databases_watched": case(_WATCHED, {"aws_cloudwatch_metric_alarm.heartbeat": GONE}),
    "alarms.dead_letters_watched": case(
        {
            "aws_sqs_queue": {"q": {"name": "q"}},
            "aws_cloudwatch_metric_alarm": {
                "a": {
                    "metric_name": "ApproximateNumberOfMessagesVisible",
                    "dimensions": {"QueueName": "${aws_sqs_queue.q.name}"},
                }
            },
        },
        {"aws_cloudwatch_metric_alarm.a": {"metric_name": "NumberOfMessagesSent"}},
    ),
    "alarms.functions_watched": case(
        {
            "aws_lambda_function": {"f": {"function_name": "f"}},
            "aws_cloudwatch_metric_alarm": {
                metric: {"metric_name": metric, "dimensions": {"FunctionName": "f"}}
                for metric in ("Errors", "Throttles")
            },
        },
        {"aws_cloudwatch_metric_alarm.Throttles": {"dimensions": {"FunctionName": "g"}}},
    ),
    "alarms.in_time": one(
        "aws_cloudwatch_metric_alarm", {"evaluation_periods": 4}, evaluation_periods=3, period=3600
    ),
    "alarms.missing_data_decided": one(
        "aws_cloudwatch_metric_alarm", {"treat_missing_data": GONE}, treat_missing_data="breaching"
    ),
    "alarms.rotations_watched": case(
        {
            "aws_secretsmanager_secret": {"s": {"name": "s"}},
            "aws_secretsmanager_secret_rotation": {"r": {"secret_id": "${aws_secretsmanager_secret.s.id}"}},
            "aws_cloudwatch_metric_alarm": {
                metric: {"metric_name": metric, "dimensions": {"Secret": "s"}} for metric in ("Age", "Failed")
            },
        },
        {"aws_cloudwatch_metric_alarm.Failed": {"dimensions": {"Secret": "another"}}},
    ),
    "schedules.lead_somewhere": case(
        {
            "aws_cloudwatch_event_rule": {"r": {"schedule_expression": "rate(1 hour)"}},
            "aws_cloudwatch_event_target": {"t": {"rule": "${aws_cloudwatch_event_rule.r.name}"}},
        },
        {"aws_cloudwatch_event_target.t": GONE},
    ),
    "schedules.are_on": case(
        {"aws_cloudwatch_event_rule": {"r": {"schedule_expression": "rate(1 hour)", "state": "ENABLED"}}},
        {"aws_cloudwatch_event_rule.r": {"state": "DISABLED"}},
    ),
}
