"""Which systems a change changes: the synthesized JSON of before and after says it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.ci.changed import systems
from operations.project import Project
from tests.operations.ci.repository import begin, commit
from tests.operations.conftest import Command
from tests.operations.tiny import Tiny

pytestmark = pytest.mark.slow

# Writes what stacks.json has, with the environment's settings in it, and keeps the state where the project lies.
MAIN = """
import json, os, pathlib, sys
here = pathlib.Path(__file__).parent
environment = os.environ["HOLDFAST_ENVIRONMENT"]
settings = (here / "environments" / f"{environment}.tfvars").read_text()
if "broken" in settings:
    sys.exit(2)
for name, word in json.loads((here / "stacks.json").read_text()).items():
    folder = pathlib.Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / name
    folder.mkdir(parents=True)
    kept = (here / "backend.tf").read_text() if (here / "backend.tf").exists() else None
    backend = {"s3": {"bucket": kept}} if kept else {"local": {"path": str(here / "it.tfstate")}}
    made = {"terraform": {"backend": backend}, "locals": {"word": word, "settings": settings}}
    (folder / "cdk.tf.json").write_text(json.dumps(made))
"""


@pytest.fixture
def checkout(tiny: Tiny) -> Path:
    (tiny.root / "main.py").write_text(MAIN, encoding="utf-8")
    (tiny.root / ".gitignore").write_text("backend.tf\n")
    (tiny.root / "system.json").unlink()
    write(tiny.root, data="one", files="two")
    begin(tiny.root)
    return tiny.root


def write(folder: Path, **stacks: str) -> None:
    (folder / "stacks.json").write_text(json.dumps(stacks), encoding="utf-8")


def since_last(folder: Path) -> dict[str, list[str]]:
    commit(folder)
    return systems(Project(root=folder), since="HEAD^")


def test_all_systems_of_all_environments(checkout: Path) -> None:
    assert systems(Project(root=checkout)) == {"dev": ["data", "files"], "prod": ["data", "files"]}


def test_what_does_not_get_into_a_system_changes_none(checkout: Path) -> None:
    (checkout / "README.md").write_text("new")
    assert since_last(checkout) == {"dev": [], "prod": []}


def test_code_changes_a_system_everywhere_and_settings_change_an_environment(checkout: Path) -> None:
    write(checkout, data="one", files="another")
    assert since_last(checkout) == {"dev": ["files"], "prod": ["files"]}
    (checkout / "environments" / "prod.tfvars").write_text('suffix = "other"\n')
    assert since_last(checkout) == {"dev": [], "prod": ["data", "files"]}


def test_what_is_new_has_changed_and_what_is_gone_is_not_listed(checkout: Path) -> None:
    write(checkout, data="one", more="three")
    (checkout / "environments" / "test.tfvars").write_text("")
    assert since_last(checkout) == {"dev": ["more"], "prod": ["more"], "test": ["data", "more"]}


def test_states_that_are_kept_elsewhere_count_only_when_there_is_a_backend(checkout: Path) -> None:
    (checkout / "backend.tf").write_text("states")
    assert since_last(checkout) == {"dev": [], "prod": []}
    (checkout / "main.py").write_text(MAIN.replace('"bucket": kept', '"bucket": kept, "key": "new"'))
    assert since_last(checkout) == {"dev": ["data", "files"], "prod": ["data", "files"]}


def test_before_that_cannot_be_synthesized_everything_is_new(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = checkout / "environments" / "dev.tfvars"
    settings.write_text("broken")
    commit(checkout)
    settings.write_text("")
    assert since_last(checkout) == {"dev": ["data", "files"], "prod": []}
    assert "HEAD^ cannot be synthesized for dev, so all of it counts as changed" in capsys.readouterr().err


def test_what_cannot_be_synthesized_now_is_a_problem(checkout: Path) -> None:
    (checkout / "environments" / "dev.tfvars").write_text("broken")
    with pytest.raises(Problem):
        systems(Project(root=checkout))


@pytest.mark.parametrize("since", [None, "", "0" * 40])
def test_without_a_commit_before_the_command_prints_all_as_outputs_of_a_step(
    since: str | None, holdfast: Command, checkout: Path
) -> None:
    done = holdfast("ci", "systems", *(["--changed-since", since] if since is not None else []))
    assert done.code == 0
    outputs = dict(line.split("=", 1) for line in done.out.splitlines())
    assert json.loads(outputs["systems"])["include"] == [
        {"environment": name, "stack": stack} for name in ("dev", "prod") for stack in ("data", "files")
    ]
    assert json.loads(outputs["environments"])["include"] == [
        {"environment": name, "stacks": "data files"} for name in ("dev", "prod")
    ]
    assert outputs["any"] == "true"


def test_no_change_is_no_job(holdfast: Command, checkout: Path) -> None:
    done = holdfast("ci", "systems", "--changed-since", "HEAD")
    assert done.out.splitlines() == ['systems={"include": []}', 'environments={"include": []}', "any=false"]


def test_a_commit_that_is_not_there_is_told(holdfast: Command, checkout: Path) -> None:
    done = holdfast("ci", "systems", "--changed-since", "1234567")
    assert (done.code, done.out) == (2, "")
    assert "git archive failed" in done.err
