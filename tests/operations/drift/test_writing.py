"""Where each format is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.problem import Problem
from operations.drift import writing
from operations.drift.writing import Format
from tests.operations.drift.reporting import full_report

REPORT = full_report()
EVERY = list(Format)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("format_", EVERY)
def test_one_format_is_written_where_it_is_wanted(format_: Format, tmp_path: Path) -> None:
    out = tmp_path / "reports" / "it"
    writing.write_all(REPORT, [format_], out)
    assert names(tmp_path) == ["reports/it/1.md" if format_ is Format.MARKDOWN else "reports/it"]
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert "aws_db_instance.it" in file.read_text(encoding="utf-8")


def test_markdown_may_be_one_file(tmp_path: Path) -> None:
    writing.write_all(REPORT, [Format.MARKDOWN], tmp_path / "drift.md")
    assert names(tmp_path) == ["drift.md"]


def test_in_a_folder_each_format_has_its_name(tmp_path: Path) -> None:
    writing.write_all(REPORT, EVERY, tmp_path / "reports")
    assert names(tmp_path / "reports") == ["1.md", "drift.html", "drift.json", "drift.sarif", "drift.txt"]
    writing.write_all(REPORT, [Format.JSON], tmp_path)
    assert "drift.json" in names(tmp_path)


@pytest.mark.parametrize("format_", EVERY)
def test_without_a_place_it_is_standard_output(format_: Format, capsys: pytest.CaptureFixture[str]) -> None:
    writing.write_all(REPORT, [format_], None)
    assert "aws_db_instance.it" in capsys.readouterr().out


def test_several_formats_need_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (None, Path("-"), tmp_path / "file"):
        with pytest.raises(Problem, match="several formats do not go into one file"):
            writing.check([Format.JSON, Format.HTML], out)
    writing.check([Format.JSON, Format.HTML], tmp_path / "reports")
    writing.check([Format.JSON], None)


def test_a_place_that_cannot_be_written_to_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for format_ in EVERY:
        with pytest.raises(Problem, match="cannot be written"):
            writing.write_all(REPORT, [format_], tmp_path / "file" / "below")
