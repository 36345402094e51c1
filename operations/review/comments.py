"""Comments on a pull request: sections packed into as many as are needed, and no line is ever cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

LIMIT = 65_536
"""Characters that GitHub takes in a comment; here bytes are counted, which are never fewer."""

_RESERVE = 1_500
"""Bytes left free for what frames a comment."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that is told: lines that stay in their order.

    Attributes:
        lines: what must be told. The first is told again where the item goes on in another comment.
        details: what is left out when it does not fit with the lines into one comment.
    """

    lines: Sequence[str]
    details: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """Items under one heading.

    Attributes:
        title: the heading, as Markdown.
        items: what is told.
        folded: whether a reader has to open it.
        untitled: whether it has no heading.
    """

    title: str
    items: Sequence[Item]
    folded: bool = False
    untitled: bool = False

    def opening(self, *, continued: bool) -> list[str]:
        """What begins it."""
        if self.untitled:
            return []
        title = f"{self.title} (continued)" if continued else self.title
        if self.folded:
            return ["", f"<details><summary>{title}</summary>", ""]
        return ["", f"### {title}", ""]

    def closing(self) -> list[str]:
        """What ends it."""
        return ["", "</details>"] if self.folded else []


def pack(sections: Iterable[Section], *, limit: int = LIMIT) -> list[list[str]]:
    """Distribute sections to comments, as few as needed.

    Args:
        sections: in the order in which they are told.
        limit: bytes of a comment, with what frames it.

    Returns:
        The lines of each comment; one comment without lines when there is nothing to tell.
    """
    room = limit - _RESERVE
    comments: list[list[str]] = [[]]
    used = 0
    for section in sections:
        frame = _size(section.opening(continued=True)) + _size(section.closing())
        begun = is_open = False
        for piece in _pieces(section.items, room - frame):
            if used + _size(piece) + (0 if is_open else frame) > room and comments[-1]:
                comments[-1].extend(section.closing() if is_open else [])
                comments.append([])
                used, is_open = 0, False
            if not is_open:
                comments[-1].extend(section.opening(continued=begun))
                used += frame
                begun = is_open = True
            comments[-1].extend(piece)
            used += _size(piece)
        comments[-1].extend(section.closing() if is_open else [])
    return comments


def _pieces(items: Iterable[Item], room: int) -> Iterator[list[str]]:
    """What must stay together: an item, or as much of it as fits into one comment."""
    for item in items:
        if _size([*item.lines, *item.details]) <= room:
            yield [*item.lines, *item.details]
            continue
        first, *rest = item.lines
        piece = [first]
        for line in rest:
            if _size([*piece, line]) > room:
                yield piece
                piece = [f"{first} (continued)"]
            piece.append(line)
        yield piece


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
