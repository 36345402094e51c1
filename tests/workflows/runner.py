"""Runs workflows as GitHub does: job by job in fresh clones, each step's command by bash as it is written there.

Actions of others are not run; what they would do here is done for them: files are there, credentials are those of the
local AWS, artifacts come and go.
"""

from __future__ import annotations

import fnmatch
import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from operations import terraform_cli
from operations.project import Project
from tests.operations.ci.fake_github import REPOSITORY, TOKEN, FakeGitHub
from tests.operations.ci.repository import git
from tests.system.checkout import FOLDER, Checkout
from tests.workflows.workflows import LOCAL_ACTION, Contexts, Workflow, installing

ROOT = Path(__file__).parents[2]

_MAKE = """#!/bin/sh
echo "make $*" >> "$MADE"
exec {make} --dry-run "$@"
"""
"""``make test`` would run the tests that run now, and ``make install`` the installation that they run with: both are
written down, and make says what it would do. What it does, ``tests/test_makefile.py`` tests."""


@dataclass
class Done:
    """What became of a job.

    Attributes:
        result: ``success``, ``failure`` or ``skipped``.
        outputs: what it gave to other jobs.
        steps: name of each step to its exit code; None: it was skipped.
        printed: what its commands printed.
        made: what ``make`` was asked for.
    """

    result: str
    outputs: dict[str, str] = field(default_factory=dict)
    steps: dict[str, int | None] = field(default_factory=dict)
    printed: str = ""
    made: list[str] = field(default_factory=list)


@dataclass
class Runner:
    """One run of a workflow.

    Attributes:
        workflow: the workflow.
        repository: where clones come from.
        place: an empty folder for the clones.
        github: the fake.
        endpoint: of the local AWS.
        variables: those of the repository (``vars``).
        environments: those of the environments, which only jobs with ``environment:`` see.
        event: its name and what it says.
        commit: what is checked out.
    """

    workflow: Workflow
    repository: Path
    place: Path
    github: FakeGitHub
    endpoint: str
    variables: Mapping[str, str]
    environments: Mapping[str, Mapping[str, str]]
    event: tuple[str, Mapping[str, Any]]
    commit: str

    def run(self) -> dict[str, Done]:
        """Run all jobs; those of a matrix are ``name (value, value)``."""
        done: dict[str, Done] = {}
        for name, job in self.workflow.jobs.items():
            names = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
            needs = {need: self._needed(done, need) for need in names}
            status = "success" if all(each["result"] == "success" for each in needs.values()) else "failure"
            contexts = Contexts({**self._contexts({}), "needs": needs}, status)
            if not contexts.holds(job.get("if")):
                done[name] = Done("skipped")
                continue
            matrix = job.get("strategy", {}).get("matrix")
            for values in contexts.value(matrix)["include"] if matrix else [{}]:
                label = f"{name} ({', '.join(values.values())})" if values else name
                done[label] = self._job(job, values, needs)
        return done

    @staticmethod
    def _needed(done: Mapping[str, Done], need: str) -> dict[str, Any]:
        found = [each for name, each in done.items() if name == need or name.startswith(f"{need} (")]
        results = {each.result for each in found}
        result = next(each for each in ("failure", "skipped", "success") if each in results)
        return {"result": result, "outputs": found[0].outputs}

    def _contexts(self, variables: Mapping[str, str]) -> dict[str, Any]:
        name, event = self.event
        github = {"event_name": name, "event": event, "repository": REPOSITORY, "token": TOKEN, "ref": "it"}
        return {"github": github, "vars": {**self.variables, **variables}}

    def _job(self, job: Mapping[str, Any], matrix: Mapping[str, str], needs: Mapping[str, Any]) -> Done:
        place = self.place / str(len(list(self.place.iterdir())))
        place.mkdir()
        values: dict[str, Any] = {"matrix": matrix, "needs": needs, "steps": {}, **self._contexts({})}
        contexts = Contexts(values)
        if "environment" in job:
            named = contexts.filled({"name": job["environment"]})["name"]
            values.update(self._contexts(self.environments[named]))
        running = _Job(self, job, place, contexts)
        for step in job["steps"]:
            running.step(step)
        running.done.result = contexts.status
        running.done.outputs = contexts.filled(job.get("outputs", {}))
        return running.done


class _Job:
    def __init__(self, runner: Runner, job: Mapping[str, Any], place: Path, contexts: Contexts) -> None:
        self.runner = runner
        self.permissions: Mapping[str, str] = job["permissions"]
        self.checkout = Checkout(place / FOLDER, "")
        self.contexts = contexts
        self.done = Done("success")
        self.environ = self._environ(place)
        self.environ.update(contexts.filled(job.get("env", {})))

    def _environ(self, place: Path) -> dict[str, str]:
        programs = place / "programs"
        programs.mkdir()
        (programs / "make").write_text(_MAKE.format(make=shutil.which("make")), encoding="utf-8")
        (programs / "make").chmod(0o755)
        given = self.checkout.variables()
        del given["HOLDFAST_ENVIRONMENT"]
        # The token is for the steps that are given it.
        github = {
            name: value for name, value in self.runner.github.variables.items() if name != "GITHUB_TOKEN"
        }
        return {
            **given,
            **github,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "MADE": str(place / "made"),
        }

    def step(self, step: Mapping[str, Any]) -> None:
        """Run a step, unless its condition says no."""
        name = step.get("name", step.get("uses", ""))
        if not self.contexts.holds(step.get("if")):
            self.done.steps[name] = None
            return
        if step.get("uses") == LOCAL_ACTION:
            self._install(step)
            return
        if "uses" in step:
            self._action(step["uses"].partition("@")[0], self.contexts.filled(step.get("with", {})))
            self.done.steps[name] = 0
            return
        assert step.get("shell", "bash") == "bash"
        code, outputs = self._bash(step["run"], self.contexts.filled(step.get("env", {})))
        self.done.steps[name] = code
        if code != 0:
            self.contexts.status = "failure"
        if "id" in step:
            steps: dict[str, Any] = dict(self.contexts.values["steps"])
            steps[step["id"]] = {"outputs": outputs, "outcome": "success" if code == 0 else "failure"}
            self.contexts.values = {**self.contexts.values, "steps": steps}

    def _install(self, step: Mapping[str, Any]) -> None:
        given = self.contexts.filled(step.get("with", {}))
        outer = self.contexts.values
        self.contexts.values = {**outer, "inputs": {"backend": "", **given}}
        for each in installing():
            self.step(each)
        self.contexts.values = outer

    def _bash(self, script: str, environ: Mapping[str, str]) -> tuple[int, dict[str, str]]:
        file, output = self.checkout.folder.with_name("script"), self.checkout.folder.with_name("output")
        file.write_text(script, encoding="utf-8")
        output.write_text("", encoding="utf-8")
        self.runner.github.permissions = self.permissions
        # As GitHub calls it where a workflow says `shell: bash`.
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
            cwd=self.checkout.folder,
            env={**self.environ, **environ, "GITHUB_OUTPUT": str(output)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.done.printed += done.stdout
        made = Path(self.environ["MADE"])
        self.done.made = made.read_text(encoding="utf-8").splitlines() if made.exists() else []
        lines = output.read_text(encoding="utf-8").splitlines()
        return done.returncode, dict(line.split("=", 1) for line in lines)

    def _action(self, name: str, inputs: Mapping[str, str]) -> None:
        match name:
            case "actions/checkout":
                self._clone()
            case "aws-actions/configure-aws-credentials":
                self._enter_aws(inputs)
            case "actions/upload-artifact":
                self._upload(inputs)
            case "actions/download-artifact":
                self._download(inputs)
            case _:
                assert name in {"actions/setup-python", "actions/setup-node", "hashicorp/setup-terraform"}, (
                    name
                )

    def _clone(self) -> None:
        folder = self.checkout.folder
        git(self.runner.repository, "clone", "--quiet", "--no-checkout", ".", str(folder))
        git(folder, "checkout", "--quiet", self.runner.commit)
        for installed in (".venv", "node_modules"):
            (folder / installed).symlink_to((ROOT / installed).resolve())

    def _enter_aws(self, inputs: Mapping[str, str]) -> None:
        assert self.permissions.get("id-token") == "write", "GitHub gives no token"
        assert inputs["role-to-assume"].startswith("arn:aws:iam::"), inputs
        self.environ.update(
            {
                "AWS_ENDPOINT_URL": self.runner.endpoint,
                "AWS_ACCESS_KEY_ID": "local",
                "AWS_SECRET_ACCESS_KEY": "local",
                "AWS_REGION": inputs["aws-region"],
                "NO_PROXY": "127.0.0.1",
                **terraform_cli.choose(Project()).variables(),
            }
        )

    def _upload(self, inputs: Mapping[str, str]) -> None:
        assert inputs["overwrite"] == "true", "a job that runs again would fail"
        path = self.checkout.folder / inputs["path"]
        if path.exists():
            self.runner.github.upload(inputs["name"], path)
        else:
            assert inputs["if-no-files-found"] == "ignore"

    def _download(self, inputs: Mapping[str, str]) -> None:
        assert inputs["merge-multiple"] == "true"
        for artifact in self.runner.github.artifacts:
            if fnmatch.fnmatch(artifact["name"], inputs["pattern"]):
                with zipfile.ZipFile(io.BytesIO(artifact["content"])) as archive:
                    archive.extractall(self.checkout.folder / inputs["path"])
