"""What passes, and what is said of waivers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from operations.plans.reading import read
from operations.review.classification import ReviewedPlan, review
from operations.review.gate import Gate, decide
from operations.review.waivers import Waiver
from tests.fixtures.plans import systems
from tests.fixtures.plans.make import FOLDER

TODAY = date(2026, 11, 25)
ADDRESS = f"aws_db_instance.{systems.INSTANCE}"
OTHER_HASH = f"sha256:{'0' * 64}"


@pytest.fixture(scope="module")
def plan() -> ReviewedPlan:
    return review(read(FOLDER / "database-replaced-by-engine.json"), stack="citizen-data")


def decided(reviewed: ReviewedPlan, **changes: Any) -> Gate:
    settings = {
        "address": ADDRESS,
        "plan": reviewed.digest,
        "reason": "Restored into the new engine in a test.",
        "expires": TODAY,
    }
    return decide([reviewed], [Waiver.model_validate(settings | changes)], today=TODAY)


def test_danger_does_not_pass(plan: ReviewedPlan) -> None:
    gate = decide([plan], [], today=TODAY)
    assert not gate.passed
    assert gate.exit_code == 3
    assert [decision.change.address for decision in gate.blocked] == [ADDRESS]


def test_a_waiver_lets_its_change_pass_until_its_last_day(plan: ReviewedPlan) -> None:
    gate = decided(plan)
    assert gate.passed
    assert gate.exit_code == 0
    assert gate.notes == ()
    waiver = gate.waiver_of(plan, plan.changes[0])
    assert waiver is not None
    assert waiver.address == ADDRESS


def test_an_expired_waiver_lets_nothing_pass_and_is_told(plan: ReviewedPlan) -> None:
    gate = decided(plan, expires=date(2026, 11, 24))
    assert not gate.passed
    assert gate.notes == (f"the waiver for {ADDRESS} expired on 2026-11-24",)


def test_a_waiver_for_another_plan_lets_nothing_pass_and_is_told(plan: ReviewedPlan) -> None:
    gate = decided(plan, plan=OTHER_HASH)
    assert not gate.passed
    (note,) = gate.notes
    assert "is for another plan" in note
    assert plan.digest in note


def test_a_waiver_without_danger_is_told(plan: ReviewedPlan) -> None:
    (note,) = decided(plan, address="aws_db_instance.other").notes
    assert note.endswith("has nothing to accept in its plan: take it out")
    (note,) = decided(plan, address="aws_db_instance.other", plan=OTHER_HASH).notes
    assert "none of these plans" in note


def test_a_waiver_accepts_nothing_in_another_stack(plan: ReviewedPlan) -> None:
    other = review(read(FOLDER / "database-replaced-on-request.json"), stack="other")
    settings = {"address": ADDRESS, "plan": plan.digest, "reason": "x" * 20, "expires": TODAY}
    gate = decide([plan, other], [Waiver.model_validate(settings)], today=TODAY)
    assert [decision.plan.stack for decision in gate.blocked] == ["other"]
    assert [decision.plan.stack for decision in gate.waived] == ["citizen-data"]
    assert gate.notes == ()


def test_a_plan_without_danger_passes() -> None:
    gate = decide([review(read(FOLDER / "tags-only.json"), stack="citizen-data")], [], today=TODAY)
    assert gate == Gate(blocked=(), waived=(), notes=())
    assert gate.exit_code == 0
