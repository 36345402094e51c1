"""The demo leaves alone what it did not make. (The demo itself is tested where it deploys: tests/system.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.problem import Problem
from localcloud import postgres_machine
from operations import demo
from operations.deployed import Deployed
from operations.local import DIRECTORY_VARIABLE
from operations.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A checkout in which nothing was ever started."""
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(tmp_path / "local"))
    project = Project(root=tmp_path / "project")
    (project.root / "stacks").mkdir(parents=True)
    (project.root / "stacks" / "citizen_data.py").touch()
    return project


def synthesize(folder: Path) -> None:
    (folder / "stacks" / "citizen-data").mkdir(parents=True)
    (folder / "manifest.json").touch()


def test_without_a_local_aws_there_is_nothing_to_destroy(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    synthesize(project.output)
    demo.remove(project)
    assert capsys.readouterr().out == "There is no local AWS, so nothing to destroy.\n"
    assert not project.output.exists()
    assert (project.root / "stacks" / "citizen_data.py").is_file()


def test_an_output_folder_with_other_things_in_it_keeps_them(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "out"))
    synthesize(tmp_path / "out")
    (tmp_path / "out" / "photo.jpg").touch()
    demo.remove(project)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["photo.jpg"]


def test_the_project_itself_is_never_an_output_folder(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", ".")
    with pytest.raises(Problem, match="names the project itself"):
        demo.remove(project)
    assert (project.root / "stacks" / "citizen_data.py").is_file()


@pytest.mark.parametrize(("text", "stays"), [(demo.MARK + "terraform {}\n", False), ("terraform {}\n", True)])
def test_only_a_backend_file_of_the_demo_is_removed(project: Project, text: str, stays: bool) -> None:
    project.backend.write_text(text, encoding="utf-8")
    demo.remove(project)
    assert project.backend.exists() is stays


def test_a_backend_file_is_made_from_the_example_once(project: Project) -> None:
    example = Path(demo.__file__).parents[1] / "backend.tf.example"
    (project.root / example.name).write_text(example.read_text(encoding="utf-8"), encoding="utf-8")
    assert demo._backend(project).bucket == demo.BUCKET
    text = project.backend.read_text(encoding="utf-8").replace(demo.BUCKET, "agency-states")
    project.backend.write_text(text, encoding="utf-8")
    assert demo._backend(project).bucket == "agency-states"


def test_without_postgresql_it_says_that_no_login_was_rotated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres_machine, "installed", lambda: None)
    demo._rotate(Project(), Deployed(region="eu-central-2", secrets=("none",), database="none"))
    assert "skipped: PostgreSQL is not installed here" in capsys.readouterr().out
