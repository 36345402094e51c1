"""Where things are in a checkout, and what a system's folder must have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.project import ROOT, Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    return Project(root=tmp_path)


def synthesize(project: Project, name: str) -> Path:
    folder = project.output / "stacks" / name
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").touch()
    return folder


def test_it_is_this_checkout() -> None:
    assert (ROOT / "main.py").is_file()
    assert Project().root == ROOT


def test_a_system_is_found_where_it_was_synthesized(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.stack(synthesize(project, "citizen-data").name) == project.output / "stacks/citizen-data"
    monkeypatch.setenv("CDKTF_OUTDIR", "out/dev")
    assert project.output == project.root / "out" / "dev"
    with pytest.raises(Problem):
        project.stack("citizen-data")


def test_a_system_that_is_none_is_told_with_those_that_are(project: Project) -> None:
    with pytest.raises(Problem, match="there is no such system") as caught:
        project.stack("citizen-dta")
    assert caught.value.allowed == "nothing is synthesized"
    for name in ("database-ha", "citizen-data"):
        synthesize(project, name)
    with pytest.raises(Problem) as caught:
        project.stack("citizen-dta")
    assert (caught.value.given, caught.value.allowed) == ("citizen-dta", "citizen-data, database-ha")


def test_each_command_has_a_plan_of_its_own(project: Project) -> None:
    assert str(os.getpid()) in project.plan_file("citizen-data").name
