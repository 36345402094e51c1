from __future__ import annotations

import json
from typing import Any

import pytest

from tests.system.fixtures import Deployed

GIB = 1024**3


@pytest.fixture(scope="module")
def alarms(deployed: Deployed) -> dict[str, dict[str, Any]]:
    """The metric alarms of the database, by metric."""
    prefix = "dr-database-"
    found = deployed.client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"])
    suffix = deployed.outputs["suffix"]
    return {
        alarm["AlarmName"].removeprefix(prefix).removesuffix(f"-{suffix}"): alarm
        for alarm in found["MetricAlarms"]
        if alarm["AlarmName"].endswith(f"-{suffix}")
    }


def test_alarms_rise_at_the_required_thresholds(
    deployed: Deployed, alarms: dict[str, dict[str, Any]]
) -> None:
    connections = int(deployed.outputs["database_max_connections"])
    above, below = "GreaterThanThreshold", "LessThanThreshold"
    found = {
        alarm["MetricName"]: (alarm["ComparisonOperator"], alarm["Threshold"])
        for name, alarm in alarms.items()
        if name != "heartbeat"
    }
    assert found == {
        "CPUUtilization": (above, 80),
        "DatabaseConnections": (above, connections * 80 // 100),
        "FreeStorageSpace": (below, 10 * GIB),
        "ReadLatency": (above, 0.1),
        "WriteLatency": (above, 0.1),
    }


def test_alarms_watch_this_database_and_notify_the_topic(
    deployed: Deployed, alarms: dict[str, dict[str, Any]]
) -> None:
    for name, alarm in alarms.items():
        assert alarm["Dimensions"] == [
            {"Name": "DBInstanceIdentifier", "Value": deployed.outputs["database_identifier"]}
        ]
        if name != "heartbeat":
            assert alarm["AlarmActions"] == [deployed.outputs["topic_arn"]]


def test_one_alarm_says_that_the_database_is_unavailable(deployed: Deployed) -> None:
    name = f"dr-database-unavailable-{deployed.outputs['suffix']}"
    (alarm,) = deployed.client("cloudwatch").describe_alarms(
        AlarmNames=[name], AlarmTypes=["CompositeAlarm"]
    )["CompositeAlarms"]
    assert "heartbeat" in alarm["AlarmRule"]
    assert alarm["AlarmActions"] == [deployed.outputs["topic_arn"]]


def test_the_topic_is_encrypted_and_has_its_subscriber(deployed: Deployed) -> None:
    sns = deployed.client("sns")
    topic = deployed.outputs["topic_arn"]
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"]
    protocols = [one["Protocol"] for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]]
    assert "email" in protocols


def test_whether_messages_arrive_is_logged_by_sns_in_groups_that_are_encrypted(deployed: Deployed) -> None:
    topic = deployed.outputs["topic_arn"]
    found = deployed.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    roles = {value for name, value in found.items() if name.endswith("FeedbackRoleArn")}
    (role,) = {role.rpartition("/")[2] for role in roles}
    for name in ("HTTPFailureFeedbackRoleArn", "LambdaSuccessFeedbackRoleArn", "SQSFailureFeedbackRoleArn"):
        assert found[name].endswith(f":role/{role}")
    (trust,) = deployed.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "sns.amazonaws.com"}
    _, _, _, region, account, name = topic.split(":")
    group = f"sns/{region}/{account}/{name}"
    groups = deployed.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert {one["logGroupName"] for one in groups} == {group, f"{group}/Failure"}
    assert {one["kmsKeyId"] for one in groups} == {deployed.outputs["key_arns_logs"]}
    assert {one["retentionInDays"] for one in groups} == {365}


def test_failovers_and_lagging_replicas_are_reported(deployed: Deployed) -> None:
    found = deployed.client("rds").describe_event_subscriptions()["EventSubscriptionsList"]
    (ours,) = [one for one in found if deployed.outputs["database_identifier"] in one["SourceIdsList"]]
    assert {"failover", "failure", "availability", "read replica"} <= set(ours["EventCategoriesList"])
    assert ours["SnsTopicArn"] == deployed.outputs["topic_arn"]


def test_the_dashboard_shows_the_database(deployed: Deployed) -> None:
    body = deployed.client("cloudwatch").get_dashboard(DashboardName=deployed.outputs["dashboard_name"])[
        "DashboardBody"
    ]
    metrics = {widget["properties"]["metrics"][0][1] for widget in json.loads(body)["widgets"]}
    assert {"CPUUtilization", "FreeStorageSpace", "ReadLatency", "WriteLatency"} <= metrics
