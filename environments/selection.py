"""Which environment a command is about, and with which suffix: variables, the cdktf context, or the default."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from environments.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parent
"""Where the environments' files lie."""

ENVIRONMENT_VARIABLE = "HOLDFAST_ENVIRONMENT"
DEFAULT_ENVIRONMENT = "dev"

SUFFIX_VARIABLE = "ENVIRONMENT_SUFFIX"
SUFFIX_CONTEXT = "environmentSuffix"

_SETTINGS = ".tfvars"


def environment() -> str:
    """The environment that is meant when a command names none."""
    return os.environ.get(ENVIRONMENT_VARIABLE) or DEFAULT_ENVIRONMENT


def suffix(context: Callable[[str], object]) -> str | None:
    """What overrides the file's suffix: ``ENVIRONMENT_SUFFIX``, else the context ``environmentSuffix``.

    Args:
        context: looks a name up in the cdktf context.
    """
    from_context = context(SUFFIX_CONTEXT)
    return os.environ.get(SUFFIX_VARIABLE) or (str(from_context) if from_context else None)


def names(folder: Path = FOLDER) -> list[str]:
    """All environments that there are."""
    return sorted(file.stem for file in folder.glob(f"*{_SETTINGS}"))


def file(name: str, folder: Path = FOLDER) -> Path:
    """The settings of an environment.

    Raises:
        Problem: there is no such environment.
    """
    path = folder / f"{name}{_SETTINGS}"
    # The name is also part of the state's place: no folders in it.
    if not re.fullmatch(r"[\w.-]+", name) or not path.is_file():
        raise Problem(
            f"there is no environment {name!r}",
            given=f"{folder.name}/{name}{_SETTINGS}",
            allowed=", ".join(names(folder)),
            fix=f"name one of them (--environment or {ENVIRONMENT_VARIABLE}), or copy one of their files",
        )
    return path
