"""Where synthesis writes, whatever CDKTF_OUTDIR says."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import outdir
from environments.problem import Problem


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (None, "project/cdktf.out"),
        ("", "project/cdktf.out"),
        ("out", "project/out"),
        ("out/dev", "project/out/dev"),
        ("../elsewhere", "project/../elsewhere"),
        ("/elsewhere", "/elsewhere"),
    ],
)
def test_it_is_relative_to_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str | None, expected: str
) -> None:
    monkeypatch.delenv(outdir.VARIABLE, raising=False)
    if named is not None:
        monkeypatch.setenv(outdir.VARIABLE, named)
    assert outdir.folder(tmp_path / "project") == tmp_path / expected


@pytest.mark.parametrize("named", [".", "..", "out/..", "/"])
def test_it_is_never_the_project_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv(outdir.VARIABLE, named)
    with pytest.raises(Problem, match="names the project itself") as caught:
        outdir.folder(tmp_path / "project")
    assert caught.value.given == named


def test_a_link_to_the_project_is_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "link").symlink_to(tmp_path / "project")
    monkeypatch.setenv(outdir.VARIABLE, "link")
    with pytest.raises(Problem):
        outdir.folder(tmp_path / "project")
