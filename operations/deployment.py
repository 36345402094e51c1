"""Deploy and destroy one system with plain Terraform: what was planned and shown is what is applied."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from environments import backend
from operations import console, outputs, protection, secret_entry, synth, tools
from operations.failure import Failed
from operations.plans import reading
from operations.plans.visible import visible
from operations.review import text
from operations.review.classification import review
from operations.review.gate import decide
from operations.review.report import Report
from operations.state import creation
from operations.terraform import Terraform, warn_about_logging

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from operations.project import Project


def terraform_of(
    project: Project, stack: str, *, show: Callable[[str], None] | None = console.line
) -> Terraform:
    """Terraform in the folder of a synthesized stack.

    Raises:
        Problem: no stack of this name has been synthesized.
    """
    return Terraform(folder=project.stack(stack), log=project.logs / f"{stack}.log", show=show)


def connect(project: Project, terraform: Terraform) -> None:
    """Fetch the provider and connect the state.

    Raises:
        Problem: the bucket of ``backend.tf`` does not exist, or AWS cannot be asked.
        Failed: Terraform failed.
    """
    settings = backend.read(project.backend)
    if settings is not None:
        creation.require(settings)
    terraform.init()


def deploy(project: Project, stack: str, *, environment: str | None, approve: Callable[[], bool]) -> bool:
    """Synthesize, plan, say what is dangerous, ask, apply the plan, and write the flat outputs.

    Args:
        project: the project.
        stack: name of the system.
        environment: name of the environment, the default one unless given.
        approve: asked after the plan was shown; False ends without a change.

    Returns:
        Whether the system is deployed as planned; False when the plan was not approved.

    Raises:
        Problem: bad input, no Terraform, or the database's secret entry is missing.
        Failed: Terraform failed.
    """
    tools.terraform()
    warn_about_logging()
    synth.synthesize(project, stack, environment=environment)
    terraform = terraform_of(project, stack)
    check_entry(project, stack)
    plan = project.plan_file(stack)
    try:
        connect(project, terraform)
        if terraform.plan(plan):
            _show_dangers(terraform, plan, stack)
            if not approve():
                return False
            terraform.apply(plan)
            terraform.refresh()
    finally:
        plan.unlink(missing_ok=True)
    write_outputs(project, terraform)
    return True


def _show_dangers(terraform: Terraform, plan: Path, stack: str) -> None:
    """Say what the plan destroys, weakens or interrupts, as a review does; whoever is asked decides."""
    shown = terraform.show_text(plan).encode()
    reviewed = [review(reading.parse(shown, source=str(plan)), stack=visible(stack))]
    report = Report(plans=reviewed, gate=decide(reviewed, (), today=datetime.now(UTC).date()))
    for line in text.dangers(report):
        console.OUT.print(line)


def write_outputs(project: Project, terraform: Terraform) -> None:
    """Write the flat outputs of what is deployed, and say where they are."""
    written = outputs.write(terraform.output_json(), project.flat_outputs)
    console.line(f"{len(written)} outputs in {project.flat_outputs.relative_to(project.root)}")


def destroy(
    project: Project,
    stack: str,
    *,
    environment: str | None,
    allow_protected: bool,
    approve: Callable[[], bool],
    show: Callable[[str], None] | None = console.line,
) -> bool:
    """Destroy a system, and make sure that its state is empty.

    Args:
        project: the project.
        stack: name of the system.
        environment: name of the environment, the default one unless given.
        allow_protected: lift the protection of a regulated system first.
        approve: asked after the plan was shown; False ends without a change.
        show: called with each line of Terraform.

    Returns:
        Whether the system is gone; False when the plan was not approved.

    Raises:
        Problem: the system is protected, or what destroying needs is missing.
        Failed: Terraform failed, or something was left.
    """
    tools.terraform()
    warn_about_logging()
    synth.synthesize(project, stack, environment=environment, allow_removal=allow_protected)
    terraform = terraform_of(project, stack, show=show)
    connect(project, terraform)
    state = terraform.show_json()
    if not protection.resources(state):
        console.line(f"{stack} is not deployed: its state is empty")
        project.flat_outputs.unlink(missing_ok=True)
        return True
    if not allow_protected:
        protection.check(state)
    check_entry(project, stack)
    region = synth.region(synth.stack_json(project, stack))
    snapshots = protection.check_final_snapshots(state, region) if region else []
    plan = project.plan_file(stack)
    try:
        terraform.plan(plan, "-destroy")
        if not approve():
            return False
        if protection.protected(state):
            console.title("Lifting the protection")
            if terraform.plan(plan):
                terraform.apply(plan)
            terraform.plan(plan, "-destroy")
        terraform.apply(plan)
    finally:
        plan.unlink(missing_ok=True)
    left = terraform.state_list()
    if left:
        raise Failed(f"{stack} is not wholly destroyed; the state still has\n  " + "\n  ".join(left))
    project.flat_outputs.unlink(missing_ok=True)
    for name in snapshots:
        console.line(f"the final snapshot {name} stays")
    return True


def check_entry(project: Project, stack: str) -> None:
    """Make sure that the stack's secret entry is there: Terraform reads it in every run, also to destroy.

    Raises:
        Problem: it is not there, or not what a database entry must be.
    """
    entry = secret_entry.entry_of(synth.stack_json(project, stack))
    if entry is not None:
        secret_entry.check(entry)
