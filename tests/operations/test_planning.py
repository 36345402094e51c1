"""``holdfast plan`` on a project of two small stacks; no provider is needed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from environments.problem import Problem
from operations import planning
from operations.app import app
from operations.failure import Failed
from operations.project import Project
from operations.review import command
from operations.saved_plan import SavedPlan

pytestmark = pytest.mark.terraform

SECRET = "planted-word-never-to-be-shown"

# Writes what stacks.json has, as the synthesis of a project does.
MAIN = """
import json, os, pathlib, sys
stacks = json.loads(pathlib.Path("stacks.json").read_text())
if os.environ.get("HOLDFAST_ENVIRONMENT") == "broken":
    sys.exit("environments/broken.tfvars: unknown setting colour")
for name, resources in stacks.items():
    folder = pathlib.Path("cdktf.out/stacks") / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.tf.json").write_text(json.dumps({"resource": {"terraform_data": resources}}))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("CDKTF_OUTDIR", "TF_CLI_CONFIG_FILE", "HOLDFAST_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "main.py").write_text(MAIN, encoding="utf-8")
    write(tmp_path, files={"it": {"input": SECRET}}, data={"it": {"input": "x"}, "more": {}})
    found = Project(root=tmp_path)
    for module in (planning, command):
        monkeypatch.setattr(module, "Project", lambda: found)
    return found


def write(folder: Path, **stacks: object) -> None:
    (folder / "stacks.json").write_text(json.dumps(stacks), encoding="utf-8")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_all_stacks_are_planned_and_reviewed_from_where_they_are(project: Project) -> None:
    done = run("plan")
    assert done.exit_code == 0, done.output
    assert "1 adds, 0 unchanged" in done.output
    assert "2 adds, 0 unchanged" in done.output
    assert SECRET not in done.output
    assert {path.name for path in project.plans.iterdir()} == {"data", "files"}
    reviewed = run("review")
    assert reviewed.exit_code == 0, reviewed.output
    assert "Adds  3" in reviewed.output


def test_one_stack_is_planned(project: Project) -> None:
    assert run("plan", "data", "-e", "prod").exit_code == 0
    assert [path.name for path in project.plans.iterdir()] == ["data"]
    assert SavedPlan(folder=project.plans / "data").check()["environment"] == "prod"


def test_a_stack_that_there_is_not_keeps_anything_from_being_planned(project: Project) -> None:
    error = run("plan", "data", "dta").exception
    assert isinstance(error, Problem)
    assert (error.given, error.allowed) == ("dta", "data, files")
    assert not project.plans.exists()


def test_the_failure_of_one_stack_does_not_hide_the_other(project: Project) -> None:
    write(project.root, files={"it": {"wrong": 1}}, data={"it": {}})
    error = run("plan").exception
    assert isinstance(error, Failed)
    assert error.what.startswith("1 of 2 stacks could not be planned\n\nfiles: terraform plan failed")
    assert "wrong" in error.what
    assert "\x1b" not in error.what
    assert [path.name for path in project.plans.iterdir()] == ["data"]


def test_the_failure_of_the_only_stack_is_told_as_it_is(project: Project) -> None:
    write(project.root, files={"it": {"wrong": 1}})
    error = run("plan", "files").exception
    assert isinstance(error, Failed)
    assert error.what == "terraform plan failed (exit code 1)"
    assert error.reason.startswith("Error: ")


def test_a_project_without_stacks(project: Project) -> None:
    write(project.root)
    error = run("plan").exception
    assert isinstance(error, Problem)
    assert error.what == "there is no stack to plan"


def test_settings_that_are_not_valid_are_told(project: Project) -> None:
    error = run("plan", "--environment", "broken").exception
    assert isinstance(error, Failed)
    assert "unknown setting colour" in str(error)


def test_a_json_that_is_not_the_plans_is_not_reviewed(project: Project) -> None:
    run("plan", "data", "files")
    shutil.copy(project.plans / "data" / "plan.json", project.plans / "files" / "plan.json")
    error = run("review").exception
    assert isinstance(error, Problem)
    assert "is not the file that was planned" in error.what
