"""Checks a document against a JSON schema."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # its types are a package of their own


def objections(document: Any, schema: dict[str, Any]) -> list[str]:
    """What the schema says against a document."""
    Draft202012Validator.check_schema(schema)
    errors = Draft202012Validator(schema).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in errors]
