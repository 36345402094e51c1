"""Where reports go."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.problem import Problem
from operations import report_file


def test_a_report_is_written_and_its_folder_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "reports" / "report.json"
    report_file.write(file, "{}\n")
    assert file.read_text(encoding="utf-8") == "{}\n"
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", f"... written: {file}\n")


def test_a_hyphen_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    report_file.write(report_file.STANDARD_OUTPUT, '{"a": "[b]"}\n')
    assert capsys.readouterr().out == '{"a": "[b]"}\n'


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be written"):
        report_file.write(tmp_path, "")
