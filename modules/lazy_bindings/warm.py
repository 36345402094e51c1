"""``python -m <this package>.warm main.py``: does once, after an installation, what the first synthesis would wait for.

Runs the app once, so that everything that is made at the first use is made: compiled Python files (whatever
``PYTHONDONTWRITEBYTECODE`` says), the packages that jsii extracts for node, other libraries' caches. Then it waits for
the index of types that jsii builds in the background, and that a synthesis is too short for.
"""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from . import jsii_cache
from .activation import activate

if TYPE_CHECKING:
    from collections.abc import Sequence

INDEX_SECONDS = 180
"""How long the index of the largest provider may take on a slow machine; 4 s are usual."""


def main(arguments: Sequence[str]) -> int:
    """Warm up.

    Args:
        arguments: the file of the app, as ``cdktf.json`` runs it with Python.

    Returns:
        0, also when the app fails: without a warm start everything works, the first time slower.
    """
    (app,) = arguments
    sys.dont_write_bytecode = False
    # jsii prints forty lines for each major version of node that it does not support any more.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "16,18,20,22,24")
    activate()
    say(f"Running {app} once: compiles what it imports, lets jsii extract its packages")
    started = time.monotonic()
    failure = run(app)
    said = f"{app} failed, which does not matter here ({failure})" if failure else "done"
    say(f"  {said}, {time.monotonic() - started:.1f} s")
    wait_for_indexes()
    return 0


def run(app: str) -> str:
    """Run the app with a temporary folder for what it writes; what made it fail, if anything did."""
    sys.argv = [app]
    sys.path.insert(0, str(Path(app).resolve().parent))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CDKTF_OUTDIR"] = folder
        try:
            runpy.run_path(app, run_name="__main__")
        except SystemExit as end:
            return f"exit code {end.code}" if end.code else ""
        except Exception as error:  # noqa: BLE001 - any app's; it is told
            return f"{type(error).__name__}: {error}"
    return ""


def wait_for_indexes(seconds: float = INDEX_SECONDS) -> None:
    """Wait until jsii has an index of each package that was loaded.

    Args:
        seconds: at most so long.
    """
    started = time.monotonic()
    waiting: list[str] = []
    while time.monotonic() - started < seconds:
        left = jsii_cache.without_index()
        if not left:
            break
        if left != waiting:
            say(f"jsii builds the index of {', '.join(left)} in the background")
            waiting = left
        time.sleep(0.1)
    else:
        say(f"  not there after {seconds:.0f} s: the first start will be slower")
        return
    if waiting:
        say(f"  done, {time.monotonic() - started:.1f} s")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
