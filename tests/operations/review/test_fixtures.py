"""Plans that Terraform made: the class of what happens, why, and what the gate says."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from environments.problem import Problem
from operations.plans.reading import read
from operations.review.classes import Class
from operations.review.classification import ReviewedPlan, review
from operations.review.gate import decide
from tests.fixtures.plans import systems
from tests.fixtures.plans.make import FOLDER
from tests.fixtures.plans.situations import SITUATIONS

TODAY = date(2026, 11, 25)
REFUSED = {"errored", "incomplete"}

# By situation: the class of the plan's worst change, and the rules that apply to what happens.
EXPECTED = {
    "first-deployment": (Class.ADDS, set()),
    "first-deployment-application": (Class.ADDS, set()),
    "no-change": (Class.NOTHING, set()),
    "database-replaced-by-engine": (Class.DESTROYS_DATA, {"stateful-resource"}),
    "database-replaced-by-rename": (Class.DESTROYS_DATA, {"stateful-resource"}),
    "database-replaced-on-request": (Class.DESTROYS_DATA, {"stateful-resource"}),
    "deletion-protection-off": (Class.WEAKENS_PROTECTION, {"less-protection"}),
    "security-group-opened": (Class.WEAKENS_PROTECTION, {"security-group-opened"}),
    "security-group-rule-added": (Class.WEAKENS_PROTECTION, {"security-group-wider"}),
    "key-rotation-off": (Class.WEAKENS_PROTECTION, {"less-protection"}),
    "retention-cut": (Class.WEAKENS_PROTECTION, {"less-protection"}),
    "parameter-needs-reboot": (Class.INTERRUPTS_SERVICE, {"reboot-needed"}),
    "tls-not-forced": (Class.WEAKENS_PROTECTION, {"parameter-protects-less", "reboot-needed"}),
    "standby-removed": (Class.WEAKENS_PROTECTION, {"less-protection"}),
    "class-changed-at-once": (Class.INTERRUPTS_SERVICE, {"applied-immediately"}),
    "class-changed-in-window": (Class.INTERRUPTS_SERVICE, {"interruption"}),
    "moved": (Class.MOVES, set()),
    "imported": (Class.MOVES, set()),
    "forgotten": (Class.DESTROYS_DATA, {"stateful-resource"}),
    "outputs-only": (Class.NOTHING, set()),
    "tags-only": (Class.UPDATES, set()),
    "destroyed": (Class.DESTROYS_DATA, {"stateful-resource", "in-use-removed"}),
    "secret-changed": (Class.REPLACES, set()),
    "policy-widened": (Class.WEAKENS_PROTECTION, {"policy-wider"}),
    "policy-known-after-apply": (Class.WEAKENS_PROTECTION, {"policy-unknown"}),
    "role-opened-to-everyone": (Class.WEAKENS_PROTECTION, {"policy-opened"}),
    "alarm-removed": (Class.WEAKENS_PROTECTION, {"guard-removed"}),
    "alarm-threshold-raised": (Class.WEAKENS_PROTECTION, {"alarm-later"}),
    "backup-retention-cut": (Class.WEAKENS_PROTECTION, {"less-protection"}),
    "three-hundred-resources": (Class.DESTROYS_DATA, {"stateful-resource", "less-protection"}),
}


def reviewed(name: str) -> ReviewedPlan:
    return review(read(FOLDER / f"{name}.json"), stack=name)


def test_every_situation_has_its_plan_and_its_expectation() -> None:
    names = {situation.name for situation in SITUATIONS}
    assert names == EXPECTED.keys() | REFUSED
    assert names == {path.stem for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_class_the_rules_and_the_gate(name: str) -> None:
    plan = reviewed(name)
    class_, rules = EXPECTED[name]
    assert max((change.class_ for change in plan.changes), default=Class.NOTHING) is class_
    assert {reason.rule for change in plan.changes for reason in change.reasons} == rules
    assert decide([plan], [], today=TODAY).exit_code == (3 if class_.gated else 0)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_whole_plan_is_refused(name: str) -> None:
    with pytest.raises(Problem, match=r"broke off|not complete"):
        reviewed(name)


@pytest.mark.parametrize("name", EXPECTED)
def test_no_secret_is_left_in_what_reports_are_made_of(name: str) -> None:
    text = repr(dataclasses.asdict(reviewed(name)))
    assert systems.SECRET not in text
    assert systems.NEXT_SECRET not in text


def test_the_secrets_are_in_the_plans() -> None:
    found = {
        path.stem for path in FOLDER.glob("*.json") if systems.SECRET in path.read_text(encoding="utf-8")
    }
    assert found == {situation.name for situation in SITUATIONS} - {"three-hundred-resources"}
    assert systems.NEXT_SECRET in (FOLDER / "secret-changed.json").read_text(encoding="utf-8")


def test_a_replacement_names_the_attribute_that_forces_it() -> None:
    (change,) = reviewed("database-replaced-by-engine").changes
    assert change.why == ("it cannot be changed in place", "engine postgres → mysql")
    assert "a final snapshot is kept" in change.reasons[0].text


def test_a_rename_is_recognized_with_the_call_that_keeps_the_database() -> None:
    deleted, created = reviewed("database-replaced-by-rename").changes
    assert deleted.rename is not None
    assert deleted.rename is created.rename
    assert deleted.rename.call == f'move_from_id("aws_db_instance.{systems.INSTANCE}")'
    assert deleted.rename.new == created.address
    assert deleted.rename.alike == 1


def test_the_move_that_is_proposed_is_no_danger() -> None:
    (change,) = reviewed("moved").changes
    assert change.previous_address == f"aws_db_instance.{systems.INSTANCE}"
    assert change.differences == ()


def test_an_import_tells_its_id() -> None:
    (change,) = reviewed("imported").changes
    assert change.imported == "/imported/upgrade"


def test_a_change_of_the_class_says_when_it_happens() -> None:
    (now,), (later,) = (reviewed(f"class-changed-{when}").changes for when in ("at-once", "in-window"))
    assert str(now.reasons[0]).endswith(", at once: instance_class db.t3.medium → db.r6g.large")
    assert later.reasons[0].text.endswith(", in the next maintenance window")
    assert now.reasons[0].source == "RDS API, ModifyDBInstance.DBInstanceClass"


def test_the_same_change_has_the_same_hash_and_another_has_not() -> None:
    hashes = {name: reviewed(name).digest for name in EXPECTED}
    assert len(set(hashes.values())) == len(hashes)


def test_what_changes_all_the_time_is_no_drift() -> None:
    assert read(FOLDER / "tags-only.json").resource_drift
    assert reviewed("tags-only").drifted == ()
