"""The rules that the code itself keeps: style, format, types, size, and no work left for later."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 400
OURS = ("environments", "functions", "localcloud", "modules", "operations", "stacks", "tests")


def python_files() -> list[Path]:
    return [ROOT / "main.py", *(path for folder in OURS for path in sorted((ROOT / folder).rglob("*.py")))]


def run(*command: str) -> None:
    """Runs a checker in the project; what it prints is the failure."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"


def test_style() -> None:
    run("ruff", "check", "--no-cache", ".")


def test_format() -> None:
    run("ruff", "format", "--no-cache", "--check", ".")


@pytest.mark.slow
def test_types() -> None:
    run("mypy")


def test_no_file_is_too_long() -> None:
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()
    }
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError|mark\.(skip|xfail)")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in python_files()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if later.search(line)
    ]
    assert found == []


def test_dependencies_point_one_way() -> None:
    """stacks -> modules -> environments; operations, functions and localcloud know neither stacks nor modules."""
    forbidden = {
        "environments": "functions localcloud modules operations stacks",
        "functions": "environments localcloud modules operations stacks",
        "localcloud": "functions modules operations stacks",
        "modules": "functions localcloud operations stacks",
        "operations": "modules stacks",
        "stacks": "functions localcloud operations",
    }
    found = [
        f"{path.relative_to(ROOT)} imports {name}"
        for folder, names in forbidden.items()
        for path in sorted((ROOT / folder).rglob("*.py"))
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if name in names.split()
    ]
    assert found == []
