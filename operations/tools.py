"""The programs that commands need, checked before anything is begun."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations import preflight

if TYPE_CHECKING:
    from operations.project import Project


def check() -> None:
    """Check Python, Node.js, npm and Terraform.

    Raises:
        Problem: one is missing, or of a version that does not work; each is named, with how to get it.
    """
    found = preflight.complaints()
    if found:
        raise Problem("something is missing on this machine\n\n" + "\n\n".join(found))


def terraform() -> str:
    """The path of Terraform.

    Raises:
        Problem: it is not on the PATH or too old.
    """
    (tool,) = [tool for tool in preflight.TOOLS if tool.name == "Terraform"]
    found = preflight.complaint(tool)
    path = shutil.which("terraform")
    if found is not None or path is None:
        raise Problem(f"Terraform is needed\n\n{found}")
    return path


def cdktf(project: Project) -> str:
    """The path of the cdktf CLI that the project installed.

    Raises:
        Problem: it is not installed.
    """
    path = project.root / "node_modules" / ".bin" / "cdktf"
    if not path.exists():
        raise Problem("the cdktf CLI is not installed", given=path, fix="make install")
    return str(path)
