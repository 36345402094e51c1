"""Remembers what environment files say, so that the parser is imported only for what has changed.

Beside the values lies a hash of the text that they came from, of the code that reads it, and of the parser's version: what
differs in any of these is read anew. Nothing else depends on these files; they may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path

from environments import hcl
from environments.document import Document

PROJECT = Path(__file__).resolve().parents[1]
FOLDER = PROJECT / ".holdfast" / "parsed"


def load(path: Path, *, source: str) -> Document:
    """The values of an HCL file and their lines: as they are remembered, else parsed.

    Args:
        path: the file.
        source: what to call it in messages.

    Raises:
        Problem: as :func:`environments.hcl.load`.
    """
    text = hcl.text_of(path, source=source)
    return _remembered(path, text) or hcl.parse(text, source=source)


def remember(path: Path) -> None:
    """Remember what a file of the project says; of another, or where nothing can be written, nothing is.

    Args:
        path: a file that has been accepted.

    Raises:
        Problem: as :func:`environments.hcl.load`.
    """
    place, text = _place(path), hcl.text_of(path, source=str(path))
    if place is None or _remembered(path, text) is not None:
        return
    document = hcl.parse(text, source=str(path))
    kept = {"of": _hash(text), "values": document.values, "lines": list(document.lines.items())}
    draft = place.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):
        FOLDER.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(kept), encoding="utf-8")
        draft.replace(place)


def _remembered(path: Path, text: str) -> Document | None:
    place = _place(path)
    if place is None:
        return None
    try:
        kept = json.loads(place.read_bytes())
        if kept["of"] != _hash(text):
            return None
        return Document(values=kept["values"], lines={tuple(where): line for where, line in kept["lines"]})
    except (OSError, ValueError, KeyError, TypeError):
        return None  # there is none, or it is broken: it is written anew


def _place(path: Path) -> Path | None:
    inside = path.absolute()
    if not inside.is_relative_to(PROJECT):
        return None
    return FOLDER / f"{'-'.join(inside.relative_to(PROJECT).parts)}.json"


def _hash(text: str) -> str:
    parts = [
        text,
        Path(__file__).with_name("hcl_tree.py").read_text(encoding="utf-8"),
        version("python-hcl2"),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
