"""What commands print: short lines, calm colours, nothing that a log file could not show."""

from __future__ import annotations

from rich.console import Console

# Without emoji: an ARN has ":secret:" in it, which is one to Rich.
OUT = Console(highlight=False, soft_wrap=True, emoji=False)
ERR = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def line(text: str = "") -> None:
    """Print a line as it is."""
    OUT.print(text, markup=False)


def title(text: str) -> None:
    """Print what begins now."""
    OUT.print(text, style="bold", markup=False)


def item(name: str, status: str, *, width: int = 34) -> None:
    """Print one thing and what became of it, in two columns."""
    OUT.print(f"  {name:<{width}}  {status}", markup=False)


def warn(text: str) -> None:
    """Print a warning that must not be missed, to standard error."""
    ERR.print(f"WARNING: {text}", style="bold red", markup=False)


def error(text: str) -> None:
    """Print why the command ends, to standard error."""
    ERR.print(text, markup=False)
