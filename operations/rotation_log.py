"""What a rotation function wrote about one rotation, read from CloudWatch Logs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened.

    Attributes:
        text: what, in the function's words.
        step: the step of the rotation; None when Lambda itself reports it.
        failure: the kind of failure, such as ``authentication``; None when nothing failed.
        version: the version that is rotated; None when it is not known.
    """

    text: str
    step: str | None = None
    failure: str | None = None
    version: str | None = None


def parse(message: str) -> Line | None:
    """One line of the log, or None when it says nothing about a rotation.

    The function writes JSON objects with ``step``, ``version``, ``level`` and ``message``, and ``failure`` when it failed.
    When it could not even do that, Lambda reports in its own words, as JSON or as text.
    """
    try:
        fields = json.loads(message)
    except ValueError:
        return _plain(message)
    if not isinstance(fields, dict) or "_aws" in fields:
        return None  # a metric
    if "step" in fields and "version" in fields:
        failed = fields.get("level") == "ERROR"
        return Line(
            text=str(fields.get("message", "")),
            step=str(fields["step"]),
            failure=str(fields.get("failure") or "failed") if failed else None,
            version=str(fields["version"]),
        )
    return _of_lambda(fields)


def log_group(client: LambdaClient, function: str) -> str:
    """The log group of a function; its usual name when the function may not be described.

    Args:
        client: Lambda in the function's region.
        function: its ARN.
    """
    usual = f"/aws/lambda/{function.split(':')[6]}"
    try:
        described = client.get_function_configuration(FunctionName=function)
    except ClientError:
        return usual
    return described.get("LoggingConfig", {}).get("LogGroup", usual)


class RotationLog:
    """The lines about one rotation, each given once.

    Args:
        client: CloudWatch Logs in the function's region.
        group: the function's log group.
        version: the version that is rotated.
        since: when it began.
    """

    def __init__(self, client: CloudWatchLogsClient, group: str, *, version: str, since: datetime) -> None:
        self._client = client
        self._group = group
        self._version = version
        self._since = int(since.timestamp() * 1000)
        self._seen: set[str] = set()
        self.unreadable: str | None = None
        """Why the log cannot be read, when it cannot."""

    def new_lines(self) -> list[Line]:
        """What was written since the last call, in the order of time."""
        lines = []
        for event in sorted(self._events(), key=lambda event: event.get("timestamp", 0)):
            name = str(event.get("eventId"))
            if name not in self._seen:
                self._seen.add(name)
                line = parse(event.get("message", ""))
                if line is not None and line.version in {None, self._version}:
                    lines.append(line)
        return _without_echoes(lines)

    def _events(self) -> list[Any]:
        self.unreadable = None
        pages = self._client.get_paginator("filter_log_events")
        try:
            return [
                event
                for page in pages.paginate(logGroupName=self._group, startTime=self._since)
                for event in page.get("events", [])
            ]
        except ClientError as error:
            # Whether the rotation succeeds does not depend on who may read its log.
            self.unreadable = str(error)
            return []


def _plain(message: str) -> Line | None:
    if "Task timed out" in message:
        return Line(text=message.strip(), failure="timeout")
    if message.startswith("[ERROR]"):
        return Line(text=message.removeprefix("[ERROR]").strip(), failure="function error")
    return None


def _of_lambda(fields: dict[str, Any]) -> Line | None:
    if "errorMessage" in fields:
        return Line(text=str(fields["errorMessage"]), failure=str(fields.get("errorType", "function error")))
    record = fields.get("record")
    if fields.get("type") == "platform.report" and isinstance(record, dict):
        if record.get("status") == "timeout":
            return Line(text="Lambda stopped the function after its time", failure="timeout")
        if str(record.get("errorType", "")).startswith(("Runtime.", "Sandbox.")):
            return Line(text="the function ended without an answer", failure=str(record["errorType"]))
    return None


def _without_echoes(lines: list[Line]) -> list[Line]:
    """Leave out where Lambda says again what the function has said."""
    said = [line.text for line in lines if line.step]
    return [line for line in lines if line.step or not any(text in line.text for text in said)]
