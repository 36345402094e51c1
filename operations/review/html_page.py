"""A review as one HTML page: nothing is loaded, and nothing of a plan is ever taken for markup or code."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from operations.review import json_report

if TYPE_CHECKING:
    from typing import Any

    from operations.review.report import Report

_FOLDER = Path(__file__).with_name("page")
_SCRIPTS = ("elements.js", "diff.js", "changes.js", "topology.js", "main.js")
_SLOT = re.compile(r"\{\{([a-z-]+)\}\}")
_NEVER_MARKUP = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(report: Report) -> str:
    """The page of a review."""
    stacks = ", ".join(plan.stack for plan in report.plans)
    return render(f"{report.title}: {stacks}", json_report.document(report))


def render(title: str, document: dict[str, Any]) -> str:
    """A page.

    Args:
        title: of the window.
        document: what it shows, in the form of ``report.schema.json``.
    """
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    scripts = "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    script = f'"use strict";\n(() => {{\n{scripts}}})();\n'
    slots = {
        "title": html.escape(title),
        "style": style,
        "style-hash": _source(style),
        "script": script,
        "script-hash": _source(script),
        "report": _data(document),
    }
    template = (_FOLDER / "page.html").read_text(encoding="utf-8")
    # In one go: what is filled in is not looked at again.
    return _SLOT.sub(lambda found: slots[found[1]], template)


def _source(text: str) -> str:
    """What the content security policy allows: this text, and no other."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _data(document: dict[str, Any]) -> str:
    """The document as JSON that cannot end the element it stands in."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _NEVER_MARKUP.items():
        text = text.replace(character, escape)
    return text
