"""Files of what is accepted: TOML tables of one kind, each with a reason and a last day."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from environments.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_ALLOWED = {
    "reason": "a sentence of 20 characters or more",
    "expires": "a day without quotes, such as 2027-01-31",
}


class Accepted(BaseModel):
    """Something that is accepted.

    Args:
        reason: why.
        expires: the last day on which it is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    reason: Annotated[str, Field(min_length=20)]
    expires: date


Kind = TypeVar("Kind", bound=Accepted)


class Table(Generic[Kind]):
    """One kind of tables.

    Args:
        name: of the tables: ``waiver`` for ``[[waiver]]``.
        model: what is in each.
        allowed: by setting, what is allowed, for those that all kinds do not have.
        longest: how far away the last day may be.
        fix: what to do instead when it is farther away.
    """

    def __init__(
        self, name: str, model: type[Kind], *, allowed: Mapping[str, str], longest: timedelta, fix: str
    ) -> None:
        self._name = name
        self._model = model
        self._allowed = {**_ALLOWED, **allowed}
        self._longest = longest
        self._fix = fix

    def read(self, path: Path, *, today: date) -> list[Kind]:
        """What a file has.

        Args:
            path: the file.
            today: the day from which the longest time is counted.

        Raises:
            Problem: it is missing or broken; or a table lacks something, says something unknown, or lasts too long.
        """
        values = _toml(path, self._name)
        unknown = [name for name in values if name != self._name]
        if unknown:
            raise Problem(
                f"{path}: has no setting {unknown[0]}", allowed=f"[[{self._name}]] tables", fix="take it out"
            )
        listed = values.get(self._name, [])
        if not isinstance(listed, list):
            raise Problem(f"{path}: {self._name} is not valid", allowed=f"[[{self._name}]] tables")
        found = [self._one(f"{path}, {self._name} {number}", each) for number, each in enumerate(listed, 1)]
        for number, each in enumerate(found, start=1):
            if each.expires > today + self._longest:
                raise Problem(
                    f"{path}, {self._name} {number}: lasts longer than {self._longest.days} days",
                    given=each.expires,
                    allowed=f"up to {today + self._longest}",
                    fix=self._fix,
                )
        return found

    def _one(self, where: str, values: object) -> Kind:
        try:
            return self._model.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
        if not first["loc"]:
            raise Problem(
                f"{where}: is not valid", given=values, allowed=f"a [[{self._name}]] table"
            ) from None
        name = str(first["loc"][0])
        if first["type"] == "extra_forbidden":
            known = ", ".join(self._model.model_fields)
            raise Problem(f"{where}: has no setting {name}", allowed=known, fix="take it out")
        missing = first["type"] == "missing"
        raise Problem(
            f"{where}: {name} is {'missing' if missing else 'not valid'}",
            given=None if missing else first["input"],
            allowed=self._allowed.get(name),
        )


def _toml(path: Path, name: str) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem(f"{path}: there is no such file", fix=f"name a file of {name}s") from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror})", fix="name a readable file") from None
    except UnicodeDecodeError:
        raise Problem(f"{path}: is not UTF-8 text", fix="save the file in the encoding UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path}: is not valid TOML", given=error, fix="correct it") from None
