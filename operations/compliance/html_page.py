"""An assessment as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from operations.compliance import json_report
from operations.page.assembly import Kind
from operations.page.assembly import page as assembled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.compliance.assessment import Assessment

_KIND = Kind(
    folder=Path(__file__).with_name("page"),
    scripts=("rules.js", "waivers.js", "families.js", "main.js"),
    skip="Skip to the rules",
    searched="rules, controls, resources",
    elsewhere="The same report is in the text, JSON and OSCAL formats.",
)


def page(assessments: Sequence[Assessment]) -> str:
    """The page of one system or of several."""
    systems = ", ".join(assessment.system for assessment in assessments)
    title = f"Control alignment of {systems}"
    found = [json_report.document(assessment) for assessment in assessments]
    return assembled(_KIND, title=title, report={"title": title, "systems": found})
