"""Runs the matrix, prints it, and writes or checks the document.

``python -m tests.rotation_matrix [--check] [--strategy "single user"]``
"""

from __future__ import annotations

import argparse
import difflib
import sys
from functools import partial
from pathlib import Path

from tests.rotation_matrix import matrix, together
from tests.rotation_matrix.document import document, only, tables
from tests.rotation_matrix.strategies import STRATEGIES
from tests.rotation_matrix.table import verdicts

_show = partial(print, flush=True)
DOCUMENT = Path(__file__).parents[2] / "docs" / "rotation-matrix.md"


def main() -> int:
    """Exit code 1 when a row has a problem, a password is in a log, or the document says something else."""
    parser = argparse.ArgumentParser(prog="rotation-matrix")
    parser.add_argument("--check", action="store_true", help="compare the document, do not write it")
    names = {strategy.name: strategy for strategy in STRATEGIES}
    parser.add_argument(
        "--strategy", choices=names, help="only this one, and compare what the document says of it"
    )
    given = parser.parse_args()
    together.end_in_order()
    if given.strategy:
        chosen = names[given.strategy]
        parts = [matrix.run(chosen, show=_show)]
        committed = only(_committed(), chosen)
    else:
        parts = together.run(show=_show)
        committed = _committed()
    for table in tables(parts):
        _show(f"\n{table.aligned()}")
    text = document(parts)
    found = [problem for part in parts for problem in part.problems]
    if given.check or given.strategy:
        found += _differences(committed, text)
    else:
        DOCUMENT.write_text(text, encoding="utf-8")
        _show(f"Written: docs/{DOCUMENT.name}")
    for problem in found:
        _show(f"PROBLEM: {problem}")
    for part in parts:
        _show(f"{part.strategy}: {part.rows} rows, {len(part.problems)} problems, {part.seconds:.0f} s")
    return 1 if found else 0


def _committed() -> str:
    return DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""


def _differences(committed: str, found: str) -> list[str]:
    lines = difflib.unified_diff(
        verdicts(committed), verdicts(found), "committed", "this run", lineterm="", n=0
    )
    return [
        f"docs/{DOCUMENT.name} is not what this run gives (make rotation-matrix): {line}" for line in lines
    ]


if __name__ == "__main__":
    sys.exit(main())
