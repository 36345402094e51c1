"""Waivers: rules that are deliberately not met, each for a reason, with what is done instead, until a day."""

from __future__ import annotations

from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from environments.problem import Problem
from operations.accepted import Accepted, Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

LONGEST = timedelta(days=366)

_ONE_CHECK = "the rule of each pack that asks for it, such as RDS.23; all of them decided by one check"


class Waiver(Accepted):
    """A rule that is not met, deliberately.

    Args:
        rules: the rules, by their ids; several when packs ask for the same thing.
        stacks: the systems that it is for.
        address: pattern of Terraform addresses of one type; ``*`` stands for any characters.
        reason: why it is not met.
        compensating_control: what limits the risk instead.
        owner: role that answers for it.
        environment: name of the environment that it is for; all unless given.
        expires: last day on which it is accepted; a year from now at most.
    """

    rules: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
    stacks: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
    address: Annotated[str, Field(pattern=r"^(data\.)?[a-z]\w+\.\S+$")]
    compensating_control: Annotated[str, Field(min_length=20)]
    owner: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]+$")]
    environment: Annotated[str | None, Field(pattern=r"^[\w.-]+$")] = None

    def is_about(self, stack: str, environment: str | None) -> bool:
        """Whether it is for a system in an environment; None: it is not known in which."""
        return stack in self.stacks and self.environment in (None, environment)

    def covers(self, rule: str, address: str) -> bool:
        """Whether it is about a rule and a resource."""
        # Keys of instances have brackets, which would be sets of characters in a pattern.
        return rule in self.rules and fnmatchcase(address, self.address.replace("[", "[[]"))

    def days_left(self, today: date) -> int:
        """How many days it is still accepted, today not counted."""
        return (self.expires - today).days


_TABLE = Table(
    "waiver",
    Waiver,
    allowed={
        "rules": _ONE_CHECK,
        "stacks": "names of the systems that it is for",
        "address": "the address of a resource, as the report prints it; * stands for any characters, not for the type",
        "compensating_control": "a sentence of 20 characters or more: what limits the risk instead",
        "owner": "the role that answers for it, such as security-officer",
        "environment": "the name of an environment, such as prod",
    },
    longest=LONGEST,
    fix="decide again in a year",
)


def read(path: Path, *, known: Iterable[tuple[str, str]], today: date) -> list[Waiver]:
    """The waivers of a file.

    Args:
        path: a TOML file with ``[[waiver]]`` tables.
        known: the rules that can be waived, each with its check.
        today: the day on which they must not have expired.

    Raises:
        Problem: the file is missing or broken; a waiver lacks something, says something unknown, lasts too long,
            or has expired.
    """
    found = _TABLE.read(path, today=today)
    checks = dict(known)
    for number, waiver in enumerate(found, start=1):
        _check(waiver, f"{path}, waiver {number}", checks, today)
    return found


def _check(waiver: Waiver, where: str, checks: dict[str, str], today: date) -> None:
    unknown = [rule for rule in waiver.rules if rule not in checks]
    if unknown:
        raise Problem(
            f"{where}: there is no such rule that the configuration decides",
            given=", ".join(unknown),
            allowed="rules as the report prints them",
            fix="correct the name, or take the waiver out",
        )
    if len({checks[rule] for rule in waiver.rules}) > 1:
        raise Problem(
            f"{where}: its rules ask for different things",
            given=", ".join(waiver.rules),
            allowed=_ONE_CHECK,
            fix="write a waiver for each",
        )
    if waiver.expires < today:
        raise Problem(
            f"{where}: expired on {waiver.expires}",
            given=f"{', '.join(waiver.rules)} for {waiver.address}",
            fix="meet the rule, or decide again, with a new last day",
        )
