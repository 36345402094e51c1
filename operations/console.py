"""What commands print and ask: short lines, calm colours, nothing that a log file could not show."""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from environments.launcher import pasteable
from environments.problem import Problem

# Without emoji: Rich would make one of the ":secret:" in an ARN.
OUT = Console(highlight=False, soft_wrap=True, emoji=False)
ERR = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def line(text: str = "") -> None:
    """Print a line as it is; a command of ours as it works here."""
    OUT.print(pasteable(text), markup=False)


def title(text: str) -> None:
    """Print what begins now."""
    OUT.print(text, style="bold", markup=False)


def item(name: str, status: str, *, width: int = 34) -> None:
    """Print one thing and what became of it, in two columns."""
    OUT.print(f"  {pasteable(name):<{width}}  {pasteable(status)}", markup=False)


def progress(text: str) -> None:
    """Say what is being done, to standard error: standard output has the result."""
    ERR.print(f"... {text}", style="dim", markup=False)


def warn(text: str) -> None:
    """Print a warning that must not be missed, to standard error."""
    ERR.print(f"WARNING: {text}", style="bold red", markup=False)


def error(text: str) -> None:
    """Print why the command ends, to standard error."""
    ERR.print(pasteable(text), markup=False)


def confirm(question: str, *, option: str) -> bool:
    """Ask a question that the person answers with yes or no.

    Args:
        question: what to ask.
        option: the command's option that answers yes.

    Raises:
        Problem: nobody can be asked.
    """
    if not sys.stdin.isatty():
        raise Problem(
            "confirmation is needed, and this is not a terminal",
            given=question,
            fix=f"to confirm: {option}",
        )
    return typer.confirm(question)


def tolerate_encodings() -> None:
    """Let no character break a command: a terminal or file that cannot show one gets another in its place."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
