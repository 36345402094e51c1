"""A review as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from operations.page.assembly import Kind
from operations.page.assembly import page as assembled
from operations.review import json_report

if TYPE_CHECKING:
    from operations.review.report import Report

_KIND = Kind(
    folder=Path(__file__).with_name("page"),
    scripts=("classes.js", "diff.js", "changes.js", "topology.js", "main.js"),
    skip="Skip to the changes",
    searched="addresses, types, reasons",
    elsewhere="The same report is in the Markdown, JSON and text formats.",
)


def page(report: Report) -> str:
    """The page."""
    stacks = ", ".join(plan.stack for plan in report.plans)
    return assembled(_KIND, title=f"{report.title}: {stacks}", report=json_report.document(report))
