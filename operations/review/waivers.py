"""Waivers: dangerous changes that are accepted, each in one plan, for a reason, until a day."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from environments.problem import Problem

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
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        found = _File.model_validate(values).waiver
    except FileNotFoundError:
        raise Problem(f"{path}: there is no such file", fix="name a file of waivers") from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror})", fix="name a readable file") from None
    except UnicodeDecodeError:
        raise Problem(f"{path}: is not UTF-8 text", fix="save the file in the encoding UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path}: is not valid TOML", given=error, fix="correct it") from None
    except ValidationError as error:
        raise _problem(path, error) from None
    for number, waiver in enumerate(found, start=1):
        if waiver.expires > today + LONGEST:
            raise Problem(
                f"{path}, waiver {number}: lasts longer than {LONGEST.days} days",
                given=waiver.expires,
                allowed=f"up to {today + LONGEST}",
                fix="plan again when the time has come; a waiver is for one plan",
            )
    return found


def _problem(path: Path, error: ValidationError) -> Problem:
    first = error.errors(include_url=False, include_context=False)[0]
    place = first["loc"]
    where, name = (f", waiver {int(place[1]) + 1}", str(place[2])) if len(place) > 2 else ("", str(place[-1]))  # noqa: PLR2004 - list, position, field
    if first["type"] == "extra_forbidden":
        known = ", ".join(Waiver.model_fields) if where else "[[waiver]] tables"
        return Problem(f"{path}{where}: has no setting {name}", allowed=known, fix="take it out")
    given = None if first["type"] == "missing" else first["input"]
    what = "is missing" if first["type"] == "missing" else "is not valid"
    return Problem(f"{path}{where}: {name} {what}", given=given, allowed=_ALLOWED.get(name))
