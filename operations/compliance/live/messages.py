"""SNS topics and SQS queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.live.aws import absent_as_none, first

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State

_NO_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
_PROTOCOLS = {
    "Application": "application",
    "Firehose": "firehose",
    "HTTP": "http",
    "Lambda": "lambda",
    "SQS": "sqs",
}


def topic(aws: Aws, state: State) -> Arguments | None:
    """A topic."""
    found = _topic(aws, state["arn"])
    return found and {
        "name": state["arn"].rpartition(":")[2],
        "kms_master_key_id": found.get("KmsMasterKeyId"),
        **{
            f"{ours}_{outcome.lower()}_feedback_role_arn": found.get(f"{theirs}{outcome}FeedbackRoleArn")
            for theirs, ours in _PROTOCOLS.items()
            for outcome in ("Success", "Failure")
        },
    }


def topic_policy(aws: Aws, state: State) -> Arguments | None:
    """The policy of a topic."""
    found = _topic(aws, state["arn"])
    return found and {"arn": state["arn"], "policy": found.get("Policy")}


def subscription(aws: Aws, state: State) -> Arguments | None:
    """A subscription; one by e-mail may wait to be confirmed."""
    arn = state["topic_arn"]
    pages = aws.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
    every = absent_as_none(
        lambda: [one for page in pages for one in page["Subscriptions"]], "NotFound", "NotFoundException"
    )
    wanted = (state["protocol"], state["endpoint"])
    found = first([one for one in every or () if (one["Protocol"], one["Endpoint"]) == wanted])
    return found and {"topic_arn": arn, "protocol": found["Protocol"]}


def queue(aws: Aws, state: State) -> Arguments | None:
    """A queue."""
    found = _queue(aws, state["url"])
    return found and {
        "url": state["url"],
        "name": found["QueueArn"].rpartition(":")[2],
        "kms_master_key_id": found.get("KmsMasterKeyId"),
        "sqs_managed_sse_enabled": found.get("SqsManagedSseEnabled", "false"),
        "message_retention_seconds": found.get("MessageRetentionPeriod"),
    }


def queue_policy(aws: Aws, state: State) -> Arguments | None:
    """The policy of a queue."""
    found = _queue(aws, state["queue_url"])
    policy = found and found.get("Policy")
    return {"queue_url": state["queue_url"], "policy": policy} if policy else None


def _topic(aws: Aws, arn: str) -> Arguments | None:
    found: Arguments | None = absent_as_none(
        lambda: aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"],
        "NotFound",
        "NotFoundException",
    )
    return found


def _queue(aws: Aws, url: str) -> Arguments | None:
    found: Arguments | None = absent_as_none(
        lambda: aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"],
        *_NO_QUEUE,
    )
    return found


READERS: dict[str, Reader] = {
    "aws_sns_topic": topic,
    "aws_sns_topic_policy": topic_policy,
    "aws_sns_topic_subscription": subscription,
    "aws_sqs_queue": queue,
    "aws_sqs_queue_policy": queue_policy,
}
