"""CloudWatch: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from localcloud.gaps.cloudwatch import holds
from tests.localcloud.server import Server

TOPIC = "arn:aws:sns:eu-central-2:123456789012:alerts"


def metric_alarm(server: Server) -> str:
    name = f"a-{uuid.uuid4().hex[:8]}"
    server.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        MetricName="CPUUtilization",
        Namespace="AWS/RDS",
        Statistic="Average",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=80,
        Period=60,
        EvaluationPeriods=1,
    )
    return name


def composite(server: Server, rule: str) -> dict[str, Any]:
    client, name = server.client("cloudwatch"), f"c-{uuid.uuid4().hex[:8]}"
    client.put_composite_alarm(
        AlarmName=name,
        AlarmRule=rule,
        AlarmDescription="unavailable",
        AlarmActions=[TOPIC],
        OKActions=[TOPIC],
        InsufficientDataActions=[TOPIC],
        Tags=[{"Key": "Project", "Value": "citizen-data"}],
    )
    return describe(server, name)


def describe(server: Server, name: str) -> dict[str, Any]:
    answer = server.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    return dict(answer["CompositeAlarms"][0])


def a_composite_alarm_is_kept(server: Server) -> None:
    rule = f'ALARM("{metric_alarm(server)}")'
    made = composite(server, rule)
    assert made["AlarmRule"] == rule
    assert made["AlarmActions"] == made["OKActions"] == made["InsufficientDataActions"] == [TOPIC]
    assert made["AlarmDescription"] == "unavailable"
    assert made["ActionsEnabled"] is True
    tags = server.client("cloudwatch").list_tags_for_resource(ResourceARN=made["AlarmArn"])["Tags"]
    assert tags == [{"Key": "Project", "Value": "citizen-data"}]


@pytest.mark.server
def test_filled(local_aws: Server) -> None:
    a_composite_alarm_is_kept(local_aws)


@pytest.mark.server
def test_still_missing_in_moto(plain_moto: Server) -> None:
    with pytest.raises((ClientError, ResponseParserError)):
        a_composite_alarm_is_kept(plain_moto)


@pytest.mark.server
def test_its_state_follows_the_alarms_of_its_rule(local_aws: Server) -> None:
    client, one, two = local_aws.client("cloudwatch"), metric_alarm(local_aws), metric_alarm(local_aws)
    name = composite(local_aws, f'ALARM("{one}") AND ALARM("{two}")')["AlarmName"]
    client.set_alarm_state(AlarmName=one, StateValue="ALARM", StateReason="drill")
    assert describe(local_aws, name)["StateValue"] == "OK"
    client.set_alarm_state(AlarmName=two, StateValue="ALARM", StateReason="drill")
    assert describe(local_aws, name)["StateValue"] == "ALARM"
    client.set_alarm_state(AlarmName=one, StateValue="OK", StateReason="drill")
    assert describe(local_aws, name)["StateValue"] == "OK"


@pytest.mark.server
def test_it_is_deleted_like_any_other(local_aws: Server) -> None:
    client, name = local_aws.client("cloudwatch"), composite(local_aws, "FALSE")["AlarmName"]
    client.delete_alarms(AlarmNames=[name])
    assert not client.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]


@pytest.mark.server
def test_a_rule_that_cannot_be_read_is_refused(local_aws: Server) -> None:
    with pytest.raises(ClientError, match="AlarmRule is not valid"):
        composite(local_aws, "ALARM(one) XOR ALARM(two)")


@pytest.mark.parametrize(
    ("rule", "true"),
    [
        ("TRUE", True),
        ("FALSE OR TRUE", True),
        ("TRUE OR FALSE AND FALSE", True),
        ("(TRUE OR FALSE) AND FALSE", False),
        ("NOT FALSE AND FALSE", False),
        ("NOT (FALSE AND FALSE)", True),
        ("ALARM(red)", True),
        ("ALARM('red') AND OK(\"green blue\")", True),
        ("ALARM(arn:aws:cloudwatch:eu-central-2:123456789012:alarm:red)", True),
        ("INSUFFICIENT_DATA(red)", False),
        ("ALARM(unknown)", False),
    ],
)
def test_rules(rule: str, true: bool) -> None:
    assert holds(rule, {"red": "ALARM", "green blue": "OK"}) is true


@pytest.mark.parametrize("rule", ["", "ALARM()", "(TRUE", "TRUE TRUE", "TRUE AND", "alarm(red)", "NOT"])
def test_unreadable_rules(rule: str) -> None:
    with pytest.raises(ValueError, match=r"unexpected|missing|not closed"):
        holds(rule, {})
