"""The function's tests notice deliberate faults in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functions.mutants import MUTANTS, Mutant
from tests.functions.server import PostgreSQLServer

PROJECT = Path(__file__).parents[2]
SOURCE = PROJECT / "functions" / "rotation"
SECONDS = 120
"""For one run; a fault that makes a test hang is noticed, too, but not waited for."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_fits_the_source(mutant: Mutant) -> None:
    """Else it would change nothing, or the wrong place: then `tests/functions/mutants.py` has to follow the source."""
    text = (SOURCE / mutant.file).read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file} does not have once: {mutant.old}"
    compile(text.replace(mutant.old, mutant.new), mutant.file, "exec")
    file, _, name = mutant.test.partition("::")
    assert f"def {name}(" in (Path(__file__).parent / file).read_text(encoding="utf-8")


def test_every_part_of_the_function_has_faults() -> None:
    assert len(MUTANTS) >= 10
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The function and its tests, apart from the project's."""
    folder = tmp_path_factory.mktemp("mutants")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "functions", folder / "functions", ignore=ignored)
    shutil.copytree(PROJECT / "tests" / "functions", folder / "tests" / "functions", ignore=ignored)
    shutil.copy(PROJECT / "tests" / "__init__.py", folder / "tests")
    shutil.copy(PROJECT / "pyproject.toml", folder)
    (folder / "localcloud").symlink_to(PROJECT / "localcloud")
    return folder


def run(copy: Path, server: PostgreSQLServer, *tests: str) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy, with the server that runs already; nothing of this run of tests reaches them."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("COVERAGE_", "COV_", "PYTEST_"))
    }
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            "--no-header",
            *(f"tests/functions/{test}" for test in tests),
        ],
        cwd=copy,
        env={**inherited, "PYTHONDONTWRITEBYTECODE": "1", **server.environment()},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


@pytest.mark.slow
@pytest.mark.server
def test_without_a_fault_the_tests_pass(copy: Path, server: PostgreSQLServer) -> None:
    """One of each file: that it is the fault which makes them fail, and not that they run in another place."""
    done = run(copy, server, *{mutant.test.partition("::")[0]: mutant.test for mutant in MUTANTS}.values())
    assert done.returncode == pytest.ExitCode.OK, done.stdout


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_is_noticed(mutant: Mutant, copy: Path, server: PostgreSQLServer) -> None:
    path = copy / "functions" / "rotation" / mutant.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        done = run(copy, server, mutant.test)
    finally:
        path.write_text(text, encoding="utf-8")
    # A test has failed: not the import, not the collection.
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "1 failed" in done.stdout
