"""``holdfast``: the commands around Terraform."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from environments import backend
from environments.problem import EXIT_CODE, Problem, told
from operations import (
    applying,
    bench,
    console,
    demo,
    deployment,
    diagram,
    failure,
    local,
    logins,
    manifest,
    outputs,
    planning,
    secret_entry,
    synth,
)
from operations.ci import command as ci
from operations.compliance import command as compliance
from operations.drift import command as drift
from operations.failure import EXIT_CODES
from operations.options import FIRST, AutoApprove, Environment, Stack, StackOrFirst
from operations.project import Project
from operations.review import command as review
from operations.state import commands as state_commands
from operations.state import creation, removal

if TYPE_CHECKING:
    from collections.abc import Callable


_CHANGE = "Plan and change a system"
_WATCH = "Check a system"
_PREPARE = "Prerequisites: state, secrets, records"
_LOCAL = "Without an AWS account"
_CI = "In GitHub Actions"
_WITHOUT_APPROVAL = f"{EXIT_CODES} Without approval the exit code is 1."

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Holdfast: deploy, check and remove a data tier that survives failures and audits.",
    epilog=f"{EXIT_CODES} Complete logs are in .holdfast/logs.",
)
secret = typer.Typer(
    no_args_is_help=True, help="The database's secret in Secrets Manager.", epilog=EXIT_CODES
)


def deploy(stack: Stack, environment: Environment = None, auto_approve: AutoApprove = False) -> None:
    """Plan a system, show the plan and its dangers, apply exactly that, and write cfn-outputs/flat-outputs.json."""
    if not deployment.deploy(
        Project(), stack, environment=environment, approve=_asker("Apply it?", auto_approve)
    ):
        _nothing_changed()


def destroy(
    stack: Stack,
    environment: Environment = None,
    auto_approve: AutoApprove = False,
    allow_protected: Annotated[
        bool,
        typer.Option("--allow-protected", help="Destroy a regulated system too: lift its protection first."),
    ] = False,
) -> None:
    """Destroy a system. A regulated one is refused, with the reasons."""
    if not deployment.destroy(
        Project(),
        stack,
        environment=environment,
        allow_protected=allow_protected,
        approve=_asker(f"Destroy {stack}?", auto_approve),
    ):
        _nothing_changed()


def write_outputs(stack: Stack, environment: Environment = None) -> None:
    """Write the outputs of a deployed system to cfn-outputs/flat-outputs.json, and print them."""
    project = Project()
    synth.synthesize(project, stack, environment=environment)
    terraform = deployment.terraform_of(project, stack, show=None)
    deployment.connect(project, terraform)
    found = terraform.output_json()
    if not found:
        raise Problem(
            f"{stack} has no outputs: it is not deployed", fix=f"pipenv run holdfast deploy {stack}"
        )
    console.line(json.dumps(outputs.write(found, project.flat_outputs), indent=2))


def draw(
    stack: Stack,
    environment: Environment = None,
    out: Annotated[
        Path | None,
        typer.Option(help="File for the SVG. Default: <stack>.svg in cdktf.out.", show_default=False),
    ] = None,
) -> None:
    """Draw a system, from its synthesized Terraform JSON."""
    project = Project()
    synth.synthesize(project, stack, environment=environment)
    path = out or project.output / f"{stack}.svg"
    diagram.write(synth.stack_json(project, stack), path)
    console.line(f"Drawn: {path}")


def bootstrap(
    delete: Annotated[
        bool, typer.Option("--delete", help="Delete all of it, if no state has a resource any more.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before deleting.")] = False,
) -> None:
    """Create the state backend: KMS key, S3 bucket, lock table. Safe to run again at any time."""
    ours = backend.required(Project().backend)
    if not delete:
        console.title(f"State backend in {ours.region}")
        creation.bootstrap(ours, console.item)
        return
    removal.check(ours)
    if not yes and not console.confirm(
        f"Delete the states in {ours.bucket}, with all their versions?", option="--yes"
    ):
        _nothing_changed()
    console.title(f"State backend in {ours.region}")
    removal.remove(ours, console.item)


@secret.command(epilog=EXIT_CODES)
def create(stack: StackOrFirst = FIRST, environment: Environment = None) -> None:
    """Create the secret that a system expects, with a random password that is never shown."""
    entry = _entry(stack, environment)
    made = secret_entry.create(entry)
    console.item(f"secret  {entry.name}", "created" if made else "already there")


@secret.command(epilog=EXIT_CODES)
def check(stack: StackOrFirst = FIRST, environment: Environment = None) -> None:
    """Check that the secret exists and has what a database needs. Exit code 2 if not."""
    entry = _entry(stack, environment)
    secret_entry.check(entry)
    console.item(f"secret  {entry.name}", "usable")


def run_demo(
    destroy_it: Annotated[
        bool, typer.Option("--destroy", help="Destroy what the demo deployed, and the local AWS with it.")
    ] = False,
) -> None:
    """Deploy citizen-data into the local AWS, prove that a second plan is empty, and rotate its credentials."""
    if destroy_it:
        demo.remove(Project())
    else:
        demo.run(Project())


def run_bench(
    runs: Annotated[int, typer.Option("--runs", min=1, help="Number of runs of each measurement.")] = 5,
) -> None:
    """Measure the speed of synthesis, against the plain import of the bindings, and with more resources."""
    bench.run(Project(), runs=runs)


def _entry(stack: str, environment: str | None) -> secret_entry.Entry:
    project = Project()
    synth.synthesize(project, stack, environment=environment)
    entry = secret_entry.entry_of(synth.stack_json(project, stack))
    if entry is None:
        raise Problem(
            f"{stack} creates its own secret entry",
            given='credentials = { source = "created" }',
            fix="nothing to do; Terraform creates it",
        )
    return entry


def _nothing_changed() -> NoReturn:
    console.line("Nothing was changed.")
    raise typer.Exit(failure.EXIT_CODE)


def _asker(question: str, auto_approve: bool) -> Callable[[], bool]:
    def ask() -> bool:
        return auto_approve or console.confirm(question, option="review the plan, then --auto-approve")

    return ask


# The help lists them in this order.
app.command(rich_help_panel=_CHANGE, epilog=_WITHOUT_APPROVAL)(deploy)
app.command(name="plan", rich_help_panel=_CHANGE, epilog=EXIT_CODES)(planning.command)
app.command(name="review", rich_help_panel=_CHANGE, epilog=review.EXIT_CODES)(review.command)
app.command(name="apply", rich_help_panel=_CHANGE, epilog=applying.APPLY_EXIT_CODES)(applying.command)
app.command(name="rotate", rich_help_panel=_CHANGE, epilog=EXIT_CODES)(logins.rotate_now)
app.command(rich_help_panel=_CHANGE, epilog=_WITHOUT_APPROVAL)(destroy)
app.command(name="drift", cls=drift.Command, rich_help_panel=_WATCH, epilog=drift.EXIT_CODES)(drift.command)
app.command(name="comply", rich_help_panel=_WATCH, epilog=compliance.EXIT_CODES)(compliance.command)
app.command(name="outputs", rich_help_panel=_WATCH, epilog=EXIT_CODES)(write_outputs)
app.command(name="diagram", rich_help_panel=_WATCH, epilog=EXIT_CODES)(draw)
app.add_typer(logins.app, name="credentials", rich_help_panel=_WATCH)
app.command(rich_help_panel=_PREPARE, epilog=EXIT_CODES)(bootstrap)
app.command(rich_help_panel=_PREPARE, epilog=state_commands.UNLOCK_EXIT_CODES)(state_commands.unlock)
app.add_typer(state_commands.app, name="state", rich_help_panel=_PREPARE)
app.add_typer(secret, name="secret", rich_help_panel=_PREPARE)
app.add_typer(manifest.app, name="manifest", rich_help_panel=_PREPARE)
app.command(name="demo", rich_help_panel=_LOCAL, epilog=EXIT_CODES)(run_demo)
app.add_typer(local.app, name="local", rich_help_panel=_LOCAL)
app.command(name="bench", rich_help_panel=_LOCAL, epilog=EXIT_CODES)(run_bench)
app.add_typer(ci.app, name="ci", rich_help_panel=_CI)


def main() -> None:
    """Run a command; what people did wrong, and what failed, is told without a traceback."""
    console.tolerate_encodings()
    try:
        app(prog_name="holdfast")
    except failure.Failed as failed:
        console.error(str(failed))
        sys.exit(failure.EXIT_CODE)
    except Exception as error:
        problem = told(error)
        if problem is None:
            raise
        console.error(str(problem))
        sys.exit(EXIT_CODE)
