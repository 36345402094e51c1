"""``python -m <this package>.warm``: does once, after an installation, what the first synthesis would wait for.

Compiles the Python files of jsii, cdktf and the providers, whatever ``PYTHONDONTWRITEBYTECODE`` says, and loads each
provider once, so that jsii extracts its packages; then waits for the index of types that jsii builds in the background
and that a short process ends before it is there.
"""

from __future__ import annotations

import compileall
import importlib.metadata
import importlib.util
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .activation import activate
from .importing import PACKAGE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator

INDEX = ".jsii.runtime-defs.v1.jsonl"
INDEX_SECONDS = 60


def main() -> int:
    """Warm up; the exit code is always 0: without it everything works, the first time slower."""
    for folder in compiled_folders():
        compileall.compile_dir(folder, quiet=2, workers=0)
    activate()
    for provider in providers():
        importlib.import_module(provider)
    wait_for_indexes()
    return 0


def providers() -> list[str]:
    """Names of the installed provider packages."""
    names = importlib.metadata.packages_distributions()
    return sorted(name for name in names if name.startswith(PACKAGE_PREFIX))


def compiled_folders() -> Iterator[Path]:
    """Folders of the packages that are slow to import when they are not compiled."""
    for name in ("jsii", "cdktf", "constructs", *providers()):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            yield Path(spec.origin).parent


def wait_for_indexes() -> None:
    """Wait until each extracted package has its index, at most a minute."""
    cache = Path.home() / ".cache" / "aws" / "jsii" / "package-cache"
    deadline = time.monotonic() + INDEX_SECONDS
    while time.monotonic() < deadline:
        packages = [found.parent for found in cache.glob("**/.jsii") if "node_modules" not in found.parts]
        if all((package / INDEX).is_file() for package in packages):
            return
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
