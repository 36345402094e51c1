"""What must be so in every workflow: pins, permissions, no text of others in commands; and what actionlint says."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.workflows import FOLDER, INSTALL, LOCAL_ACTION, ROOT, Workflow, installing, workflows

pytestmark = pytest.mark.slow

EACH = pytest.mark.parametrize("workflow", workflows(), ids=str)
OURS = ".venv/bin/python -m operations"

INPUTS = {
    "actions/checkout": {"fetch-depth", "persist-credentials"},
    "actions/setup-python": {"python-version"},
    "actions/setup-node": {"node-version", "package-manager-cache"},
    "actions/upload-artifact": {"name", "path", "if-no-files-found", "overwrite", "retention-days"},
    "actions/download-artifact": {"pattern", "path", "merge-multiple"},
    "aws-actions/configure-aws-credentials": {"role-to-assume", "role-duration-seconds", "aws-region"},
    "hashicorp/setup-terraform": {"terraform_version", "terraform_wrapper"},
}
"""Inputs that each action has, of those that are used."""


def all_steps() -> Iterator[dict[str, Any]]:
    for workflow in workflows():
        for _, step in workflow.steps():
            yield step
    yield from installing()


def lint(*files: Path) -> str:
    done = subprocess.run(
        ["node", "tests/workflows/lint.mjs", *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_actionlint_and_the_parser_of_github_find_nothing() -> None:
    assert lint(*sorted(FOLDER.glob("*"))) == ""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("needs: systems\n", "needs: system\n", "system"),
        ("matrix.environment }}", "matrix.enviroment }} ${{ steps.nothing.outputs.it }}", "nothing"),
        ("contents: read", "content: read", "content"),
        ("timeout-minutes", "timeout-minuts", "timeout-minuts"),
    ],
)
def test_what_is_wrong_is_found(before: str, after: str, told: str, tmp_path: Path) -> None:
    text = (FOLDER / "drift.yml").read_text(encoding="utf-8")
    assert before in text
    wrong = tmp_path / "drift.yml"
    wrong.write_text(text.replace(before, after), encoding="utf-8")
    assert told in lint(wrong)


def test_every_action_is_pinned_by_commit_and_says_its_version() -> None:
    versions: dict[str, set[str]] = {}
    for file in (*FOLDER.glob("*"), INSTALL):
        for line in file.read_text(encoding="utf-8").splitlines():
            if "uses:" not in line or LOCAL_ACTION in line:
                continue
            found = re.fullmatch(r"\s*(?:- )?uses: ([\w/-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+", line)
            assert found is not None, line
            versions.setdefault(found[1], set()).add(found[0].strip(" -"))
    assert {name: len(pins) for name, pins in versions.items()} == dict.fromkeys(INPUTS, 1)


def test_every_input_is_one_that_the_action_has() -> None:
    for step in all_steps():
        name = step.get("uses", "").partition("@")[0]
        if name in INPUTS:
            assert set(step.get("with", {})) <= INPUTS[name], step
        elif name:
            assert name == LOCAL_ACTION
            assert set(step.get("with", {})) <= {"backend"}


def test_commands_have_no_expressions_in_them() -> None:
    """What others choose, such as the name of a branch, would run as a command."""
    assert [step["run"] for step in all_steps() if "${{" in step.get("run", "")] == []


def test_commands_are_holdfast_and_make_and_nothing_clever() -> None:
    commands = {step["run"] for step in all_steps() if "run" in step}
    others = {command for command in commands if not command.startswith((OURS, "make "))}
    assert others == {"printf '%s\\n' \"$BACKEND\" > backend.tf"}
    assert [command for command in commands if re.search(r"[;|&`]|\$\(", command)] == []


@EACH
def test_a_job_may_do_only_what_it_needs(workflow: Workflow) -> None:
    assert workflow.content["permissions"] == {}
    for name, job in workflow.jobs.items():
        used = {step.get("uses", "").partition("@")[0] for step in job["steps"]}
        commands = " ".join(step.get("run", "") for step in job["steps"])
        needed = {"contents": "read"}
        if "aws-actions/configure-aws-credentials" in used:
            needed["id-token"] = "write"
        for command, permission in {
            "ci comment": {"pull-requests": "write"},
            "ci drift": {"issues": "write"},
            "ci fetch-plan": {"actions": "read"},
        }.items():
            needed |= permission if command in commands else {}
        assert job["permissions"] == needed, name


@EACH
def test_no_token_stays_in_the_checkout_and_only_steps_that_need_it_get_one(workflow: Workflow) -> None:
    for name, step in workflow.steps():
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False
        if "GITHUB_TOKEN" in step.get("env", {}):
            assert re.search(r"ci (comment|drift|fetch-plan)", step["run"]), name
    for job in workflow.jobs.values():
        assert "GITHUB_TOKEN" not in job.get("env", {})
    assert "secrets." not in workflow.path.read_text(encoding="utf-8"), "no secret that lasts is needed"


@EACH
def test_every_job_ends_some_time(workflow: Workflow) -> None:
    assert all(0 < int(job["timeout-minutes"]) <= 180 for job in workflow.jobs.values())


@EACH
def test_no_system_and_no_environment_is_named(workflow: Workflow) -> None:
    text = workflow.path.read_text(encoding="utf-8")
    names = [path.stem for path in (ROOT / "environments").glob("*.tfvars")]
    names += [path.stem.replace("_", "-") for path in (ROOT / "stacks").glob("*.py")]
    assert "citizen-data" in names
    found = [name for name in names if re.search(rf"(?<![\w./-]){re.escape(name)}(?![\w-])", text)]
    assert [name for name in found if name != "environment"] == []


def test_plans_are_applied_one_at_a_time_and_never_cancelled() -> None:
    for workflow in workflows():
        for holder in (workflow.content, *workflow.jobs.values()):
            if "concurrency" in holder:
                assert str(holder["concurrency"]["cancel-in-progress"]).lower() == "false"
    (apply,) = (each for each in workflows() if str(each) == "apply")
    job = apply.jobs["apply"]
    assert job["environment"] == "${{ matrix.environment }}"
    assert {"matrix.stack", "matrix.environment"} <= set(
        re.findall(r"matrix\.\w+", job["concurrency"]["group"])
    )
