"""Files of what is accepted: what is wrong with one is told, with its place."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.accepted import Accepted, Table

TODAY = date(2026, 11, 25)
TABLE = Table("rest", Accepted, allowed={}, longest=timedelta(days=10), fix="rest again")
ONE = '[[rest]]\nreason = "It was agreed with everyone."\nexpires = 2026-11-30\n'


def read(tmp_path: Path, content: str) -> list[Accepted]:
    file = tmp_path / "it.toml"
    file.write_text(content, encoding="utf-8")
    return TABLE.read(file, today=TODAY)


def test_tables_are_read_in_their_order(tmp_path: Path) -> None:
    assert read(tmp_path, "") == []
    found = read(tmp_path, ONE + ONE.replace("30", "26"))
    assert [each.expires.day for each in found] == [30, 26]


@pytest.mark.parametrize(
    ("content", "what", "allowed"),
    [
        (ONE + "expires_on = 1", "rest 1: has no setting expires_on", "reason, expires"),
        (ONE + "[[break]]", "has no setting break", "[[rest]] tables"),
        ("rest = 1", "rest is not valid", "[[rest]] tables"),
        ("rest = [1]", "rest 1: is not valid", "a [[rest]] table"),
        (ONE + ONE.replace("30", "1x"), "is not valid TOML", None),
        (
            ONE + ONE.replace("2026-11-30", "2026-12-06"),
            "rest 2: lasts longer than 10 days",
            "up to 2026-12-05",
        ),
        (ONE.replace("reason", "# "), "rest 1: reason is missing", "a sentence of 20 characters or more"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: str, what: str, allowed: str | None) -> None:
    with pytest.raises(Problem) as caught:
        read(tmp_path, content)
    assert caught.value.what.endswith(what)
    assert caught.value.allowed == allowed
