"""The whole matrix of a strategy, compared with the document."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.rotation_matrix.strategies import Strategy

ROOT = Path(__file__).parents[2]


def is_as_documented(strategy: Strategy) -> None:
    """Fails with all that was printed when a row has a problem, a password is in a log, or a verdict is another one."""
    # Its many short processes would each begin to measure.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.rotation_matrix", "--strategy", strategy.name],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"
