"""Drift that is accepted: attributes of a resource that raise no alarm, for a reason, until a day. They are still listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from operations.accepted import Accepted, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from operations.drift.findings import Drifted, Finding

LONGEST = timedelta(days=180)
"""Half a year: what is right for longer belongs into the configuration (``ignore_changes``)."""


class Ignore(Accepted):
    """Attributes that may differ.

    Args:
        stack: name of the system.
        address: address of the resource.
        path: the attribute, as the report prints it; what is below it is meant too.
        environment: name of the environment; all unless given.
        reason: why it may differ.
        expires: the last day on which it may; 180 days from now at most.
    """

    stack: Annotated[str, Field(min_length=1)]
    address: Annotated[str, Field(min_length=1)]
    path: Annotated[str, Field(min_length=1)]
    environment: Annotated[str | None, Field(min_length=1)] = None

    def is_about(self, stack: str, environment: str) -> bool:
        """Whether it is for a system in an environment."""
        return self.stack == stack and self.environment in (None, environment)

    def covers(self, address: str, attribute: Drifted) -> bool:
        """Whether an attribute of a resource may differ."""
        name = attribute.name
        return self.address == address and (
            name == self.path or name.startswith((f"{self.path}.", f"{self.path}["))
        )

    def __str__(self) -> str:
        return f"the ignore rule for {self.path} of {self.address}"


_TABLE = Table(
    "ignore",
    Ignore,
    allowed={
        "stack": "the name of a system, such as citizen-data",
        "address": "the address of a resource, as the report prints it",
        "path": "an attribute, as the report prints it, such as tags.Owner",
        "environment": "the name of an environment, such as prod",
    },
    longest=LONGEST,
    fix="look at it again when the time has come; what may differ for ever belongs into the configuration",
)


def read(path: Path, *, today: date) -> list[Ignore]:
    """The rules of a file.

    Args:
        path: a TOML file with ``[[ignore]]`` tables.
        today: the day from which the longest time is counted.

    Raises:
        Problem: the file is missing or broken, a rule lacks something, says something unknown, or lasts too long.
    """
    return _TABLE.read(path, today=today)


def apply(
    rules: Sequence[Ignore], findings: Sequence[Finding], *, today: date
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Mark what is ignored.

    Args:
        rules: those for this system and environment.
        findings: what drifted.
        today: the day on which rules must not have expired.

    Returns:
        The findings, and what is to be said of the rules themselves.
    """
    valid = [rule for rule in rules if rule.expires >= today]
    marked = tuple(
        replace(
            finding, attributes=tuple(_marked(finding.address, each, valid) for each in finding.attributes)
        )
        for finding in findings
    )
    return marked, tuple(note for rule in rules for note in _notes(rule, findings, today))


def _marked(address: str, attribute: Drifted, rules: Sequence[Ignore]) -> Drifted:
    # A resource that is gone has no path, so that no rule covers it: that is never ignored.
    rule = next((rule for rule in rules if rule.covers(address, attribute)), None)
    return attribute if rule is None else replace(attribute, accepted=rule)


def _notes(rule: Ignore, findings: Sequence[Finding], today: date) -> Iterator[str]:
    used = any(rule.covers(finding.address, each) for finding in findings for each in finding.attributes)
    if rule.expires < today:
        yield f"{rule} expired on {rule.expires}: it ignores nothing any more"
    elif not used:
        yield f"{rule} has nothing to ignore: take it out"
