"""The examples of the guides are run as they are printed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import ROOT, Page
from tests.template import Template

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

WORKING_FILES = shutil.ignore_patterns("__pycache__", "*.pyc")


def shown(page: str) -> dict[str, str]:
    found = Page(ROOT / "docs" / page).python()
    assert found, f"{page} shows no file"
    return found


def write(files: dict[str, str], folder: Path) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def run(folder: Path, *command: str) -> None:
    """Runs Python in a folder, with that folder's packages and none of ours."""
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"\n{done.stdout}{done.stderr}"


def copy(folder: Path, *names: str) -> None:
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=WORKING_FILES)
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def test_a_module_works_in_another_project_with_a_copy_of_modules_alone(tmp_path: Path) -> None:
    copy(tmp_path, "modules")
    write(shown("modules.md"), tmp_path)
    run(tmp_path, "main.py")
    template = Template.read(tmp_path / "cdktf.out" / "stacks" / "reports" / "cdk.tf.json")
    assert template.one("aws_efs_file_system")["encrypted"] is True
    assert len(template.all("aws_efs_mount_target")) == 2
    assert template.one("aws_efs_access_point")["root_directory"]["path"] == "/monthly"
    assert template.one("aws_efs_file_system")["tags"]["Project"] == "reports"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the stack and the test of the guides, and the stack in the list of systems."""
    folder = tmp_path_factory.mktemp("project")
    copy(folder, "main.py", "environments", "modules", "stacks", "tests/__init__.py", "tests/template.py")
    copy(folder, "tests/conftest.py", "tests/browser", "tests/localcloud", "tests/system")
    copy(folder, "pyproject.toml", "Pipfile.lock", "functions")
    write(shown("stacks.md") | shown("testing.md"), folder)
    registry = folder / "environments" / "systems.py"
    systems, line = (
        registry.read_text(encoding="utf-8"),
        'System(name="report-files", code="stacks.report_files.ReportFiles")',
    )
    assert line in (ROOT / "docs" / "stacks.md").read_text(encoding="utf-8")
    assert "SYSTEMS = (" in systems
    registry.write_text(systems.replace("SYSTEMS = (", f"SYSTEMS = ({line}, ", 1), encoding="utf-8")
    return folder


def test_the_stack_of_the_guide_is_synthesized(project: Path) -> None:
    run(project, "main.py")
    template = Template.read(project / "cdktf.out" / "stacks" / "report-files" / "cdk.tf.json")
    assert template.one("aws_efs_file_system")["creation_token"] == "reports-transaction-logs-dev"
    assert {alias["name"] for alias in template.all("aws_kms_alias")} >= {"alias/reports-efs-dev"}


def test_the_test_of_the_guide_passes(project: Path) -> None:
    run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/stacks/test_report_files.py")


def test_what_the_guides_show_has_our_style(project: Path) -> None:
    files = [*shown("stacks.md"), *shown("testing.md")]
    run(project, "-m", "ruff", "check", "--no-cache", *files)
    run(project, "-m", "ruff", "format", "--no-cache", "--check", *files)
