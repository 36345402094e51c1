"""A graph of what changes, for GitHub to draw."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from operations.review.classes import RISK_FIRST, Class
from operations.review.names import group, short

if TYPE_CHECKING:
    from operations.review.classification import Reviewed, ReviewedPlan

MOST_NODES = 40
MOST_EDGES = 80
"""A reader sees nothing in a larger graph; Mermaid draws none of more than 500 edges or 50,000 characters."""

_STYLES = {
    Class.DESTROYS_DATA: "fill:#b42318,stroke:#7a1710,color:#ffffff",
    Class.WEAKENS_PROTECTION: "fill:#fda29b,stroke:#b42318,color:#3d0c07",
    Class.INTERRUPTS_SERVICE: "fill:#fedf89,stroke:#b54708,color:#3d1d04",
    Class.REPLACES: "fill:#e9d7fe,stroke:#6941c6,color:#2c1c5f",
    Class.REMOVES: "fill:#e4e7ec,stroke:#475467,color:#1d2939",
    Class.UPDATES: "fill:#d1e9ff,stroke:#175cd3,color:#0b2a5b",
    Class.ADDS: "fill:#d1fadf,stroke:#027a48,color:#053321",
    Class.MOVES: "fill:#ffffff,stroke:#475467,color:#1d2939",
}
_LONGEST_NAME = 48
_UNSAFE = re.compile(r"[^\w .:/@-]")


def graph(plan: ReviewedPlan) -> list[str]:
    """The lines of a graph: the worst changes of a plan, by module, and who refers to whom.

    Returns:
        Nothing when fewer than two things change.
    """
    drawn = plan.changes[:MOST_NODES]
    if len(drawn) <= 1:
        return []
    ids = {change.address: f"n{number}" for number, change in enumerate(drawn)}
    groups: dict[str, list[Reviewed]] = defaultdict(list)
    for change in drawn:
        groups[group(change.address)].append(change)
    lines = ["flowchart LR"]
    for number, (name, changes) in enumerate(sorted(groups.items())):
        nodes = [_node(ids[change.address], change) for change in changes]
        alone = len(nodes) == 1
        lines.extend(nodes if alone else [f'  subgraph g{number}["{_label(name)}"]', *nodes, "  end"])
    refers_to = {node.address: node.refers_to for node in plan.topology}
    edges = [
        f"  {ids[change.address]} --> {ids[other]}"
        for change in drawn
        for other in refers_to.get(change.address, ())
        if other in ids
    ]
    lines.extend(edges[:MOST_EDGES])
    used = {change.class_ for change in drawn}
    lines.extend(
        f"  classDef {_style_name(class_)} {_STYLES[class_]}" for class_ in RISK_FIRST if class_ in used
    )
    return lines


def _node(id_: str, change: Reviewed) -> str:
    label = f"{_label(short(change.address))[:_LONGEST_NAME]}<br/>{_label(change.type)}"
    return f'    {id_}["{label}"]:::{_style_name(change.class_)}'


def _style_name(class_: Class) -> str:
    return class_.name.lower()


def _label(text: str) -> str:
    """Text that Mermaid takes for nothing else."""
    return _UNSAFE.sub("_", text)[:80]
