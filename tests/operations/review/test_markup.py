"""Text of a plan stays text in Markdown."""

import pytest
from markdown_it import MarkdownIt

from operations.review.markup import code, fenced, prose

EVIL = [
    "plain words",
    "@team and user@example.org",
    "a | b",
    "`code` and ``more``",
    "<img src=x onerror=alert(1)>",
    "</details>",
    "[link](https://example.org) ![image](x)",
    "**bold** _it_ ~~gone~~ # heading",
    "line\n- item\n```",
    "\\ back\\slash",
    "`",
    "",
]


@pytest.mark.parametrize("text", EVIL)
def test_prose_and_code_are_one_paragraph_of_that_text(text: str) -> None:
    for marked, kind in ((prose(text), "text"), (code(text), "code_inline")):
        html = MarkdownIt("gfm-like", {"linkify": False}).parse(f"- before {marked} after")
        inline = next(token for token in html if token.type == "inline")
        kinds = {child.type for child in inline.children or ()}
        assert kinds <= {"text", "text_special", kind}, kinds
        assert "html_inline" not in kinds
        assert sum(token.type == "inline" for token in html) == 1


def test_nobody_is_mentioned() -> None:
    assert "@team" not in prose("tell @team")
    assert "`@team`" in code("@team")


def test_a_bar_does_not_end_a_cell() -> None:
    assert "|" not in code("a|b")


def test_a_long_text_loses_its_middle() -> None:
    text = code("a" * 3_000 + "b" * 3_000)
    assert len(text) < 2_100
    assert text.startswith("`aaa")
    assert text.endswith("bbb`")


def test_a_fence_is_longer_than_what_is_in_it() -> None:
    lines = fenced(["a", "````", "b"], "diff")
    assert lines[0] == "`````diff"
    (token,) = MarkdownIt().parse("\n".join(lines))
    assert token.content == "a\n````\nb\n"
