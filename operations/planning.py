"""``holdfast plan``: plans of synthesized stacks, saved for review and for what is applied later."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from environments import selection
from environments.problem import Problem
from operations import console, deployment, synth, tools
from operations.failure import Failed
from operations.options import Environment
from operations.plans import reading
from operations.progress import Progress
from operations.project import Project
from operations.review import text
from operations.review.classification import review
from operations.saved_plan import SavedPlan
from operations.terraform import warn_about_logging

if TYPE_CHECKING:
    from collections.abc import Sequence


def command(
    stacks: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names of systems. Default: all.",
            envvar="HOLDFAST_STACKS",
            show_default=False,
            show_envvar=False,
        ),
    ] = None,
    environment: Environment = None,
) -> None:
    """Plan systems, and save the plans in .holdfast/plans for `holdfast review`. Changes nothing.

    Terraform's output goes to a log only, because it may contain secrets.
    """
    project = Project()
    tools.terraform()
    warn_about_logging()
    synth.synthesize(project, *(stacks or ()), environment=environment)
    plan(project, stacks or project.stacks(), environment=environment)


def plan(project: Project, stacks: Sequence[str], *, environment: str | None) -> None:
    """Plan synthesized stacks, each whatever becomes of the others.

    Args:
        project: the project.
        stacks: names of systems.
        environment: name of the environment they were synthesized for, the default one unless given.

    Raises:
        Problem: there is no such stack, so that nothing was planned; or bad input kept stacks from being planned.
        Failed: Terraform failed for a stack.
    """
    if not stacks:
        raise Problem("there is no stack to plan", fix="add one to environments/systems.py")
    for stack in stacks:
        project.stack(stack)
    errors: dict[str, Problem | Failed] = {}
    for stack in stacks:
        console.title(stack)
        try:
            _plan(project, stack, environment=environment or selection.environment())
        except (Problem, Failed) as error:
            errors[stack] = error
    if len(errors) == len(stacks) == 1:
        raise errors[stacks[0]]
    if errors:
        told = "\n\n".join(f"{stack}: {error}" for stack, error in errors.items())
        what = f"{len(errors)} of {len(stacks)} stacks could not be planned\n\n{told}"
        raise Failed(what) if any(isinstance(error, Failed) for error in errors.values()) else Problem(what)


def _plan(project: Project, stack: str, *, environment: str) -> None:
    deployment.check_entry(project, stack)
    terraform = deployment.terraform_of(project, stack, show=Progress())
    deployment.connect(project, terraform)
    saved = SavedPlan(folder=project.plans / stack)
    saved.make(terraform, stack=stack, environment=environment)
    reviewed = review(reading.read(saved.json), stack=stack)
    console.line(f"  {text.counts(reviewed)}")
    console.line(f"  {os.path.relpath(saved.json)}")
