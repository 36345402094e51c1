"""What every settings model of Holdfast has in common: frozen, complete at construction, no unknown settings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Profile = Literal["ephemeral", "regulated"]
"""How resources are removed: ``ephemeral`` destroys everything, ``regulated`` protects what holds data."""

LowerCaseName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
"""Lower-case letters, digits and single hyphens, starting with a letter (constraint C16)."""


class Settings(BaseModel):
    """A frozen pydantic model that refuses settings it does not know and values of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)

    @classmethod
    def about(cls, setting: str) -> str | None:
        """Return what the docstrings of the model, and of those that it extends, say of a setting."""
        for model in cls.__mro__:
            match = re.search(
                rf"^\s+{setting}: (.+?)(?=^\s+\w+: |\Z)", model.__doc__ or "", re.MULTILINE | re.DOTALL
            )
            if match:
                return re.sub(r"\s+", " ", match[1]).strip()
        return None


def one_of(values: Iterable[int | str]) -> Any:  # noqa: ANN401 - what pydantic's Field returns, too
    """Return the annotation that lists the values of a setting in its JSON schema, for the settings reference."""
    return Field(json_schema_extra={"enum": list(values)})


def refusal(what: str, *, allowed: str, fix: str, constraint: str | None = None) -> ValueError:
    """Make the error of a validator: pydantic adds the place and the value that was given.

    Args:
        what: why the value is refused.
        allowed: the values that are accepted.
        fix: what to write instead.
        constraint: id of the AWS rule in ``modules/facts/constraints.tsv``.
    """
    rule = f" [{constraint}]" if constraint else ""
    return ValueError(f"{what}{rule}\n  allowed: {allowed}\n  fix:     {fix}")
