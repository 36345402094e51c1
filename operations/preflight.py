"""What must be on the machine before anything is installed.

``python3 operations/preflight.py`` names what is missing and how to get it, and exits 2. It runs without a
package, on Python 3.7 or newer, so that an old Python is told as clearly as a missing Terraform.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    Version = tuple[int, ...]

EXIT_CODE = 2
PYTHON = (3, 11)


class Tool(NamedTuple):
    """A program that must be on the PATH.

    Attributes:
        name: as people call it.
        command: what prints its version.
        lowest: the first version that works.
        too_new: the first newer version that does not work any more.
        get: how to get it.
    """

    name: str
    command: tuple[str, ...]
    lowest: Version
    too_new: Version | None
    get: str

    @property
    def wanted(self) -> str:
        """The versions that work."""
        text = dotted(self.lowest) + " or newer"
        return text + ", but older than " + dotted(self.too_new) if self.too_new else text


TOOLS = (
    Tool(
        "Node.js",
        ("node", "--version"),
        (20,),
        (24,),  # cdktf-cli 0.21.0 crashes on Node 24
        "https://nodejs.org/en/download (version 22), or your package manager",
    ),
    Tool(
        "npm",
        ("npm", "--version"),
        (9,),
        None,
        "comes with Node.js; a package of its own on Debian and Ubuntu",
    ),
    Tool(
        "Terraform",
        ("terraform", "version"),
        (1, 11),  # write-only arguments: they keep passwords out of the state
        None,
        "https://developer.hashicorp.com/terraform/install (a single file: put it on the PATH)",
    ),
)


def dotted(version: Version) -> str:
    """A version as people write it."""
    return ".".join(str(part) for part in version)


def version_of(command: tuple[str, ...]) -> Version | None:
    """The version that a command prints, or None when it does not run or prints none."""
    path = shutil.which(command[0])
    if path is None:
        return None
    try:
        # Not the name alone: the program found here is the one that is started.
        done = subprocess.run(
            [path, *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\bv?(\d+(?:\.\d+)+)", done.stdout.decode("utf-8", "replace"))
    return tuple(int(part) for part in found.group(1).split(".")) if found else None


def complaint(tool: Tool) -> str | None:
    """What is wrong with a tool, or None."""
    if shutil.which(tool.command[0]) is None:
        found = "not on the PATH"
    else:
        version = version_of(tool.command)
        if version is None:
            found = "there, but `" + " ".join(tool.command) + "` prints no version"
        elif version < tool.lowest or (tool.too_new is not None and version >= tool.too_new):
            found = "version " + dotted(version)
        else:
            return None
    return _entry(tool.name, found, tool.wanted, tool.get)


def complaints() -> list[str]:
    """Everything that is missing or of the wrong version, one text for each."""
    found = []
    if sys.version_info < PYTHON:
        version = "version " + dotted(tuple(sys.version_info[:3]))
        get = "https://www.python.org/downloads, or your package manager; then `make demo PYTHON=python3.12`"
        found.append(_entry("Python", version, dotted(PYTHON) + " or newer", get))
    elif importlib.util.find_spec("ensurepip") is None:
        get = "the package python3-venv on Debian and Ubuntu"
        found.append(_entry("Python's venv module", "no ensurepip", "to make the virtual environment", get))
    return found + [text for text in map(complaint, TOOLS) if text is not None]


def _entry(name: str, found: str, wanted: str, get: str) -> str:
    return name + "\n  found:   " + found + "\n  needed:  " + wanted + "\n  get it:  " + get


def main() -> int:
    """Print what is missing; the exit code is 0 when nothing is, else 2."""
    found = complaints()
    if found:
        sys.stderr.write("Something is missing on this machine:\n\n" + "\n\n".join(found) + "\n")
        return EXIT_CODE
    return 0


if __name__ == "__main__":
    sys.exit(main())
