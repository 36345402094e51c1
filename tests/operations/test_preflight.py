"""What is missing on a machine is named, with what was found and how to get it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from environments.problem import Problem
from operations import preflight, tools
from operations.project import Project

SCRIPT = Path(preflight.__file__)


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of its own, with programs of versions that work."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name, version in (
        ("node", "v22.11.0"),
        ("npm", "10.9.0"),
        ("terraform", "Terraform v1.11.4\non linux_amd64"),
    ):
        put(tmp_path, name, version)
    return tmp_path


def put(folder: Path, name: str, prints: str, exit_code: int = 0) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\nprintf '%s\\n' '{prints}'\nexit {exit_code}\n", encoding="utf-8")
    path.chmod(0o755)


def test_nothing_is_said_when_all_is_there(programs: Path) -> None:
    assert preflight.complaints() == []
    tools.check()
    assert tools.terraform() == str(programs / "terraform")


def test_everything_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Problem) as caught:
        tools.check()
    for name in ("Node.js", "npm", "Terraform"):
        assert f"{name}\n  found:   not on the PATH" in caught.value.what
    assert "https://developer.hashicorp.com/terraform/install" in caught.value.what


@pytest.mark.parametrize(
    ("name", "prints", "found"),
    [
        ("node", "v18.20.4", "version 18.20.4"),
        ("node", "v24.0.0", "version 24.0.0"),
        ("npm", "8.19.0", "version 8.19.0"),
        ("terraform", "Terraform v1.10.5", "version 1.10.5"),
        ("terraform", "no version here", "prints no version"),
    ],
)
def test_a_version_that_does_not_work_is_named(programs: Path, name: str, prints: str, found: str) -> None:
    put(programs, name, prints)
    (complaint,) = preflight.complaints()
    assert found in complaint


@pytest.mark.parametrize("version", ["v20.0.0", "v23.11.1"])
def test_the_edges_of_what_node_may_be(programs: Path, version: str) -> None:
    put(programs, "node", version)
    assert preflight.complaints() == []


def test_a_program_that_cannot_start_is_named(programs: Path) -> None:
    (programs / "npm").write_text("#!/no/such/interpreter\n", encoding="utf-8")
    (complaint,) = preflight.complaints()
    assert "npm" in complaint
    assert "prints no version" in complaint


def test_an_old_python_is_named(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "PYTHON", (99, 0))
    (complaint,) = preflight.complaints()
    assert complaint.startswith("Python\n  found:   version 3.")
    assert "99.0 or newer" in complaint


def test_terraform_is_missing(programs: Path) -> None:
    (programs / "terraform").unlink()
    with pytest.raises(Problem, match="Terraform is needed"):
        tools.terraform()


def test_the_script_exits_2_without_a_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT], env={"PATH": ""}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Something is missing on this machine" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_script_is_silent_when_all_is_there(programs: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", SCRIPT],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_cdktf_cli_is_the_one_of_the_project(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="the cdktf CLI is not installed") as caught:
        tools.cdktf(Project(root=tmp_path))
    assert caught.value.fix == "make install"
    path = tmp_path / "node_modules" / ".bin" / "cdktf"
    path.parent.mkdir(parents=True)
    path.touch()
    assert tools.cdktf(Project(root=tmp_path)) == str(path)
