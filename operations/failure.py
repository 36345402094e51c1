"""What went wrong while a command ran, as opposed to bad input: told with the end of the log, exit code 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EXIT_CODE = 1
EXIT_CODES = "Exit code 1: Terraform or AWS failed. Exit code 2: bad input; nothing was changed."
"""What the help of a command says."""

_TAIL = 40


class Failed(Exception):  # noqa: N818 - named for what the reader is told: this failed
    """Something outside of this program failed.

    Args:
        what: what failed.
        output: what it printed.
        log: where all of it is.
    """

    def __init__(self, what: str, *, output: str = "", log: Path | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.reason = reason(output)
        self.log = log

    def __str__(self) -> str:
        parts = [self.what, self.reason, f"The complete log: {self.log}" if self.log else ""]
        return "\n\n".join(part for part in parts if part)


def reason(output: str) -> str:
    """The lines that say why: from the first error that Terraform reports, else the last ones."""
    lines = output.rstrip().splitlines()
    for number, line in enumerate(lines):
        if "Error: " in line:
            return "\n".join(lines[number:][:_TAIL])
    return "\n".join(lines[-_TAIL:])
