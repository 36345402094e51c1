"""A topic is told of drift."""

from __future__ import annotations

import json
import uuid

import pytest

from environments.problem import Problem
from operations.drift import notifying
from operations.drift.report import Report
from tests.localcloud.server import REGION, Server
from tests.operations.drift.reporting import changed, checked, full_report

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    "topic", ["", "topic", f"arn:aws:sns:{REGION}:{ACCOUNT}", f"arn:aws:sqs:{REGION}:{ACCOUNT}:it"]
)
def test_what_is_no_topic_is_told(topic: str) -> None:
    with pytest.raises(Problem, match="this is no ARN of a topic"):
        notifying.check(topic)


@pytest.mark.server
def test_subscribers_get_the_report_and_can_choose_by_severity(aws: Server) -> None:
    name = f"drift-{uuid.uuid4().hex[:8]}"
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}",
        Attributes={"FilterPolicy": json.dumps({"severity": ["security"]})},
    )
    notifying.publish(Report(systems=[checked(changed())]), topic)
    notifying.publish(full_report(), topic)
    (message,) = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    body = json.loads(message["Body"])
    assert body["Subject"] == "Holdfast: security: citizen-data (prod), payments (prod)"
    assert "aws_db_instance.it  changed" in body["Message"]


@pytest.mark.server
def test_a_topic_that_is_not_there_is_told(aws: Server) -> None:
    with pytest.raises(Exception, match="AWS refused"):
        notifying.publish(full_report(), f"arn:aws:sns:{REGION}:{ACCOUNT}:{uuid.uuid4().hex}")
