"""The guide to the workflows, and the policies in it."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.docs.pages import Page
from tests.workflows.workflows import ROOT

GUIDE = Page(ROOT / "docs" / "ci.md")


def documents() -> list[dict[str, Any]]:
    """Every policy."""
    return [
        json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", GUIDE.text, re.MULTILINE | re.DOTALL)
    ]


def document(sid: str) -> dict[str, Any]:
    """The policy that begins with a statement."""
    (found,) = (each for each in documents() if each["Statement"][0].get("Sid") == sid)
    return found
