"""SNS topics and SQS queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.policies import attached, denies_plain_text, document_of, open_to_everyone
from operations.compliance.verdicts import (
    decided,
    fails,
    needs_runtime,
    not_applicable,
    number,
    passes,
    require,
    require_set,
    require_true,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.compliance.graph import Graph, Resource
    from operations.compliance.verdicts import Finding
    from operations.plans.statements import Statement

LONGEST = 14 * 86400
"""Seconds that SQS keeps a message at most."""

_FEEDBACK = tuple(
    f"{protocol}_{outcome}_feedback_role_arn"
    for protocol in ("application", "firehose", "http", "lambda", "sqs")
    for outcome in ("failure", "success")
)


def topic_encrypted(graph: Graph) -> Iterator[Finding]:
    """Topics are encrypted."""
    for topic in graph.all("aws_sns_topic"):
        yield require_set(topic, "kms_master_key_id")


def delivery_logged(graph: Graph) -> Iterator[Finding]:
    """It is logged whether messages reach their subscribers."""
    for topic in graph.all("aws_sns_topic"):
        found = {name: topic.is_set(name) for name in _FEEDBACK}
        named = [name for name, value in found.items() if value is True]
        if named:
            yield passes(topic, named[0], "set")
        else:
            unknown = UNKNOWN in found.values()
            yield decided(topic, _FEEDBACK[0], UNKNOWN if unknown else False, "no delivery status is logged")


def every_delivery_logged(graph: Graph) -> Iterator[Finding]:
    """It is logged of every protocol that SNS can log whether messages arrive, and whether they do not."""
    for topic in graph.all("aws_sns_topic"):
        found = {name: topic.is_set(name) for name in _FEEDBACK}
        missing = [name for name, value in found.items() if value is False]
        if missing:
            yield fails(topic, missing[0], "not set")
        elif UNKNOWN in found.values():
            yield needs_runtime(topic, next(name for name, value in found.items() if value is UNKNOWN))
        else:
            yield passes(topic, _FEEDBACK[0], "set, as those of the other protocols")


def topic_private(graph: Graph) -> Iterator[Finding]:
    """No topic's policy lets everyone in."""
    for topic in graph.all("aws_sns_topic"):
        found = _of_topic(graph, topic)
        if found is None:
            yield needs_runtime(topic, "aws_sns_topic_policy.policy")
        else:
            opened = open_to_everyone(found)
            evidence = str(opened[0]) if opened else f"{len(found)} statements"
            yield decided(topic, "aws_sns_topic_policy.policy", not opened, evidence)


def topic_tls_only(graph: Graph) -> Iterator[Finding]:
    """Nobody publishes without TLS."""
    for topic in graph.all("aws_sns_topic"):
        yield _tls(topic, _of_topic(graph, topic), "aws_sns_topic_policy.policy")


def queue_encrypted(graph: Graph) -> Iterator[Finding]:
    """Queues are encrypted."""
    for queue in graph.all("aws_sqs_queue"):
        own = queue.is_set("kms_master_key_id")
        if own is False:
            # SQS encrypts with a key of its own unless that is turned off (SQS API, SqsManagedSseEnabled, 2026-11).
            yield require_true(queue, "sqs_managed_sse_enabled", default=True)
        else:
            yield require_set(queue, "kms_master_key_id")


def queue_tls_only(graph: Graph) -> Iterator[Finding]:
    """Nobody uses a queue without TLS."""
    for queue in graph.all("aws_sqs_queue"):
        found = attached(graph, queue, "queue_url", "aws_sqs_queue_policy")
        yield _tls(queue, found, "aws_sqs_queue_policy.policy")


def topic_heard(graph: Graph) -> Iterator[Finding]:
    """Somebody receives what a topic gets."""
    for topic in graph.all("aws_sns_topic"):
        found = graph.referring(topic, "topic_arn", "aws_sns_topic_subscription")
        unknown = not found and graph.unresolved("topic_arn", "aws_sns_topic_subscription")
        evidence = f"{len(found)} subscriptions"
        yield decided(topic, "aws_sns_topic_subscription", UNKNOWN if unknown else bool(found), evidence)


def queue_has_own_key(graph: Graph) -> Iterator[Finding]:
    """Queues are encrypted with a key of ours."""
    for queue in graph.all("aws_sqs_queue"):
        yield require_set(queue, "kms_master_key_id")


def dead_letters_kept(graph: Graph) -> Iterator[Finding]:
    """Dead letters are kept for as long as SQS can: 14 days."""
    for queue in graph.all("aws_sqs_queue"):
        if graph.referring(queue, "dead_letter_config", "aws_lambda_function"):
            yield require(
                queue, "message_retention_seconds", lambda value: number(value) >= LONGEST, default=0
            )
        else:
            yield not_applicable(queue, "aws_lambda_function.dead_letter_config", "takes no dead letters")


def _of_topic(graph: Graph, topic: Resource) -> Sequence[Statement] | None:
    own = document_of(topic, "policy")
    others = attached(graph, topic, "arn", "aws_sns_topic_policy")
    return None if own is None or others is None else [*own, *others]


def _tls(resource: Resource, found: Sequence[Statement] | None, attribute: str) -> Finding:
    if found is None:
        return needs_runtime(resource, attribute)
    return decided(resource, attribute, denies_plain_text(found), f"{len(found)} statements")
