"""Plans as ``holdfast plan`` saves them, without Terraform."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from operations.saved_plan import SavedPlan

SECRET = b"planted-password"
_SECRET_PLAN = b'{"value": "' + SECRET + b'"}'


def save(folder: Path, *, stack: str, environment: str, content: bytes = _SECRET_PLAN) -> SavedPlan:
    """A plan that is whole, and has a secret in it unless its JSON is given."""
    made = SavedPlan(folder=folder)
    made.folder.mkdir(parents=True)
    made.plan.write_bytes(b"PK" + SECRET)
    made.json.write_bytes(content)
    files = {
        file.name: f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
        for file in (made.plan, made.json)
    }
    record = {"stack": stack, "environment": environment, "files": files}
    made.record.write_text(json.dumps(record), encoding="utf-8")
    return made
