"""What another environment left in the synthesized folders: its Terraform JSON, and where its state is.

A synthesis of some systems leaves the JSON of the others as it is: somebody may be deploying one. That of another
environment goes, so that what lies there is of one environment.

Terraform records its backend in ``.terraform/terraform.tfstate`` of the folder. When the configuration names another
place, ``terraform init`` stops, and offers to copy the state there: from one environment over another's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

RECORD = Path(".terraform/terraform.tfstate")

_PLACES = {"key", "path"}
"""The arguments of a backend that differ between environments."""


def forget_other_environments(folder: Path) -> None:
    """Remove the records of folders that were synthesized for another environment.

    A backend that differs in more than the place stays on record: then somebody moves the states, and Terraform has
    to ask.

    Args:
        folder: of the synthesized stacks.
    """
    for configuration in folder.glob("stacks/*/cdk.tf.json"):
        record = configuration.parent / RECORD
        if record.is_file() and _is_of_other_environment(record, _json(configuration)):
            record.unlink()


def remove_other_environments(folder: Path, place: Callable[[str], tuple[str, Mapping[str, object]]]) -> None:
    """Remove the Terraform JSON of systems that were synthesized for another environment, or another backend.

    Args:
        folder: of the synthesized stacks.
        place: where the state of a system is kept now: the kind of backend and its arguments.
    """
    for configuration in folder.glob("stacks/*/cdk.tf.json"):
        kind, now = place(configuration.parent.name)
        before = _json(configuration).get("terraform", {}).get("backend", {}).get(kind) or {}
        if any(before.get(name) != value for name, value in now.items()):
            configuration.unlink()


def recorded(record: Path) -> tuple[str | None, dict[str, Any]]:
    """The kind of backend that a folder's record names, and its settings; None when it names none."""
    backend = _json(record).get("backend") or {}
    return backend.get("type"), backend.get("config") or {}


def _is_of_other_environment(record: Path, configuration: dict[str, Any]) -> bool:
    kind, before = recorded(record)
    now = configuration.get("terraform", {}).get("backend", {}).get(kind)
    if now is None:
        return False
    differing = {name for name, value in now.items() if before.get(name) != value}
    return bool(differing) and differing <= _PLACES


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
