"""``holdfast unlock`` and ``holdfast state``: the locks and checksums of Terraform's states."""

from __future__ import annotations

from typing import Annotated

import typer

from environments import backend
from operations import console
from operations.failure import EXIT_CODE, EXIT_CODES
from operations.options import Environment, OneEnvironment, Stack
from operations.project import Project
from operations.state import doctor as examination
from operations.state import places, unlocking

_EXIT_CODES = "Exit code 1: something has to be fixed, or AWS failed. Exit code 2: bad input."

app = typer.Typer(
    no_args_is_help=True, help="Terraform's states, their locks and checksums.", epilog=_EXIT_CODES
)


def unlock(
    stack: Stack,
    environment: Environment = None,
    lock_id: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Release the lock only if it has this id, as Terraform or `unlock` shows it."
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before releasing.")] = False,
) -> None:
    """Show who holds the lock of a system's state, and since when; release it if that run is gone."""
    project = Project()
    ours = backend.required(project.backend)
    place = places.chosen(project.root, stack, environment)

    def approve(question: str) -> bool:
        return yes or console.confirm(question, option="--yes, with the --lock-id that is shown")

    if not unlocking.unlock(ours, place, lock_id=lock_id, approve=approve):
        console.line("Nothing was changed.")
        raise typer.Exit(EXIT_CODE)


@app.command(epilog=_EXIT_CODES)
def doctor(
    stack: Annotated[
        str | None,
        typer.Argument(help="Name of one system. Default: everything.", show_default=False),
    ] = None,
    environment: OneEnvironment = None,
) -> None:
    """Check the state backend and its states: locks, checksums, encryption, versions. Changes nothing."""
    project = Project()
    ours = backend.required(project.backend)
    things = examination.examine(project, ours, system=stack, environment=environment)
    console.title(f"State backend in {ours.region}")
    for thing in things:
        console.item(thing.name, thing.status)
        for finding in thing.findings:
            console.line(f"    {finding.what}")
            if finding.fix is not None:
                console.line(f"    fix: {finding.fix}")
    urgent = sum(finding.fix is not None for thing in things for finding in thing.findings)
    console.line(f"{urgent} to fix" if urgent else "Healthy.")
    if urgent:
        raise typer.Exit(EXIT_CODE)


UNLOCK_EXIT_CODES = f"{EXIT_CODES} Without approval the exit code is 1."
