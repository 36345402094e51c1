"""``holdfast apply``: what was planned, saved and reviewed is applied, and nothing else."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from environments import selection
from environments.problem import Problem
from operations import console, deployment, failure, synth, tools
from operations.failure import EXIT_CODES, Failed
from operations.options import AcceptedChanges, AutoApprove, Environment, Stack
from operations.plans import reading
from operations.plans.visible import visible
from operations.project import Project
from operations.review import text, waivers
from operations.review.classification import review
from operations.review.gate import decide
from operations.review.report import Report
from operations.saved_plan import CONFIGURATION, SavedPlan
from operations.terraform import warn_about_logging

if TYPE_CHECKING:
    from collections.abc import Callable

    from operations.review.gate import Gate
    from operations.terraform import Terraform

APPLY_EXIT_CODES = (
    f"{EXIT_CODES} Without approval the exit code is 1. "
    "Exit code 3: something destroys data or weakens protection, and no waiver accepts it."
)
_STALE = ("Saved plan is stale", "Saved plan does not match the given state")
"""How Terraform says that the state is another one than that of the plan."""


def command(
    stack: Stack,
    environment: Environment = None,
    waivers_file: AcceptedChanges = None,
    auto_approve: AutoApprove = False,
) -> None:
    """Apply the plan that `holdfast plan` saved, if nothing has changed since and it passes the review."""

    def approve() -> bool:
        return auto_approve or console.confirm("Apply it?", option="--auto-approve")

    gate, applied = apply(
        Project(),
        stack,
        environment=environment or selection.environment(),
        waivers_file=waivers_file,
        approve=approve,
    )
    if not gate.passed:
        console.error("Nothing was changed: the plan does not pass its review.")
        raise typer.Exit(gate.exit_code)
    if not applied:
        console.line("Nothing was changed.")
        raise typer.Exit(failure.EXIT_CODE)


def apply(
    project: Project,
    stack: str,
    *,
    environment: str,
    waivers_file: Path | None,
    approve: Callable[[], bool],
) -> tuple[Gate, bool]:
    """Check a saved plan, review it once more, ask, and apply it; it is gone then.

    Args:
        project: the project.
        stack: name of the system.
        environment: name of the environment.
        waivers_file: accepted changes, those of the project unless given.
        approve: asked after the review was shown; False ends without a change.

    Returns:
        The gate of the review, and whether the plan was applied.

    Raises:
        Problem: there is no whole plan of this system and environment, or it is stale.
        Failed: Terraform failed.
    """
    tools.terraform()
    warn_about_logging()
    saved = SavedPlan(folder=project.plans / stack)
    saved.check()
    synth.synthesize(project, stack, environment=environment)
    terraform = deployment.terraform_of(project, stack)
    saved.check_current(stack=stack, environment=environment, configuration=terraform.folder / CONFIGURATION)
    deployment.check_entry(project, stack)
    deployment.connect(project, terraform)
    gate = _reviewed(project, saved, terraform, stack=stack, waivers_file=waivers_file)
    if not gate.passed or not approve():
        return gate, False
    _apply(terraform, saved, stack)
    shutil.rmtree(saved.folder)
    terraform.refresh()
    deployment.write_outputs(project, terraform)
    return gate, True


def _reviewed(
    project: Project, saved: SavedPlan, terraform: Terraform, *, stack: str, waivers_file: Path | None
) -> Gate:
    """Review what Terraform itself finds in the plan; the JSON beside it may have come a long way."""
    today = datetime.now(UTC).date()
    shown = terraform.show_text(saved.plan).encode()
    found = [review(reading.parse(shown, source=str(saved.plan)), stack=visible(stack))]
    accepted = waivers.accepted(waivers_file, project.root, today=today)
    report = Report(plans=found, gate=decide(found, accepted, today=today))
    for line in text.lines(report):
        console.OUT.print(line)
    return report.gate


def _apply(terraform: Terraform, saved: SavedPlan, stack: str) -> None:
    try:
        terraform.apply(saved.plan)
    except Failed as failed:
        if any(mark in failed.reason for mark in _STALE):
            raise Problem(
                f"{saved.folder}: the plan is stale: the state of {stack} was changed after it was planned",
                fix=f"pipenv run holdfast plan {stack}, and have it reviewed",
            ) from failed
        raise
