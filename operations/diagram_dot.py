"""The picture in DOT, the language of Graphviz."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.diagram_graph import Box, Line

COLOURS = {  # fill and border of each family; dark text has a contrast of 7:1 and more on all of them
    "network": ("#e3f0fb", "#3b7fbf"),
    "data": ("#dff3e4", "#2e8b57"),
    "secrets": ("#fbe9d7", "#c9741a"),
    "keys": ("#fff6cc", "#b59413"),
    "backup": ("#e9e4f7", "#6f5bb5"),
    "monitoring": ("#fbe3ea", "#c2456b"),
}
_TEXT, _FAINT, _FRAME = "#1f2933", "#52606d", "#9fb3c8"
_HEAD = f"""digraph system {{
  graph [rankdir=LR, bgcolor="white", pad=0.3, nodesep=0.18, ranksep=0.55, compound=true, fontname="Helvetica",
    fontsize=13, fontcolor="{_FAINT}", labeljust=l, style="rounded", color="{_FRAME}", penwidth=1.2, splines=spline]
  node [shape=box, style="rounded,filled", fontname="Helvetica", fontsize=12, fontcolor="{_TEXT}", penwidth=1.4,
    margin="0.2,0.08"]
  edge [fontname="Helvetica", fontsize=10, fontcolor="{_FAINT}", color="{_FAINT}", arrowsize=0.7, penwidth=1.2]
"""


def dot(boxes: Sequence[Box], lines: Sequence[Line], *, frames: dict[str, str]) -> str:
    """Write a picture in DOT; the same boxes and lines give the same text.

    Args:
        boxes: the boxes.
        lines: the lines between them.
        frames: titles of frames, for those that are not titled by their own name.
    """
    text = [_HEAD, f"  graph [label=<{_legend(boxes)}>, labelloc=b, labeljust=c]\n"]
    text += _frame((), boxes, frames)
    text += _columns(boxes)
    text += [_line(line) for line in lines]
    return "".join([*text, "}\n"])


def _columns(boxes: Sequence[Box]) -> list[str]:
    # The boxes of an inner frame stand side by side, in their order.
    ranked = [(number, box.place) for number, box in enumerate(boxes) if len(box.place) > 1]
    return [
        f"  n{left} -> n{right} [style=invis, weight=8]\n"
        for (left, place), (right, other) in pairwise(ranked)
        if place == other
    ]


def _legend(boxes: Sequence[Box]) -> str:
    cells = "".join(
        f'<TD BGCOLOR="{fill}" COLOR="{border}" BORDER="1" STYLE="rounded" WIDTH="14"> </TD><TD>{family}  </TD>'
        for family, (fill, border) in COLOURS.items()
        if any(box.colour == family for box in boxes)
    )
    words = "<TD>  solid line: data, traffic</TD><TD>  dashed line: manages, watches</TD>"
    return (
        '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="2">'
        f'<TR><TD COLSPAN="99" HEIGHT="8"></TD></TR><TR>{cells}{words}</TR></TABLE>'
    )


def _frame(place: tuple[str, ...], boxes: Sequence[Box], frames: dict[str, str]) -> list[str]:
    indent = "  " * (len(place) + 1)
    text = [f"{indent}n{number} [{_box(box)}]\n" for number, box in enumerate(boxes) if box.place == place]
    inner = dict.fromkeys(box.place[: len(place) + 1] for box in boxes if box.place[: len(place)] == place)
    for frame in inner:
        if frame == place:
            continue
        alone = [number for number, box in enumerate(boxes) if box.place[: len(frame)] == frame]
        if len(alone) == 1:
            text.append(f"{indent}n{alone[0]} [{_box(boxes[alone[0]])}]\n")
            continue
        name = frame[-1]
        fill = "#f7fafc" if len(frame) == 1 else "white"
        text.append(f'{indent}subgraph "cluster_{"/".join(frame)}" {{\n')
        text.append(
            f'{indent}  label=<<B>{escape(frames.get(name, name))}</B>>; bgcolor="{fill}"; margin=10\n'
        )
        text += _frame(frame, boxes, frames)
        text.append(f"{indent}}}\n")
    return text


def _box(box: Box) -> str:
    fill, border = COLOURS[box.colour]
    details = "".join(
        f'<BR/><FONT POINT-SIZE="10" COLOR="{_FAINT}">{escape(line)}</FONT>' for line in box.lines
    )
    return f'label=<<B>{escape(box.title)}</B>{details}>, fillcolor="{fill}", color="{border}"'


def _line(line: Line) -> str:
    ends = (line.head, line.tail) if line.back else (line.tail, line.head)
    attributes = [f'label="{line.label}"'] if line.label else []
    attributes += ["dir=back"] if line.back else []
    attributes += ["style=dashed"] if line.control else []
    return f"  n{ends[0]} -> n{ends[1]} [{', '.join(attributes)}]\n"
