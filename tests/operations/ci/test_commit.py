"""The content of a commit, which a plan is tied to."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.problem import Problem
from operations.ci.commit import extract, tree
from tests.operations.ci.repository import begin, commit, git


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / ".gitignore").write_text("backend.tf\n")
    (folder / "main.py").write_text("first\n")
    begin(folder)
    return folder


def test_a_merge_of_the_same_files_has_the_same_tree_and_other_files_have_not(checkout: Path) -> None:
    before = tree(checkout)
    commit(checkout)
    assert tree(checkout) == before
    (checkout / "main.py").write_text("second\n")
    commit(checkout)
    assert tree(checkout) != before


def test_what_is_not_committed_is_refused_unless_git_ignores_it(checkout: Path) -> None:
    (checkout / "backend.tf").write_text("terraform {}\n")
    tree(checkout)
    (checkout / "main.py").write_text("second\n")
    with pytest.raises(Problem, match="files are not as they were committed") as caught:
        tree(checkout)
    assert "main.py" in str(caught.value.given)


def test_a_commit_is_written_into_a_folder(checkout: Path, tmp_path: Path) -> None:
    before = git(checkout, "rev-parse", "HEAD")
    (checkout / "main.py").write_text("second\n")
    commit(checkout)
    extract(checkout, before, tmp_path / "before")
    assert (tmp_path / "before" / "main.py").read_text() == "first\n"
    assert (checkout / "main.py").read_text() == "second\n"


@pytest.mark.parametrize("name", ["0123456789abcdef", "--output=/etc/passwd", "HEAD^{tree}"])
def test_what_is_no_commit_is_told(name: str, checkout: Path, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="git archive failed") as caught:
        extract(checkout, name, tmp_path / "it")
    assert "fetch-depth: 0" in str(caught.value.fix)


def test_a_folder_that_is_no_checkout_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="git status failed"):
        tree(tmp_path)


def test_without_git_it_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Problem, match="git is not on the PATH"):
        tree(checkout)
