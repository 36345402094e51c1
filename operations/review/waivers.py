"""Waivers: dangerous changes that are accepted, each in one plan, for a reason, until a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from environments.problem import Problem
from operations import toml_file

if TYPE_CHECKING:
    from pathlib import Path

_DEFAULT = "environments/waivers.toml"

LONGEST = timedelta(days=90)
"""A waiver is for a plan that will be applied soon."""

_ALLOWED = {
    "address": "the address of a resource, as the review prints it",
    "plan": "the hash of the plan, as the review prints it: sha256: and 64 hexadecimal digits",
    "reason": "a sentence of 20 characters or more",
    "expires": "a day without quotes, such as 2027-05-31",
}


class Waiver(BaseModel):
    """A change that is accepted.

    Args:
        address: address of the resource.
        plan: hash of the plan that it is accepted in.
        reason: why it is accepted.
        expires: last day on which it is accepted; 90 days from now at most.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    address: Annotated[str, Field(min_length=1)]
    plan: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    reason: Annotated[str, Field(min_length=20)]
    expires: date

    def covers(self, address: str, plan: str) -> bool:
        """Whether it is about a change of a plan."""
        return self.address == address and self.plan == plan


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    waiver: list[Waiver] = []


def accepted(file: Path | None, root: Path, *, today: date) -> list[Waiver]:
    """The waivers that hold for a project.

    Args:
        file: a file of waivers; by default ``environments/waivers.toml``, which need not be there.
        root: the folder of the project.
        today: see `read`.

    Raises:
        Problem: see `read`.
    """
    path = file or root / _DEFAULT
    return read(path, today=today) if file or path.exists() else []


def read(path: Path, *, today: date) -> list[Waiver]:
    """The waivers of a file.

    Args:
        path: a TOML file with ``[[waiver]]`` tables.
        today: the day from which the longest time is counted.

    Raises:
        Problem: the file is missing or broken, a waiver lacks something, says something unknown, or lasts too long.
    """
    try:
        found = _File.model_validate(toml_file.read(path, what="waivers")).waiver
    except ValidationError as error:
        raise toml_file.problem(path, error, table="waiver", model=Waiver, allowed=_ALLOWED) from None
    for number, waiver in enumerate(found, start=1):
        if waiver.expires > today + LONGEST:
            raise Problem(
                f"{path}, waiver {number}: lasts longer than {LONGEST.days} days",
                given=waiver.expires,
                allowed=f"up to {today + LONGEST}",
                fix="plan again when the time has come; a waiver is for one plan",
            )
    return found
