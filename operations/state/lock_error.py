"""Who holds the lock of a state: Terraform's error, in the order in which people need it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MARK = "Error acquiring the state lock"
_FIELD = re.compile(r"^[\s│]*(ID|Path|Operation|Who|Created):\s+(\S.*?)\s*$", re.MULTILINE)

_PLACE = re.compile(r"[^/]+/.+/([^/]+)/([^/]+)/([^/]+)\.tfstate")
"""Bucket, folder, and what `environments.backend` makes of environment, suffix and system."""


def explain(output: str, folder: Path) -> str | None:
    """What to tell when a run ended because another one holds the lock.

    Args:
        output: what Terraform printed.
        folder: where it ran.

    Returns:
        None when it ended for another reason, or does not say who.
    """
    if _MARK not in output:
        return None
    lock = dict(_FIELD.findall(output))
    if not {"ID", "Who", "Created"} <= lock.keys():
        return None
    return (
        "the state is locked by another run; nothing was changed\n"
        f"  who:       {lock['Who']}\n"
        f"  when:      {lock['Created']}\n"
        f"  operation: {lock.get('Operation', 'unknown')}\n"
        f"  state:     {lock.get('Path', 'unknown')}\n"
        "  fix:       wait until it has ended; only when its process is gone for good:\n"
        f"             {_release(lock, folder)}"
    )


def _release(lock: dict[str, str], folder: Path) -> str:
    """The command that releases a lock; what is kept in a file has a lock that Terraform alone knows."""
    place = _PLACE.fullmatch(lock.get("Path", ""))
    if place is None:
        return f"terraform -chdir={folder} force-unlock {lock['ID']}"
    environment, suffix, system = place.groups()
    other = f"ENVIRONMENT_SUFFIX={suffix} " if suffix != environment else ""
    return f"{other}pipenv run holdfast unlock {system} --environment {environment} --lock-id {lock['ID']}"
