"""The picture in DOT, the language of Graphviz."""

from __future__ import annotations

from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from operations.diagram.cards import Card
    from operations.diagram.networks import Cell, Network, Tier
    from operations.diagram.scene import Line, Scene

FONT = "Helvetica"
COLOURS = {  # fill and border of each family; dark text has a contrast of 7:1 and more on all fills
    "network": ("#e3f0fb", "#3b7fbf"),
    "data": ("#dff3e4", "#2e8b57"),
    "secrets": ("#fbe9d7", "#c9741a"),
    "keys": ("#fff6cc", "#b59413"),
    "backup": ("#e9e4f7", "#6f5bb5"),
    "monitoring": ("#fbe3ea", "#c2456b"),
}
_LINE = 34
"""Characters of a line in a card: what is longer would make the picture too wide to be read in a README."""

_TEXT, _FAINT, _FRAME = "#1f2933", "#52606d", "#9fb3c8"
_HEAD = f"""digraph system {{
  graph [rankdir=LR, bgcolor="white", pad=0.2, nodesep=0.25, ranksep=0.4, fontname="{FONT}", fontsize=15,
    fontcolor="{_TEXT}", labelloc=t, labeljust=l]
  node [shape=plain, fontname="{FONT}", fontsize=12, fontcolor="{_TEXT}"]
  edge [fontname="{FONT}", fontsize=11, fontcolor="{_FAINT}", color="{_FAINT}", arrowsize=0.7, penwidth=1.2]
"""


def dot(scene: Scene) -> str:
    """Write a picture in DOT; the same scene gives the same text."""
    ends = {card.id: f"card{number}" for number, card in enumerate(scene.cards)}
    inside: dict[str, str] = {}
    for number, network in enumerate(scene.networks):
        held = [card.id for tier in network.tiers for card in tier.cards]
        inside |= {card: f"network{number}:port{port}" for port, card in enumerate(held)}
    joined = {end for line in scene.lines for end in (line.tail, line.head)}
    alone = [ends[card.id] for card in scene.cards if card.id not in joined]
    return "".join(
        [
            _HEAD,
            f"  graph [label=<<B>{escape(scene.title)}</B>>]\n",
            *(
                f"  network{number} [label=<{_network(network, inside)}>]\n"
                for number, network in enumerate(scene.networks)
            ),
            *(f"  {ends[card.id]} [label=<{_card(card)}>]\n" for card in scene.cards),
            *(f"  {{ rank=max; {card} }}\n" for card in alone),
            *(_line(line, ends, inside) for line in scene.lines),
            "}\n",
        ]
    )


def _network(network: Network, inside: Mapping[str, str]) -> str:
    columns = len(network.zones)
    header = "".join(f"<TD>{_faint(zone)}</TD>" for zone in network.zones)
    rows = "".join(_tier(tier, network.zones, inside) for tier in network.tiers)
    return (
        f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="6" CELLPADDING="3" STYLE="ROUNDED"'
        f' COLOR="{_FRAME}" BGCOLOR="#f7fafc">'
        f"<TR>{_heading(network.title, network.notes, columns)}</TR><TR>{header}</TR>{rows}</TABLE>"
    )


def _tier(tier: Tier, zones: tuple[str, ...], inside: Mapping[str, str]) -> str:
    fill, border = COLOURS["network"]
    cells = "".join(
        f'<TD BORDER="1" STYLE="ROUNDED" COLOR="{border}" BGCOLOR="{fill}">{_cell(tier.cells[zone])}</TD>'
        if zone in tier.cells
        else "<TD></TD>"
        for zone in zones
    )
    cards = "".join(
        f'<TR><TD COLSPAN="{len(zones)}">{_card(card, inside[card.id].partition(":")[2])}</TD></TR>'
        for card in tier.cards
    )
    return f"<HR/><TR>{_heading(tier.name, tier.notes, len(zones))}</TR><TR>{cells}</TR>{cards}"


def _heading(title: str, notes: tuple[str, ...], columns: int) -> str:
    said = _faint("  " + " · ".join(notes)) if notes else ""
    return f'<TD COLSPAN="{columns}" ALIGN="LEFT"><B>{escape(title)}</B>{said}</TD>'


def _cell(cell: Cell) -> str:
    parts = "".join(f"<TR>{_part(text, colour)}</TR>" for text, colour in cell.parts)
    return f'<TABLE BORDER="0" CELLSPACING="2" CELLPADDING="2"><TR><TD>{_faint(cell.cidr)}</TD></TR>{parts}</TABLE>'


def _part(text: str, colour: str) -> str:
    return f'<TD BORDER="1" STYLE="ROUNDED" COLOR="{COLOURS[colour][1]}" BGCOLOR="white">{_small(text)}</TD>'


def _card(card: Card, port: str = "") -> str:
    fill, border = COLOURS[card.colour]
    wrapped = [part for line in card.lines for part in wrap(line, _LINE, break_on_hyphens=False)]
    said = [f"<B>{escape(card.title)}</B>", *map(_faint, wrapped)]
    lines = "".join(f"<TR><TD>{line}</TD></TR>" for line in said)
    text = f'<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="1">{lines}</TABLE>'
    parts = "".join(_part(part, card.colour) for part in card.parts)
    return (
        f'<TABLE PORT="{port}" BORDER="1" CELLBORDER="0" CELLSPACING="4" CELLPADDING="4" STYLE="ROUNDED"'
        f' COLOR="{border}" BGCOLOR="{fill}"><TR><TD>{text}</TD>{parts}</TR></TABLE>'
    )


def _small(text: str) -> str:
    lines = "<BR/>".join(map(escape, text.splitlines()))
    return f'<FONT POINT-SIZE="11">{lines}</FONT>'


def _faint(text: str) -> str:
    return f'<FONT POINT-SIZE="11" COLOR="{_FAINT}">{escape(text)}</FONT>'


def _line(line: Line, ends: Mapping[str, str], inside: Mapping[str, str]) -> str:
    # Networks stand on the left: a line into one of them runs backwards.
    back = line.head in inside
    left, right = (line.head, line.tail) if back else (line.tail, line.head)
    # A label has a background: it stays readable where lines come close.
    label = (
        f'<TABLE BORDER="0" CELLPADDING="1" BGCOLOR="white"><TR><TD>{escape(line.label)}</TD></TR></TABLE>'
    )
    attributes = [f"label=<{label}>"] + ["dir=back"] * back + ["style=dashed"] * line.control
    start, end = (f"{inside[card]}:e" if card in inside else ends[card] for card in (left, right))
    return f"  {start} -> {end} [{', '.join(attributes)}]\n"
