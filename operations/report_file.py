"""Where reports go: a file, or standard output."""

from __future__ import annotations

from pathlib import Path

from environments.problem import Problem
from operations import console

STANDARD_OUTPUT = Path("-")


def write(file: Path, content: str) -> None:
    """Write a report, and say where it is.

    Args:
        file: the file; its folder is made. `STANDARD_OUTPUT` is standard output.
        content: the report.

    Raises:
        Problem: the file cannot be written.
    """
    if file == STANDARD_OUTPUT:
        console.OUT.print(content.rstrip("\n"), markup=False)
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file}: cannot be written ({error.strerror})") from None
    console.progress(f"written: {file}")
