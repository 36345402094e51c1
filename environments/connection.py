"""Which state Terraform was connected to in a synthesized folder, when that was another environment's.

Terraform records its backend in ``.terraform/terraform.tfstate`` of the folder. When the configuration names another
place, ``terraform init`` stops, and offers to copy the state there: from one environment over another's.
"""

from __future__ import annotations

import json
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
