"""How people start ``holdfast`` here: messages name a command that the reader can paste."""

from __future__ import annotations

import functools
import shutil

WITH_PIPENV = "pipenv run holdfast"
WITHOUT_PIPENV = ".venv/bin/python -m operations"
"""Where ``make install`` found no Pipenv on the PATH, it used one of its own, which no shell finds."""


@functools.cache
def _has_pipenv() -> bool:
    return shutil.which("pipenv") is not None


def pasteable(text: str) -> str:
    """A text whose commands work in this shell.

    Args:
        text: with commands as ``pipenv run holdfast ...``.
    """
    return text if _has_pipenv() else text.replace(WITH_PIPENV, WITHOUT_PIPENV)
