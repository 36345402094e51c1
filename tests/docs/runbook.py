"""The commands of the runbook, as its readers copy them."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT, Page, code

PAGE = Page(ROOT / "docs" / "runbook.md")

_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def lines(text: str) -> list[str]:
    """The commands of the shell blocks and code spans of a text; a command that goes on is one line."""
    whole = "\n".join(code(text)).replace("\\\n", " ")
    return [re.sub(r" +", " ", line).strip() for line in whole.splitlines() if line.strip()]


def section(heading: str) -> str:
    """What is below a heading, up to the next one."""
    parts = _HEADING.split(PAGE.text)
    texts = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert heading in texts, f"the runbook has no section {heading}"
    return texts[heading]


def commands(heading: str, program: str = "aws") -> list[str]:
    """The commands of a program below a heading, in their order."""
    return [line for line in lines(section(heading)) if line.startswith(f"{program} ")]
