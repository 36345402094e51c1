"""``holdfast diagram``: from an environment to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from operations.app import app

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "out"))
    return tmp_path / "out"


def test_it_draws_the_environment_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "prod.svg"
    done = CliRunner().invoke(app, ["diagram", "citizen-data", "-e", "prod", "--out", str(file)])
    assert done.exit_code == 0, done.output
    assert str(file) in done.output
    assert "locked vault" in file.read_text(encoding="utf-8")


def test_without_a_file_it_draws_beside_the_synthesized_stacks(output: Path) -> None:
    done = CliRunner().invoke(app, ["diagram", "citizen-data"])
    assert done.exit_code == 0, done.output
    assert "10.20.0.0/16" in (output / "citizen-data.svg").read_text(encoding="utf-8")
