"""Tell a topic of drift."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations.aws import explained, session
from operations.drift import text

if TYPE_CHECKING:
    from operations.drift.report import Report

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?")
_LONGEST_SUBJECT = 100
_LARGEST_MESSAGE = 256 * 1024
"""Characters and bytes. Source: SNS API, Publish (2026-11)."""

_CUT = "\n... the rest is in the other reports"
_WORDS = {0: "clean", 1: "error", 2: "drift", 3: "security"}


def check(topic: str) -> None:
    """Make sure that something is the ARN of a topic.

    Raises:
        Problem: it is not.
    """
    if not _TOPIC.fullmatch(topic):
        raise Problem(
            "this is no ARN of a topic", given=topic, allowed="arn:aws:sns:<region>:<account>:<name>"
        )


def publish(report: Report, topic: str) -> None:
    """Publish a report to a topic; subscribers can choose by the attribute ``severity``.

    Args:
        report: the report.
        topic: ARN of the topic.

    Raises:
        Problem: it is no ARN of a topic; there are no credentials, or they may not publish.
        Failed: SNS refused.
    """
    check(topic)
    word = _WORDS[report.exit_code]
    message = "\n".join(line.plain for line in text.lines(report))
    if len(message.encode()) > _LARGEST_MESSAGE:
        kept = _LARGEST_MESSAGE - len(_CUT.encode())
        message = message.encode()[:kept].decode("utf-8", "ignore") + _CUT
    subject = f"Holdfast: {word}: {', '.join(str(system) for system in report.systems)}"
    with explained():
        session(topic.split(":")[3]).client("sns").publish(
            TopicArn=topic,
            Subject=_printable(subject)[:_LONGEST_SUBJECT],
            Message=message,
            MessageAttributes={"severity": {"DataType": "String", "StringValue": word}},
        )


def _printable(subject: str) -> str:
    """A subject as SNS takes it: ASCII, on one line."""
    return "".join(character if " " <= character <= "~" else "?" for character in subject)
