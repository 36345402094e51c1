"""Messages name commands that work where they are read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from environments import launcher

if TYPE_CHECKING:
    from pathlib import Path

MESSAGE = "fix: ENVIRONMENT_SUFFIX=pr-42 pipenv run holdfast unlock it"


@pytest.fixture(autouse=True)
def looks_again() -> Iterator[None]:
    """The PATH is looked at once in each process; here, in each test."""
    launcher._has_pipenv.cache_clear()
    yield
    launcher._has_pipenv.cache_clear()


def test_with_pipenv_on_the_path_commands_begin_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pipenv").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert launcher.pasteable(MESSAGE) == MESSAGE


def test_without_it_they_begin_with_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert launcher.pasteable(MESSAGE) == (
        "fix: ENVIRONMENT_SUFFIX=pr-42 .venv/bin/python -m operations unlock it"
    )
