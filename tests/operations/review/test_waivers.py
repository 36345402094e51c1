"""What a file of waivers may say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.project import ROOT
from operations.review import waivers

TODAY = date(2026, 11, 25)
WHOLE = {
    "address": '"aws_db_instance.x"',
    "plan": f'"sha256:{"a" * 64}"',
    "reason": '"The engine is no longer supported."',
    "expires": "2026-12-31",
}


def text(**changes: str | None) -> str:
    settings = {name: value for name, value in (WHOLE | changes).items() if value is not None}
    return "[[waiver]]\n" + "\n".join(f"{name} = {value}" for name, value in settings.items()) + "\n"


def read(tmp_path: Path, content: str | bytes) -> list[waivers.Waiver]:
    file = tmp_path / "waivers.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return waivers.read(file, today=TODAY)


def test_a_whole_waiver(tmp_path: Path) -> None:
    (waiver,) = read(tmp_path, text())
    assert waiver.covers("aws_db_instance.x", f"sha256:{'a' * 64}")
    assert not waiver.covers("aws_db_instance.y", f"sha256:{'a' * 64}")
    assert not waiver.covers("aws_db_instance.x", f"sha256:{'b' * 64}")
    assert waiver.expires == date(2026, 12, 31)


def test_the_projects_own_file_is_valid() -> None:
    assert waivers.read(ROOT / "environments" / "waivers.toml", today=TODAY) == []


def test_the_example_in_the_projects_own_file_is_valid(tmp_path: Path) -> None:
    commented = (ROOT / "environments" / "waivers.toml").read_text(encoding="utf-8").partition("[[waiver]]")
    example = "".join(commented[1:]).replace("\n# ", "\n").replace("sha256:...", f"sha256:{'a' * 64}")
    (waiver,) = read(tmp_path, example)
    assert waiver.address.startswith("aws_db_instance.")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (text(reason=None), "waiver 1: reason is missing"),
        (text(expires=None), "waiver 1: expires is missing"),
        (text(reason='"because"'), "waiver 1: reason is not valid"),
        (text(plan='"sha256:1"'), "waiver 1: plan is not valid"),
        (text(expires='"2026-12-31"'), "waiver 1: expires is not valid"),
        (text() + text(address='""'), "waiver 2: address is not valid"),
        (text(check='"x"'), "waiver 1: has no setting check"),
        (text().replace("waiver", "wavier"), "has no setting wavier"),
        ("waiver = 1", "waiver is not valid"),
        (text(expires="2027-02-24"), "waiver 1: lasts longer than 90 days"),
        ("[[waiver", "is not valid TOML"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, content: str | bytes, says: str) -> None:
    with pytest.raises(Problem) as caught:
        read(tmp_path, content)
    assert says in caught.value.what


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no such file"):
        waivers.read(tmp_path / "waivers.toml", today=TODAY)
    with pytest.raises(Problem, match="cannot be read"):
        waivers.read(tmp_path, today=TODAY)
