"""``NODE_OPTIONS`` keeps what it has, and node reads the path that is added."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from modules.lazy_bindings.node_options import with_preload

pytestmark = pytest.mark.slow

SCRIPT = Path("/srv/app/preload.js")
OURS = '--require "/srv/app/preload.js"'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, OURS),
        ("", OURS),
        ("  ", OURS),
        ("--no-warnings", f"--no-warnings {OURS}"),
        ("--require ./other.js ", f"--require ./other.js {OURS}"),
        (OURS, OURS),
        (f"{OURS} --no-warnings", f"{OURS} --no-warnings"),
    ],
)
def test_options_are_kept(before: str | None, after: str) -> None:
    assert with_preload(before, SCRIPT) == after


@pytest.mark.parametrize("folder", ["plain", "with spaces", 'a "quoted" one', "back\\slash", "ünïcode"])
def test_node_preloads_from_any_path(tmp_path: Path, folder: str) -> None:
    script = tmp_path / folder / "preload.js"
    script.parent.mkdir()
    script.write_text('console.log("preloaded");', encoding="utf-8")
    environ = {**os.environ, "NODE_OPTIONS": with_preload("--no-warnings", script)}
    done = subprocess.run(["node", "--eval", "0"], env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("preloaded\n", "")
