"""What is checked out: the content of the commit, which a plan is tied to."""

from __future__ import annotations

import io
import subprocess
import tarfile
from typing import TYPE_CHECKING

from environments.problem import Problem

if TYPE_CHECKING:
    from pathlib import Path


def tree(root: Path) -> str:
    """The hash of all files of the commit that is checked out.

    Not the commit's own: a merge makes a new commit, of the files that were planned or of others.

    Args:
        root: the folder of the project.

    Raises:
        Problem: this is no checkout, or files differ from the commit.
    """
    changed = _git(root, "status", "--porcelain", "--untracked-files=no").decode().strip()
    if changed:
        raise Problem(
            "files are not as they were committed, so nobody could find out what was planned",
            given=changed.replace("\n", "\n           "),
            fix="commit them, and plan again",
        )
    return _git(root, "rev-parse", "HEAD^{tree}").decode().strip()


def extract(root: Path, commit: str, folder: Path) -> None:
    """Write the files of a commit into a folder.

    Args:
        root: the folder of the project.
        commit: whatever git takes for one.
        folder: an empty folder.

    Raises:
        Problem: there is no such commit.
    """
    content = _git(root, "archive", "--format=tar", f"{commit}^{{commit}}")
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter="data")


def _git(root: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)  # noqa: S607 - the git of the PATH
    except FileNotFoundError:
        raise Problem("git is not on the PATH", fix="install it") from None
    if done.returncode != 0:
        raise Problem(
            f"git {arguments[0]} failed",
            given=done.stderr.decode(errors="replace").strip(),
            fix="run this in a checkout that has the commit: in a workflow, fetch-depth: 0",
        )
    return done.stdout
