"""Artifacts of workflows: encrypted plans, found by the files that they were planned from."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from environments.problem import Problem

if TYPE_CHECKING:
    from operations.ci.github import GitHub

SUFFIX = ".sealed"
"""Ends the names of encrypted plans: the system's name comes before it."""

_LARGEST = 256 * 1024 * 1024
_AGAIN = "run the workflow that plans by hand on this branch, read its review, and run this job again"


def name(environment: str, tree: str) -> str:
    """The name of the artifact with the plans of an environment.

    Args:
        environment: name of the environment.
        tree: hash of the files that were planned.
    """
    return f"plans-{environment}-{tree}"


def fetch(github: GitHub, artifact: str, file: str) -> bytes:
    """A file of the newest artifact of a name, of whatever run.

    Args:
        github: the repository.
        artifact: name of the artifact.
        file: name of the file in it.

    Raises:
        Problem: there is none, or it does not have the file.
        Failed: GitHub does not answer.
    """
    found = [
        each
        for each in github.pages("actions/artifacts", key="artifacts", name=artifact)
        if not each["expired"]
    ]
    if not found:
        raise Problem(
            "there is no plan of exactly these files, so nothing that was reviewed could be applied",
            given=f"no artifact {artifact} that has not expired",
            fix=_AGAIN,
        )
    newest = max(found, key=lambda each: (str(each["created_at"]), int(each["id"])))
    try:
        with zipfile.ZipFile(io.BytesIO(github.download(f"actions/artifacts/{newest['id']}/zip"))) as archive:
            if archive.getinfo(file).file_size > _LARGEST:
                raise Problem(f"{file} is too large for a plan", given=artifact, fix=_AGAIN)
            return archive.read(file)
    except (KeyError, zipfile.BadZipFile):
        raise Problem(
            "the artifact does not have the plan", given=f"{artifact}: no {file}", fix=_AGAIN
        ) from None
