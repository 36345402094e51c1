"""Files in TOML that people write: read, and told what is wrong in them."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from environments.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pydantic import BaseModel, ValidationError

_IN_A_TABLE = 3
"""Parts of a place in an array of tables: the array, the number, the setting."""


def read(path: Path, *, what: str) -> dict[str, Any]:
    """What a file holds.

    Args:
        path: the file.
        what: what is in it, for messages.

    Raises:
        Problem: it is missing, cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Problem(f"{path}: there is no such file", fix=f"name a file of {what}") from None
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror})", fix="name a readable file") from None
    except UnicodeDecodeError:
        raise Problem(f"{path}: is not UTF-8 text", fix="save the file in the encoding UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path}: is not valid TOML", given=error, fix="correct it") from None


def problem(
    path: Path, error: ValidationError, *, table: str, model: type[BaseModel], allowed: Mapping[str, str]
) -> Problem:
    """The first thing that is wrong in the tables of a file.

    Args:
        path: the file.
        error: what its model says.
        table: name of the array of tables.
        model: model of one of them.
        allowed: what each setting may be.
    """
    first = error.errors(include_url=False, include_context=False)[0]
    place = first["loc"]
    where, name = (
        (f", {table} {int(place[1]) + 1}", str(place[2]))
        if len(place) >= _IN_A_TABLE
        else ("", str(place[-1]))
    )
    if first["type"] == "extra_forbidden":
        known = ", ".join(model.model_fields) if where else f"[[{table}]] tables"
        return Problem(f"{path}{where}: has no setting {name}", allowed=known, fix="take it out")
    given = None if first["type"] == "missing" else first["input"]
    what = "is missing" if first["type"] == "missing" else "is not valid"
    return Problem(f"{path}{where}: {name} {what}", given=given, allowed=allowed.get(name))
