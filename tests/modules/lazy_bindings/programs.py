"""Programs that are run in a process of their own, for what happens once per process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[3]


def run(
    arguments: Sequence[str], *, cwd: Path = ROOT, environ: Mapping[str, str | None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run Python with arguments; it has to end with 0.

    Args:
        arguments: such as ``["-c", "..."]``.
        cwd: folder to run in.
        environ: what is set beyond the environment of the tests; ``None`` for what is not set at all.
    """
    # What conftest activated is for the process of the tests alone.
    changes = {"NODE_OPTIONS": None, "LAZY_BINDINGS": None, **(environ or {})}
    kept = {name: value for name, value in os.environ.items() if name not in changes}
    given = {name: value for name, value in changes.items() if value is not None}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**kept, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    return done
