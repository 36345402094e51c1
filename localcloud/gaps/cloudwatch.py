"""CloudWatch: composite alarms.

In moto 5.2.5 PutCompositeAlarm is missing, though DescribeAlarms knows such alarms; there they have no ``AlarmRule``.
Terraform retries the missing call for minutes. Here the alarm is stored with its rule, and its state follows the alarms
that the rule names, so that SetAlarmState on one of them shows what operators would see. Its actions are not taken.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

Alarm: TypeAlias = Any
"""moto's ``Alarm``."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?P<quote>["']?)(?P<alarm>[^"')]+)(?P=quote)\s*\)"""
    r"""|(?P<word>AND|OR|NOT|TRUE|FALSE|\(|\)))""",
    re.VERBOSE,
)


def install() -> None:
    """Patch moto's CloudWatch once."""
    from moto.cloudwatch import models  # noqa: PLC0415 - moto comes after its settings
    from moto.cloudwatch.responses import CloudWatchResponse  # noqa: PLC0415

    response: Any = CloudWatchResponse
    alarm: Any = models.Alarm
    backend: Any = models.CloudWatchBackend
    if hasattr(alarm, "alarm_rule"):
        return
    alarm.alarm_rule = property(lambda self: self.rule)
    response.put_composite_alarm = response.put_metric_alarm
    describe, put = response.describe_alarms, backend.put_metric_alarm

    def put_metric_alarm(self: Any, **settings: Any) -> Alarm:  # noqa: ANN401 - moto's
        if settings.get("rule") is not None:
            problem(str(settings["rule"]))
        return put(self, **settings)

    def describe_alarms(self: Any) -> Any:  # noqa: ANN401 - moto's
        alarms = self.cloudwatch_backend.alarms
        for composite in alarms.values():
            if composite.rule is not None:
                state = (
                    "ALARM"
                    if holds(composite.rule, {name: one.state_value for name, one in alarms.items()})
                    else "OK"
                )
                if state != composite.state_value:
                    composite.update_state(f"{composite.rule} is {state == 'ALARM'}", "{}", state)
        return describe(self)

    backend.put_metric_alarm = put_metric_alarm
    response.describe_alarms = describe_alarms


def problem(rule: str) -> None:
    """Refuse a rule that cannot be read, as AWS does (``ValidationError``)."""
    from moto.cloudwatch.exceptions import ValidationError  # noqa: PLC0415

    try:
        holds(rule, {})
    except ValueError as error:
        raise ValidationError(f"AlarmRule is not valid: {error}") from error


def holds(rule: str, states: dict[str, str]) -> bool:
    """Whether an alarm rule is true.

    Source: PutCompositeAlarm, ``AlarmRule``: ``ALARM``, ``OK``, ``INSUFFICIENT_DATA``, ``AND``, ``OR``, ``NOT``, ``TRUE``,
    ``FALSE`` and parentheses; ``NOT`` binds most, then ``AND``.

    Args:
        rule: the expression.
        states: of the alarms, by name or ARN.

    Raises:
        ValueError: the rule cannot be read; says where.
    """
    return _Reader(rule, states).read()


class _Reader:
    """Reads a rule from left to right."""

    def __init__(self, rule: str, states: dict[str, str]) -> None:
        self._tokens: list[tuple[str, bool]] = []
        position = 0
        while rule[position:].strip():
            token = _TOKEN.match(rule, position)
            if token is None:
                raise ValueError(f"unexpected {rule[position:].strip()[:40]!r}")
            if wanted := token["state"]:
                name = token["alarm"].strip().rpartition(":alarm:")[2]
                self._tokens.append(("value", states.get(name) == wanted))
            elif token["word"] in {"TRUE", "FALSE"}:
                self._tokens.append(("value", token["word"] == "TRUE"))
            else:
                self._tokens.append((token["word"], False))
            position = token.end()

    def read(self) -> bool:
        value = self._any()
        if self._tokens:
            raise ValueError(f"unexpected {self._tokens[0][0]!r}")
        return value

    def _any(self) -> bool:
        value = self._all()
        while self._take("OR"):
            value = self._all() or value
        return value

    def _all(self) -> bool:
        value = self._one()
        while self._take("AND"):
            value = self._one() and value
        return value

    def _one(self) -> bool:
        if self._take("NOT"):
            return not self._one()
        if self._take("("):
            value = self._any()
            if not self._take(")"):
                raise ValueError("a parenthesis is not closed")
            return value
        if not self._tokens or self._tokens[0][0] != "value":
            raise ValueError("an alarm's state is missing")
        return self._tokens.pop(0)[1]

    def _take(self, word: str) -> bool:
        if self._tokens and self._tokens[0][0] == word:
            self._tokens.pop(0)
            return True
        return False
