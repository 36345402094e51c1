"""Installs Checkov from its own lock into ``.tools/checkov``: ``python -m tests.checkov.install``."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("Pipfile.lock")
HOME = ROOT / ".tools" / "checkov"


def install(lock: Path = LOCK, home: Path = HOME) -> Path:
    """Install what the lock says, unless that is what is there already.

    Args:
        lock: ``Pipfile.lock`` whose packages are installed, each checked against its hashes.
        home: folder of the virtual environment; replaced when it holds anything else.

    Returns:
        The ``checkov`` command.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as alone:
        # Tests of several processes need it, and the first of them installs it.
        fcntl.flock(alone, fcntl.LOCK_EX)
        return _install(lock, home)


def _install(lock: Path, home: Path) -> Path:
    python = home / "bin" / "python"
    mark = home / ".installed"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        print("Installing Checkov, which takes about 20 seconds", flush=True)
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True, symlinks=True)
        with tempfile.TemporaryDirectory() as folder:
            listed = Path(folder) / "requirements.txt"
            listed.write_text(
                "\n".join(requirements(json.loads(lock.read_text(encoding="utf-8")))), encoding="utf-8"
            )
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--require-hashes", "--no-deps", "--requirement", str(listed)], check=True)
        mark.write_text(wanted, encoding="utf-8")
    return home / "bin" / "checkov"


def requirements(lock: dict[str, Any]) -> list[str]:
    """Give the locked packages as lines of a requirements file, with their markers and hashes."""
    lines = []
    for name, locked in sorted(lock["default"].items()):
        extras = f"[{','.join(locked['extras'])}]" if "extras" in locked else ""
        marker = f" ; {locked['markers']}" if "markers" in locked else ""
        hashes = "".join(f" --hash={value}" for value in locked["hashes"])
        lines.append(f"{name}{extras}{locked['version']}{marker}{hashes}")
    return lines


if __name__ == "__main__":
    print(install())
