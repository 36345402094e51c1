"""A problem says what is wrong, what was given, what is allowed and how to fix it."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.problem import Problem, told


def test_it_is_as_many_lines_as_there_is_to_say() -> None:
    assert str(Problem("wrong")) == "wrong"
    assert str(Problem("wrong", given=0, allowed="1", fix="write 1")) == (
        "wrong\n  given:   0\n  allowed: 1\n  fix:     write 1"
    )


def test_what_the_system_says_of_a_file_is_one(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(OSError, match=why) as caught:
            path.read_text()
        problem = told(caught.value)
        assert problem is not None
        assert problem.what == f"{path} cannot be used ({why})"
        assert problem.fix


@pytest.mark.parametrize("prefix", ["", "Error: "])
def test_so_is_what_node_says_of_it(prefix: str) -> None:
    error = RuntimeError(f"{prefix}EACCES: permission denied, open 'cdktf.out/manifest.json'")
    problem = told(error)
    assert problem is not None
    assert problem.what == "cdktf.out/manifest.json cannot be used (permission denied)"


def test_a_problem_is_itself() -> None:
    problem = Problem("wrong")
    assert told(problem) is problem


@pytest.mark.parametrize(
    "error", [ValueError("wrong"), OSError("no file is named"), RuntimeError("E: wrong")]
)
def test_a_fault_of_the_program_is_none(error: Exception) -> None:
    assert told(error) is None
