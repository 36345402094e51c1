"""Reports of plans, for the tests of the formats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from operations.plans.reading import read
from operations.review.classification import ReviewedPlan, review
from operations.review.gate import decide
from operations.review.report import Report
from operations.review.waivers import Waiver
from tests.fixtures.plans.make import FOLDER
from tests.operations.plans.building import plan

TODAY = date(2026, 11, 25)


def report_on(*names: str, waived: bool = False) -> Report:
    """A report on plans that Terraform made; each is the plan of a stack of its name."""
    return report_of([review(read(FOLDER / f"{name}.json"), stack=name) for name in names], waived=waived)


def report_about(*changes: dict[str, Any], **more: Any) -> Report:
    """A report on a plan of some changes, of the stack ``test``."""
    return report_of([review(plan(*changes, **more), stack="test")])


def report_of(plans: Sequence[ReviewedPlan], *, waived: bool = False) -> Report:
    """A report; with everything in it waived, if wanted."""
    waivers = [
        Waiver(address=change.address, plan=found.digest, reason="It was restored in a test.", expires=TODAY)
        for found in plans
        for change in found.changes
        if waived and change.class_.gated
    ]
    return Report(plans=plans, gate=decide(plans, waivers, today=TODAY))
