"""Files in TOML that people write, and what is wrong in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError

from environments.problem import Problem
from operations import toml_file


class Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    count: int


class Entries(BaseModel):
    model_config = ConfigDict(extra="forbid")

    entry: list[Entry] = []


def problem(text: str, tmp_path: Path) -> str:
    file = tmp_path / "entries.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValidationError) as error:
        Entries.model_validate(toml_file.read(file, what="entries"))
    return str(
        toml_file.problem(file, error.value, table="entry", model=Entry, allowed={"count": "a number"})
    )


def test_what_is_wrong_is_told_by_its_place(tmp_path: Path) -> None:
    told = problem('[[entry]]\ncount = 1\n[[entry]]\ncount = "two"\n', tmp_path)
    assert "entries.toml, entry 2: count is not valid" in told
    assert "given:   two" in told
    assert "allowed: a number" in told


def test_what_is_missing_or_too_much_is_told(tmp_path: Path) -> None:
    assert "entry 1: count is missing" in problem("[[entry]]\n", tmp_path)
    assert "entry 1: has no setting colour" in problem('[[entry]]\ncount = 1\ncolour = "red"\n', tmp_path)
    assert "has no setting other\n  allowed: [[entry]] tables" in problem("[[other]]\n", tmp_path)


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"[[entry]", "is not valid TOML"), (b"\xff\xfe", "is not UTF-8 text")],
)
def test_a_file_that_is_no_toml_is_refused(data: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "entries.toml"
    file.write_bytes(data)
    with pytest.raises(Problem, match=says):
        toml_file.read(file, what="entries")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no such file"):
        toml_file.read(tmp_path / "none.toml", what="entries")
    with pytest.raises(Problem, match="cannot be read"):
        toml_file.read(tmp_path, what="entries")
