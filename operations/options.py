"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from environments import selection, systems

Environment = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        envvar=selection.ENVIRONMENT_VARIABLE,
        help="Environment: environments/<NAME>.tfvars. Default: dev.",
        show_default=False,
    ),
]
OneEnvironment = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        envvar=selection.ENVIRONMENT_VARIABLE,
        help="Only this environment. Default: all.",
        show_default=False,
    ),
]
SYSTEM = f"Name of the system: {', '.join(systems.names())}."
Stack = Annotated[str, typer.Argument(help=SYSTEM, show_default=False)]
StackOrFirst = Annotated[str, typer.Argument(help=SYSTEM)]
FIRST = systems.names()[0]
AcceptedChanges = Annotated[
    Path | None,
    typer.Option(
        "--waivers",
        metavar="FILE",
        help="Accepted changes. Default: environments/waivers.toml.",
        show_default=False,
    ),
]
AutoApprove = Annotated[bool, typer.Option("--auto-approve", help="Do not ask before changing anything.")]
