"""Runs the matrix, prints it, and writes or checks the document: ``python -m tests.rotation_matrix [--check]``."""

from __future__ import annotations

import argparse
import difflib
import signal
import sys
from pathlib import Path

from tests.rotation_matrix import matrix
from tests.rotation_matrix.table import verdicts

DOCUMENT = Path(__file__).parents[2] / "docs" / "rotation-matrix.md"


def main() -> int:
    """Exit code 1 when a row has a problem, a password is in a log, or the document says something else."""
    parser = argparse.ArgumentParser(prog="rotation-matrix")
    parser.add_argument(
        "--check", action="store_true", help="compare the document in the place of writing it"
    )
    check = parser.parse_args().check
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the servers are stopped
    result = matrix.run(show=_show)
    for table in result.tables:
        _show(f"\n{table.text()}")
    document = result.markdown()
    found = result.problems
    if check:
        found += _differences(document)
    else:
        DOCUMENT.write_text(document, encoding="utf-8")
        _show(
            f"Written: {DOCUMENT.relative_to(Path.cwd()) if DOCUMENT.is_relative_to(Path.cwd()) else DOCUMENT}"
        )
    for problem in found:
        _show(f"PROBLEM: {problem}")
    rows = sum(len(table.rows) for table in result.tables)
    _show(f"{rows} rows, {len(found)} problems, {result.seconds:.0f} s")
    return 1 if found else 0


def _differences(document: str) -> list[str]:
    committed = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
    lines = difflib.unified_diff(
        verdicts(committed), verdicts(document), "committed", "this run", lineterm="", n=0
    )
    return [
        f"docs/rotation-matrix.md is not what this run gives (make rotation-matrix): {line}" for line in lines
    ]


def _show(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
