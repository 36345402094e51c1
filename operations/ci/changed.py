"""Which systems there are, in which environments; and which of them a change changes."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from environments import selection
from environments.problem import Problem
from operations import console, synth
from operations.ci import commit
from operations.failure import Failed
from operations.project import Project

if TYPE_CHECKING:
    from collections.abc import Mapping

Systems = dict[str, list[str]]
"""Environment to names of systems."""


def systems(project: Project, *, since: str | None = None) -> Systems:
    """The systems of every environment.

    Args:
        project: the project.
        since: a commit: only systems whose Terraform JSON has changed since then.

    Raises:
        Problem: the project cannot be synthesized, or there is no such commit.
        Failed: synthesis broke off.
    """
    names = selection.names(project.root / selection.FOLDER.name)
    now = {name: _synthesized(project, name) for name in names}
    before = _before(project, since, names) if since else {}
    return {
        name: [stack for stack, made in sorted(now[name].items()) if before.get(name, {}).get(stack) != made]
        for name in names
    }


def _before(project: Project, since: str, names: list[str]) -> Mapping[str, Mapping[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        base = Project(root=Path(folder))
        commit.extract(project.root, since, base.root)
        if project.backend.exists():
            shutil.copy(project.backend, base.backend)
        found = {}
        for name in names:
            try:
                found[name] = _synthesized(base, name)
            except (Problem, Failed) as error:
                # An environment that is new, or an older project that needs other packages: everything is new then.
                console.error(
                    f"{since} cannot be synthesized for {name}, so all of it counts as changed: {error}"
                )
        return found


def _synthesized(project: Project, environment: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        synth.synthesize(project, environment=environment, out=Path(folder))
        return {
            path.parent.name: _without_local_state(json.loads(path.read_text(encoding="utf-8")))
            for path in Path(folder).glob("stacks/*/cdk.tf.json")
        }


def _without_local_state(configuration: dict[str, Any]) -> dict[str, Any]:
    """Without the file that keeps the state where there is no backend: it lies elsewhere in each checkout."""
    configuration.get("terraform", {}).get("backend", {}).pop("local", None)
    return configuration
