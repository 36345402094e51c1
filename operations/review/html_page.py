"""A review as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from operations.page.assembly import Kind
from operations.page.assembly import page as assembled
from operations.review import json_report

if TYPE_CHECKING:
    from typing import Any

    from operations.review.report import Report

_KIND = Kind(
    folder=Path(__file__).with_name("page"),
    scripts=("classes.js", "diff.js", "changes.js", "topology.js", "main.js"),
    skip="Skip to the changes",
    searched="addresses, types, reasons",
    elsewhere="The same report is in the Markdown, JSON and text formats.",
)


def page(report: Report) -> str:
    """The page of a review."""
    stacks = ", ".join(plan.stack for plan in report.plans)
    return render(f"{report.title}: {stacks}", json_report.document(report))


def render(title: str, document: dict[str, Any]) -> str:
    """A page.

    Args:
        title: of the window.
        document: what it shows, in the form of ``report.schema.json``.
    """
    return assembled(_KIND, title=title, report=document)
