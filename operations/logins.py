"""``holdfast rotate`` and ``holdfast credentials``: the logins of a deployed system."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from operations import console, credentials, deployed, rotate
from operations.failure import EXIT_CODES
from operations.options import FIRST, Environment, StackOrFirst
from operations.project import Project

if TYPE_CHECKING:
    from collections.abc import Sequence

Secret = Annotated[
    str | None,
    typer.Option(
        "--secret", help="Name or ARN of one secret. Default: all of the system.", show_default=False
    ),
]

app = typer.Typer(no_args_is_help=True, help="The credentials in the secrets.", epilog=EXIT_CODES)


def rotate_now(
    stack: StackOrFirst = FIRST,
    secret: Secret = None,
    environment: Environment = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the end of the rotation.")] = True,
    timeout: Annotated[
        int, typer.Option("--timeout", min=1, max=3600, help="Seconds to wait for each rotation.")
    ] = rotate.DEFAULT_TIMEOUT,
) -> None:
    """Rotate credentials now, and follow each step. Exit code 1: the rotation failed, or took too long."""
    project = Project()
    if secret:
        region = deployed.region_of(project, stack, secret, environment=environment)
        rotate_all([secret], region, wait=wait, timeout=timeout)
        return
    system = deployed.find(project, stack, environment=environment)
    rotate_all(system.secrets, system.region, wait=wait, timeout=timeout)


def rotate_all(secrets: Sequence[str], region: str, *, wait: bool = True, timeout: float) -> None:
    """Rotate secrets one after another; the first one that fails is the last one.

    Args:
        secrets: names or ARNs.
        region: where they are.
        wait: follow each to its end.
        timeout: seconds to wait for each.

    Raises:
        Problem: there is no such secret, or it has no rotation.
        Failed: a rotation failed, or takes too long.
    """
    for secret in secrets:
        begun = rotate.begin(secret, region)
        console.title(f"{begun.name}: {'joining a rotation under way' if begun.joined else 'rotating'}")
        if wait:
            rotate.follow(begun, timeout=timeout)


def check_all(project: Project, system: deployed.Deployed, secrets: Sequence[str]) -> None:
    """Try the logins of secrets, and print what was found.

    Raises:
        Problem: there is no such secret or database.
        Failed: a current version does not log in.
    """
    server = credentials.server_of(system, credentials.trusted(project, os.environ))
    found = {}
    for secret in secrets:
        name, findings = credentials.check(secret, system.region, server)
        credentials.report(name, findings)
        found[name] = findings
    credentials.require_current(found)


@app.command(epilog=EXIT_CODES)
def check(stack: StackOrFirst = FIRST, secret: Secret = None, environment: Environment = None) -> None:
    """Try which versions of the secrets can log in, over verified TLS. Exit code 1 if AWSCURRENT cannot."""
    project = Project()
    system = deployed.find(project, stack, environment=environment)
    check_all(project, system, [secret] if secret else system.secrets)
