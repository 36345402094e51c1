"""The exit code, and the outcome in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from operations.drift.findings import Outcome
from operations.drift.report import Report
from operations.review.classification import review
from tests.operations.drift.reporting import changed, checked, full_report, ignoring_all, pending, weakened
from tests.operations.plans.building import plan

OUTPUTS = review(plan(output_changes={"port": {"actions": ["create"], "after": 5432}}), stack="citizen-data")

CLEAN = checked(pending=review(plan(), stack="citizen-data"))
SECURITY = checked(weakened())
DRIFT = checked(changed())
ERROR = checked(error="no")

SITUATIONS = {
    "clean": (CLEAN, Outcome.CLEAN, 0, "nothing drifted"),
    "outputs only": (checked(pending=OUTPUTS), Outcome.OUTPUTS_ONLY, 0, "nothing drifted"),
    "pending": (checked(pending=pending()), Outcome.PENDING, 0, "nothing drifted; 1 change pending"),
    "drift": (DRIFT, Outcome.DRIFT, 2, "1 resource drifted"),
    "security": (SECURITY, Outcome.DRIFT, 3, "2 resources drifted, 2 with weaker protection"),
    "both": (
        checked(changed(), pending=pending()),
        Outcome.BOTH,
        2,
        "1 resource drifted; 1 change pending",
    ),
    "ignored": (checked(ignoring_all(weakened())), Outcome.DRIFT, 0, "all of it is ignored"),
    "error": (ERROR, Outcome.ERROR, 1, "1 system could not be checked"),
    "error after drift": (replace(DRIFT, error="no"), Outcome.DRIFT, 1, "1 system could not be checked"),
    "error after security": (replace(SECURITY, error="no"), Outcome.DRIFT, 3, "weaker protection"),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_outcome_and_the_exit_code(name: str) -> None:
    system, outcome, code, text = SITUATIONS[name]
    report = Report(systems=[system])
    assert (system.outcome, report.exit_code) == (outcome, code)
    assert text in report.verdict


@pytest.mark.parametrize(
    ("systems", "code"),
    [
        ([], 0),
        ([CLEAN, DRIFT], 2),
        ([DRIFT, ERROR], 1),
        ([ERROR, SECURITY, DRIFT], 3),
        ([CLEAN, CLEAN], 0),
    ],
)
def test_of_several_systems_the_worst_counts(systems: list[object], code: int) -> None:
    assert Report(systems=systems).exit_code == code  # type: ignore[arg-type]


def test_everything_is_told_in_one_sentence() -> None:
    assert full_report().verdict == (
        "3 resources drifted, 2 with weaker protection; 1 system could not be checked; 1 change pending"
    )
    assert full_report().title == "Drift of citizen-data (prod), payments (prod)"
