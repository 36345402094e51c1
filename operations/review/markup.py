"""Text of a plan in Markdown, so that it stays text: no markup, no mention, no link."""

from __future__ import annotations

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&:-])")
_MENTION = re.compile(r"@(?=\w)")
_BACKTICKS = re.compile(r"`+")
_SHORTEST_FENCE = 3
LONGEST = 2_000
"""Characters of a piece of code in a sentence; a key of for_each may have any length."""


def prose(text: str) -> str:
    """Text within a sentence."""
    one_line = " ".join(text.split())
    # A mention would notify people of every plan; a space without width keeps it from being one.
    return _MENTION.sub("@\u200b", _SPECIAL.sub(r"\\\1", one_line))


def code(text: str) -> str:
    """Text as code within a sentence or table."""
    one_line = " ".join(text.split())
    if len(one_line) > LONGEST:
        one_line = f"{one_line[: LONGEST // 2]} … {one_line[-LONGEST // 2 :]}"
    one_line = one_line.replace("|", "\u2758")  # a bar would end the cell of a table
    longest = max((len(run) for run in _BACKTICKS.findall(one_line)), default=0)
    ticks = "`" * (longest + 1)
    padding = " " if one_line.startswith("`") or one_line.endswith("`") or not one_line else ""
    return f"{ticks}{padding}{one_line}{padding}{ticks}"


def folded(summary: str, diff: list[str]) -> list[str]:
    """A diff below an item of a list, folded."""
    told = ["", f"<details><summary>{summary}</summary>", "", *fenced(diff, "diff"), "", "</details>", ""]
    return [f"  {line}" if line else "" for line in told]


def fenced(lines: list[str], language: str) -> list[str]:
    """Lines as a block of code."""
    longest = max((len(run) for line in lines for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    return [f"{fence}{language}", *lines, fence]
