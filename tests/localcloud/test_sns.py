"""SNS: the gap in moto is told apart from what we fill."""

from __future__ import annotations

import uuid

import pytest

from tests.localcloud.server import Server

pytestmark = pytest.mark.server

ROLE = "arn:aws:iam::123456789012:role/deliveries"


def a_topic_says_how_its_deliveries_are_logged(server: Server) -> None:
    sns = server.client("sns")
    topic = sns.create_topic(
        Name=f"t-{uuid.uuid4().hex[:8]}", Attributes={"HTTPFailureFeedbackRoleArn": ROLE}
    )["TopicArn"]
    for name, value in {"SQSSuccessFeedbackRoleArn": ROLE, "SQSSuccessFeedbackSampleRate": "100"}.items():
        sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)
    found = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert {name: value for name, value in found.items() if "Feedback" in name} == {
        "HTTPFailureFeedbackRoleArn": ROLE,
        "SQSSuccessFeedbackRoleArn": ROLE,
        "SQSSuccessFeedbackSampleRate": "100",
    }


def test_filled(local_aws: Server) -> None:
    a_topic_says_how_its_deliveries_are_logged(local_aws)


def test_still_missing_in_moto(plain_moto: Server) -> None:
    with pytest.raises(AssertionError):
        a_topic_says_how_its_deliveries_are_logged(plain_moto)


def test_what_is_taken_back_is_not_said(local_aws: Server) -> None:
    sns = local_aws.client("sns")
    topic = sns.create_topic(Name=f"t-{uuid.uuid4().hex[:8]}")["TopicArn"]
    for value in (ROLE, ""):
        sns.set_topic_attributes(
            TopicArn=topic, AttributeName="LambdaFailureFeedbackRoleArn", AttributeValue=value
        )
    assert "LambdaFailureFeedbackRoleArn" not in sns.get_topic_attributes(TopicArn=topic)["Attributes"]
