"""The outputs of a deployed stack, flattened to one JSON object that scripts and tests read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from environments.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def flatten(outputs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Terraform's outputs as text by name.

    A list of plain values becomes one text with commas; an object becomes one entry per key, ``name_key``;
    a list of lists or objects one per position, ``name_0``. Values without content (null) are left out.

    Args:
        outputs: what ``terraform output -json`` prints.

    Raises:
        Problem: an output is marked sensitive, or two of them get the same flat name.
    """
    sensitive = sorted(name for name, output in outputs.items() if output.get("sensitive"))
    if sensitive:
        raise Problem(
            "sensitive outputs are not written to a file",
            given=", ".join(sensitive),
            fix="remove these outputs: secrets stay in Secrets Manager",
        )
    flat: dict[str, str] = {}
    for name, output in outputs.items():
        for key, text in _entries(name, output["value"]):
            if key in flat:
                raise Problem("two outputs have the same flat name", given=key, fix="rename one of them")
            flat[key] = text
    return dict(sorted(flat.items()))


def write(outputs: Mapping[str, Mapping[str, Any]], path: Path) -> dict[str, str]:
    """Write the flat outputs to a file, whole or not at all, and return them.

    Raises:
        Problem: see `flatten`.
    """
    flat = flatten(outputs)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(flat, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
    return flat


def _entries(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _entries(f"{name}_{key}", inner)
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for index, inner in enumerate(value):
            yield from _entries(f"{name}_{index}", inner)
    elif isinstance(value, list):
        yield name, ",".join(_text(inner) for inner in value)
    elif value is not None:
        yield name, _text(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
