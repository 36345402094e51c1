"""Comments are never too long, and no line is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.review.comments import Item, Section, pack

LIMIT = 2_500


def size(lines: list[str]) -> int:
    return len("\n".join(lines).encode())


def test_what_fits_is_one_comment() -> None:
    sections = [
        Section(title="A", items=[Item(lines=["- a"], details=["d"])]),
        Section(title="B", items=[], folded=True),
    ]
    assert pack(sections) == [["", "### A", "", "- a", "d"]]
    assert pack([]) == [[]]


def test_a_section_that_goes_on_says_so_and_is_whole_in_each_comment() -> None:
    section = Section(title="A", items=[Item(lines=[f"- {'x' * 90} {n}"]) for n in range(20)], folded=True)
    comments = pack([section], limit=LIMIT)
    assert len(comments) > 1
    assert comments[0][1] == "<details><summary>A</summary>"
    assert all(comment[1] == "<details><summary>A (continued)</summary>" for comment in comments[1:])
    assert all(comment[-1] == "</details>" for comment in comments)


def test_details_go_when_there_is_no_room_and_lines_stay() -> None:
    item = Item(lines=["- a", "  - b"], details=["d" * 5_000])
    assert pack([Section(title="A", items=[item])], limit=LIMIT) == [["", "### A", "", "- a", "  - b"]]


def test_an_item_that_is_too_long_goes_on_under_its_first_line() -> None:
    lines = ["- first", *(f"  - {'x' * 200} {number}" for number in range(12))]
    comments = pack([Section(title="A", items=[Item(lines=lines)])], limit=LIMIT)
    assert len(comments) > 1
    assert comments[1][3] == "- first (continued)"
    told = [line for comment in comments for line in comment]
    assert [line for line in told if line.startswith("  - ")] == lines[1:]


_lines = st.lists(
    st.text("abé😀 ", min_size=1, max_size=120).map(lambda text: f"- {text}"), min_size=1, max_size=12
)
_items = st.builds(Item, lines=_lines, details=st.lists(st.text("d", max_size=300), max_size=3))
_sections = st.builds(
    Section,
    title=st.text("T", min_size=1, max_size=20),
    items=st.lists(_items, max_size=12),
    folded=st.booleans(),
)


@pytest.mark.slow
@given(sections=st.lists(_sections, max_size=5))
def test_no_comment_is_too_long_and_no_line_is_lost(sections: list[Section]) -> None:
    comments = pack(sections, limit=LIMIT)
    assert all(size(comment) <= LIMIT - 1_500 for comment in comments)
    told = [line for comment in comments for line in comment]
    for section in sections:
        for item in section.items:
            assert set(item.lines) <= set(told)
    assert told.count("</details>") == sum("<summary>" in line for line in told)
