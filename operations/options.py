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
        envvar=selection.ENVIRONMENT_VARIABLE,
        help="Name of the environment: environments/<name>.tfvars. Default: dev.",
        show_default=False,
    ),
]
OneEnvironment = Annotated[
    str | None,
    typer.Option(
        "--environment",
        "-e",
        envvar=selection.ENVIRONMENT_VARIABLE,
        help="Name of one environment. Default: all.",
        show_default=False,
    ),
]
SYSTEM = f"Name of the system: {', '.join(systems.names())}."
System = Annotated[str, typer.Option("--stack", help=SYSTEM)]
Stack = Annotated[str, typer.Argument(help=SYSTEM, show_default=False)]
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
