"""The deployment package: small, the same bytes every time, complete, and quick to start."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from localcloud.lambda_runner import RUNTIME_DISTRIBUTIONS
from modules.lambda_package import Package, build

PROJECT = Path(__file__).parents[2]
REQUIREMENTS = ["pg8000"]
MOST_BYTES = 5 * 1024 * 1024
MOST_SECONDS = 0.3

_START = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
sys.path.extend(json.loads(sys.argv[2]))
started = time.process_time()
import botocore.session, botocore.config, botocore.exceptions
between = time.process_time()
import rotation.handler
print(json.dumps({
    "runtime": between - started,
    "own": time.process_time() - between,
    "modules": sorted({name.partition(".")[0] for name in sys.modules}),
    "from": rotation.handler.__file__,
}))
"""
"""Nothing that is installed here but what Lambda's runtime brings: -S leaves out site-packages."""


def package(destination: Path, source: Path = PROJECT / "functions" / "rotation") -> Package:
    return build(
        source=source,
        requirements=REQUIREMENTS,
        lock=PROJECT / "Pipfile.lock",
        destination=destination,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return package(tmp_path_factory.mktemp("package") / "rotation.zip")


@pytest.fixture(scope="module")
def unpacked(built: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(built.path) as content:
        content.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda's runtime brings, as links to what is installed here."""
    folder = tmp_path_factory.mktemp("runtime")
    site = next(Path(path) for path in sys.path if (Path(path) / "botocore").is_dir())
    for name in RUNTIME_DISTRIBUTIONS:
        module = {"python-dateutil": "dateutil"}.get(name, name)
        found = site / module if (site / module).is_dir() else site / f"{module}.py"
        (folder / found.name).symlink_to(found)
    return folder


def start(unpacked: Path, runtime: Path) -> dict[str, object]:
    """Import the handler in a new process, without compiled files of the package, as at a cold start."""
    done = subprocess.run(
        [sys.executable, "-E", "-S", "-B", "-c", _START, unpacked, json.dumps([str(runtime)])],
        check=True,
        capture_output=True,
        text=True,
        cwd=unpacked,
    )
    return dict(json.loads(done.stdout))


def test_it_is_small(built: Package) -> None:
    assert built.path.stat().st_size < MOST_BYTES


def test_it_is_the_same_bytes_from_another_folder_and_time(built: Package, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "rotation"
    shutil.copytree(PROJECT / "functions" / "rotation", copy, copy_function=shutil.copyfile)
    again = package(tmp_path / "again.zip", copy)
    assert again.path.read_bytes() == built.path.read_bytes()
    assert again.base64sha256 == built.base64sha256


def test_it_holds_the_function_its_roots_and_its_driver_and_nothing_else(unpacked: Path) -> None:
    names = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"rotation", "pg8000", "scramp", "asn1crypto", "dateutil", "six.py"}
    assert (unpacked / "rotation" / "rds_roots.pem").is_file()


def test_it_starts_with_what_lambda_brings_and_nothing_else(unpacked: Path, runtime: Path) -> None:
    started = start(unpacked, runtime)
    assert str(started["from"]).startswith(str(unpacked))
    modules = started["modules"]
    assert isinstance(modules, list)
    assert "boto3" not in modules  # botocore is enough, and takes less time
    assert "cryptography" not in modules


@pytest.mark.slow
def test_it_starts_quickly(unpacked: Path, runtime: Path) -> None:
    """CPU time, which other processes of this machine do not change; the best of five."""
    runs = [start(unpacked, runtime) for _ in range(5)]
    own = min(float(str(run["own"])) for run in runs)
    brought = min(float(str(run["runtime"])) for run in runs)
    print(f"the function's own imports take {own:.3f} s, those of the runtime's botocore {brought:.3f} s")
    assert own < MOST_SECONDS
