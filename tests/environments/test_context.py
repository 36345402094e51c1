"""The cdktf context is the same for ``python main.py`` and for the cdktf CLI."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from environments import context
from environments.problem import Problem


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(context.VARIABLE, raising=False)
    path = tmp_path / "cdktf.json"
    path.write_text('{"app": "python main.py", "context": {"environmentSuffix": "pr12", "other": 1}}')
    return path


def test_it_is_the_files(file: Path) -> None:
    assert context.read(file) == {"environmentSuffix": "pr12", "other": 1}


def test_what_the_cli_passes_takes_the_place_of_the_files(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(context.VARIABLE, json.dumps({"environmentSuffix": "pr13"}))
    assert context.read(file) == {"environmentSuffix": "pr13", "other": 1}


def test_without_a_file_or_a_context_there_is_none(file: Path, tmp_path: Path) -> None:
    assert context.read(tmp_path / "none.json") == {}
    file.write_text('{"app": "python main.py"}')
    assert context.read(file) == {}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "line 1: this is not JSON"),
        ('{\n "context": {\n}', "line 3: this is not JSON"),
        ("[]", "this is not a JSON object"),
        ('{"context": []}', "this is not a JSON object"),
    ],
)
def test_a_broken_file_is_refused(file: Path, text: str, what: str) -> None:
    file.write_text(text)
    with pytest.raises(Problem, match=what) as caught:
        context.read(file)
    assert caught.value.what.startswith(str(file))
