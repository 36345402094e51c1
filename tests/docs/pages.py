"""The project's pages as their readers see them: links, headings, code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without blocks of code."""
        return _BLOCK.sub("", self.text)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """What GitHub makes of the headings."""
        titles = (heading.lower() for heading in _HEADING.findall(self.prose))
        return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}

    @property
    def code(self) -> list[str]:
        """Every line of a block in a shell's language, and every code span."""
        return code(self.text)

    def python(self) -> dict[str, str]:
        """The files that the page shows, by the path that it names before each."""
        return dict(
            re.findall(r"^`([\w/]+\.py)`:\n\n```python\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        )


def code(text: str) -> list[str]:
    """Every line of a block in a shell's language, and every code span, of a text."""
    shell = (block for language, block in _BLOCK.findall(text) if language in {"sh", "text", ""})
    return [line for block in shell for line in block.splitlines()] + _SPAN.findall(_BLOCK.sub("", text))


def pages() -> list[Page]:
    return [Page(ROOT / "README.md"), *(Page(path) for path in sorted((ROOT / "docs").rglob("*.md")))]
