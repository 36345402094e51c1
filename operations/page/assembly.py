"""Puts a page together: one template, styles, scripts, and the report as JSON."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = Path(__file__).parent
_SHARED = ("elements.js", "frame.js", "keyboard.js")
_SLOT = re.compile(r"\{\{([a-z-]+)\}\}")
_NEVER_MARKUP = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of page.

    Attributes:
        folder: where its ``page.css`` and scripts are.
        scripts: its scripts, in the order in which they run.
        skip: what the first link says.
        searched: what its field searches.
        elsewhere: where the report is for whoever has no JavaScript.
    """

    folder: Path
    scripts: Sequence[str]
    skip: str
    searched: str
    elsewhere: str


def page(kind: Kind, *, title: str, report: Mapping[str, Any]) -> str:
    """The page.

    Args:
        kind: what kind of page it is.
        title: its title.
        report: what it shows, as JSON has it.
    """
    style = _text(_FOLDER / "base.css") + _text(kind.folder / "page.css")
    files = [*(_FOLDER / name for name in _SHARED), *(kind.folder / name for name in kind.scripts)]
    scripts = "\n".join(map(_text, files))
    script = f'"use strict";\n(() => {{\n{scripts}}})();\n'
    slots = {
        "title": html.escape(title),
        "skip": html.escape(kind.skip),
        "searched": html.escape(kind.searched),
        "elsewhere": html.escape(kind.elsewhere),
        "style": style,
        "style-hash": _source(style),
        "script": script,
        "script-hash": _source(script),
        "report": _data(report),
    }
    # In one go: what is filled in is not looked at again.
    return _SLOT.sub(lambda found: slots[found[1]], _text(_FOLDER / "page.html"))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _source(text: str) -> str:
    """What the content security policy allows: this text, and no other."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _data(report: Mapping[str, Any]) -> str:
    """The report as JSON that cannot end the element it stands in."""
    text = json.dumps(report, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _NEVER_MARKUP.items():
        text = text.replace(character, escape)
    return text
