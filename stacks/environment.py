"""An environment: one ``environments/<name>.tfvars``, checked as a whole before anything is built from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError, model_validator

from environments import parsed, selection
from environments.problem import Problem
from environments.systems import SYSTEMS
from modules.common import Common
from modules.settings import Settings, refusal
from stacks.settings import CitizenDataSettings, DatabaseHaSettings

_BLOCKS = [system.block for system in SYSTEMS if system.block]


class Environment(CitizenDataSettings):
    """Everything that an environment decides: what its systems have in common, and each of them.

    The blocks of ``citizen-data`` are next to the common settings.

    Args:
        database_ha: see :class:`DatabaseHaSettings`; without it the environment has no such system.
    """

    database_ha: DatabaseHaSettings | None = None

    @model_validator(mode="after")
    def _one_suffix(self) -> Self:
        for block in _BLOCKS:
            system = getattr(self, block)
            if system is not None and system.suffix != self.suffix:
                raise refusal(
                    f"{block}.suffix is {system.suffix}",
                    allowed=f"{self.suffix}, the environment's: it is part of where the states are",
                    fix="take it out",
                )
        return self

    @property
    def blocks(self) -> set[str]:
        """The blocks that are there."""
        return {name for name in self.model_fields_set if getattr(self, name) is not None}


def load(name: str, *, folder: Path = selection.FOLDER, suffix: str | None = None) -> Environment:
    """Read and check an environment.

    Args:
        name: name of the file, without ``.tfvars``.
        folder: where the files lie.
        suffix: takes the place of the file's suffix.

    Raises:
        Problem: when the file is missing, broken, or says what AWS would refuse.
    """
    path = selection.file(name, folder)
    source = f"{folder.name}/{path.name}"
    document = parsed.load(path, source=source)
    values = completed({**document.values, "suffix": suffix} if suffix else document.values)
    try:
        # As JSON, because strict models take a list for a tuple only there.
        return Environment.model_validate_json(json.dumps(values))
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        if suffix and place == ("suffix",):
            source = f"{selection.SUFFIX_VARIABLE}, or {selection.SUFFIX_CONTEXT} in the cdktf context"
        elif line := document.line(place):
            source = f"{source}, line {line}"
        raise _problem(source, error) from None


def completed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the block of each system what it has of the environment; what it says itself stays.

    Args:
        values: of the environment's file.
    """
    common = {name: values[name] for name in Common.model_fields if name in values}
    return {
        name: {**common, **value} if name in _BLOCKS and isinstance(value, Mapping) else value
        for name, value in values.items()
    }


def _problem(source: str, error: ValidationError) -> Problem:
    # What a block has of the environment would be told once more for each system.
    told = {(found["loc"], found["msg"]) for found in error.errors()}
    first, *others = [found for found in error.errors() if not _told_above(found, told)]
    place = ".".join(str(part) for part in first["loc"]) or "environment"
    what, allowed, fix = _explain(first, place)
    more = f" ({len(others)} more after it)" if others else ""
    given = None if isinstance(first["input"], dict) else repr(first["input"])
    if first["type"] == "extra_forbidden":
        given = place
    return Problem(f"{source}: {what}{more}", given=given, allowed=allowed, fix=fix)


def _told_above(error: Any, told: set[tuple[Any, str]]) -> bool:  # noqa: ANN401 - pydantic's ErrorDetails
    """Whether a block has the fault of the environment itself."""
    place = error["loc"]
    return bool(place) and place[0] in _BLOCKS and (place[1:], error["msg"]) in told


def _explain(error: Any, place: str) -> tuple[str, str | None, str | None]:  # noqa: ANN401 - pydantic's ErrorDetails
    if error["type"] == "extra_forbidden":
        known = _settings_at(error["loc"][:-1])
        close = get_close_matches(str(error["loc"][-1]), known, n=1)
        return f"unknown setting {place}", ", ".join(known), f"write {close[0]}" if close else "take it out"
    if error["type"] == "value_error":
        what, *lines = str(error["ctx"]["error"]).splitlines()
        parts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
        where = "" if place == "environment" or place in what else f"{place}: "
        return f"{where}{what}", parts.get("allowed"), parts.get("fix")
    if error["type"] == "missing":
        return f"{place} is missing", _allowed_at(error["loc"]), f"add {place}"
    if error["type"] in {"model_type", "model_attributes_type"} and isinstance(error["input"], list):
        name = error["loc"][-1]
        return f"{place} is written as a block", f"{name} = {{ ... }}", "add the equals sign"
    return (
        f"{place}: {error['msg'][0].lower()}{error['msg'][1:]}",
        _allowed_at(error["loc"]),
        f"correct {place}",
    )


def _model_at(location: Iterable[int | str]) -> tuple[type[Settings], str | None]:
    model: type[Settings] = Environment
    field = None
    for part in location:
        info = model.model_fields.get(str(part))
        if info is None:
            break
        field = str(part)
        annotation = info.annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        inner = next(
            (item for item in candidates if isinstance(item, type) and issubclass(item, Settings)), None
        )
        if inner is not None:
            model, field = inner, None
    return model, field


def _settings_at(location: Iterable[int | str]) -> list[str]:
    return sorted(_model_at(location)[0].model_fields)


def _allowed_at(location: Iterable[int | str]) -> str | None:
    model, field = _model_at(location)
    # The models' docstrings say what is allowed, so that it is written once.
    about = model.about(field) if field is not None else None
    return about.replace("``", "") if about else None
