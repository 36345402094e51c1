"""``holdfast local``: the local AWS, and the shell that talks to it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from environments.problem import Problem
from localcloud import lifecycle
from operations import console, terraform_cli
from operations.failure import Failed
from operations.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT_VARIABLE = "HOLDFAST_LOCAL_PORT"
DIRECTORY_VARIABLE = "HOLDFAST_LOCAL_DIR"
DEFAULT_PORT = 5055
_HIGHEST_PORT = 65535
_PROXIES = ("NO_PROXY", "no_proxy")

REDIRECTING = (
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
"""Variables that would lead a client past the local AWS, or give it another account's credentials."""

_ENDPOINTS = re.compile(r"AWS_ENDPOINT_URL_.+|(TF_)?AWS_.+_ENDPOINT")
"""Variables for one service each; the second form is Terraform's older one, of its S3 backend and AWS provider."""

_EXIT_CODES = (
    "Exit code 1: the local AWS does not start or stop. Exit code 2: bad input, such as a port in use."
)

app = typer.Typer(no_args_is_help=True, help="The local AWS: start it, check it, use it, stop it.")


def settings(project: Project) -> lifecycle.Settings:
    """Where the local AWS listens, and where it keeps what it has.

    Raises:
        Problem: ``$HOLDFAST_LOCAL_PORT`` is not a port.
    """
    text = os.environ.get(PORT_VARIABLE) or str(DEFAULT_PORT)
    if not text.isdecimal() or not 0 < int(text) <= _HIGHEST_PORT:
        raise Problem(
            f"${PORT_VARIABLE} is not a port",
            given=text,
            allowed=f"1 to {_HIGHEST_PORT}",
            fix=f"unset it, for {DEFAULT_PORT}",
        )
    directory = Path(os.environ.get(DIRECTORY_VARIABLE) or project.work / "local")
    return lifecycle.Settings(port=int(text), directory=directory)


def variables(project: Project) -> dict[str, str]:
    """All environment variables that a shell needs to deploy into the local AWS.

    Raises:
        Problem: the local AWS is not running, or the provider mirror that is named is none.
    """
    ours = settings(project)
    if not lifecycle.status(ours).running:
        raise Problem("the local AWS is not running", fix="pipenv run holdfast local up")
    return {
        **lifecycle.environment(ours),
        **terraform_cli.choose(project).variables(),
        **{name: _without_proxy(os.environ.get(name, "")) for name in _PROXIES},
        # The cdktf CLI reads its options from the environment too. It cannot write lock files from a mirror,
        # and without a terminal to ask it crashes with the state still locked; nothing is at stake here.
        "CDKTF_SKIP_PROVIDER_LOCK": "true",
        "CDKTF_AUTO_APPROVE": "true",
        "DISABLE_VERSION_CHECK": "1",
    }


def _without_proxy(hosts: str) -> str:
    """The hosts that are reached directly, and the local ones with them."""
    listed = [host for host in hosts.split(",") if host]
    return ",".join([*listed, *(host for host in ("127.0.0.1", "localhost") if host not in listed)])


def redirecting() -> list[str]:
    """The variables of this process that must not be set beside the local ones."""
    endpoints = [name for name in os.environ if _ENDPOINTS.fullmatch(name)]
    return sorted({*endpoints, *(name for name in REDIRECTING if name in os.environ)})


def enter(project: Project) -> None:
    """Make this process, and what it starts, talk to the local AWS only."""
    new = variables(project)
    for name in redirecting():
        del os.environ[name]
    os.environ.update(new)


def describe(status: lifecycle.Status) -> None:
    """Print where the local AWS is and what is emulated, and what went wrong when it started."""
    if status.notice:
        console.warn(status.notice)
    console.item("endpoint", status.endpoint, width=18)
    console.item("process", str(status.pid), width=18)
    console.item("log", str(status.log), width=18)
    for service, how in status.services.items():
        console.item(service, how, width=18)


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Tell of a server that does not start or stop as of any other failure."""
    try:
        yield
    except lifecycle.LifecycleError as error:
        raise Failed(str(error)) from error


@app.command(epilog=_EXIT_CODES)
def up() -> None:
    """Start the local AWS. What was deployed before is there again."""
    with explained():
        status = lifecycle.up(settings(Project()))
    console.title("The local AWS is running")
    describe(status)


@app.command()
def status() -> None:
    """Show whether the local AWS is running, and what is emulated. Exit code 1 if it is not running."""
    found = lifecycle.status(settings(Project()))
    if not found.running:
        console.line("The local AWS is not running.")
        raise typer.Exit(1)
    console.title("The local AWS is running")
    describe(found)


@app.command()
def env(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object instead of shell commands.")
    ] = False,
) -> None:
    """Print what a shell needs: eval "$(pipenv run holdfast local env)"."""
    new = variables(Project())
    if as_json:
        console.line(json.dumps(new, indent=2))
        return
    for name in redirecting():
        console.line(f"unset {name}")
    for name, value in new.items():
        console.line(f"export {name}={shlex.quote(value)}")


@app.command(epilog=_EXIT_CODES)
def down() -> None:
    """Stop the local AWS. What is deployed is kept for the next start."""
    with explained():
        was_running = lifecycle.down(settings(Project()))
    console.line("The local AWS is stopped." if was_running else "The local AWS was not running.")


@app.command(epilog=f"{_EXIT_CODES} Without approval the exit code is 1.")
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop the local AWS, and delete everything in it."""
    if not yes and not console.confirm(
        "Delete everything that is deployed in the local AWS?", option="--yes"
    ):
        console.line("Nothing was changed.")
        raise typer.Exit(1)
    with explained():
        lifecycle.reset(settings(Project()))
    console.line("The local AWS is empty.")
