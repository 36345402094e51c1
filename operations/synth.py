"""Synthesis: ``main.py`` in a process of its own, and what commands read from the JSON that it writes."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from environments import outdir, removal, selection
from environments.problem import EXIT_CODE, Problem
from operations import console
from operations.failure import Failed
from operations.processes import stream

if TYPE_CHECKING:
    from pathlib import Path

    from operations.project import Project


def synthesize(
    project: Project,
    *stacks: str,
    environment: str | None = None,
    allow_removal: bool = False,
    out: Path | None = None,
) -> None:
    """Write Terraform JSON; what synthesis has to tell is passed on.

    Args:
        project: the project to synthesize.
        stacks: names of the systems that are needed; none for all that the environment has.
        environment: name of the environment; by default ``$HOLDFAST_ENVIRONMENT``, else ``dev``.
        allow_removal: turn deletion protection off, as the step before a protected system can be destroyed.
        out: another folder to write to, for a look at what would be synthesized.

    Raises:
        Problem: the settings are not valid; the message is the one of ``main.py``.
        Failed: synthesis broke off.
    """
    environ = dict(os.environ)
    if environment is not None:
        environ[selection.ENVIRONMENT_VARIABLE] = environment
    if allow_removal:
        environ[removal.VARIABLE] = "allow"
    if out is not None:
        environ[outdir.VARIABLE] = str(out)
    log = project.logs / "synth.log"
    code, output = stream([sys.executable, "main.py", *stacks], cwd=project.root, environ=environ, log=log)
    if code == EXIT_CODE:
        raise Problem(output)
    if code != 0:
        raise Failed(f"synthesis failed (exit code {code})", output=output, log=log)
    if output and out is None:
        console.error(output)


def stack_json(project: Project, stack: str) -> dict[str, Any]:
    """The Terraform JSON of a synthesized stack.

    Raises:
        Problem: no stack of this name has been synthesized.
    """
    parsed: dict[str, Any] = json.loads((project.stack(stack) / "cdk.tf.json").read_text(encoding="utf-8"))
    return parsed


def blocks(configuration: dict[str, Any], kind: str, type_: str) -> list[dict[str, Any]]:
    """All blocks of one type, such as ``resource``, ``aws_db_instance``."""
    return list(configuration.get(kind, {}).get(type_, {}).values())


def region(configuration: dict[str, Any]) -> str | None:
    """The region of the stack's first AWS provider."""
    providers = configuration.get("provider", {}).get("aws", [])
    return next((str(provider["region"]) for provider in providers if "region" in provider), None)
