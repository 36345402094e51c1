"""What a waiver can accept, and which waivers are refused."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from environments.problem import Problem
from operations.compliance import packs, waivers
from operations.compliance.waivers import Waiver
from tests.docs.pages import ROOT

TODAY = date(2026, 11, 25)
KNOWN = [
    ("RDS.23", "database.own_port"),
    ("RDS.3", "database.encrypted"),
    ("rds-storage-encrypted", "database.encrypted"),
]
GOOD: dict[str, Any] = {
    "rules": '["RDS.23"]',
    "stacks": '["citizen-data"]',
    "address": '"aws_db_instance.*"',
    "reason": '"Clients expect PostgreSQL on 5432."',
    "compensating_control": '"Security groups admit named clients only."',
    "owner": '"database-owner"',
    "expires": "2027-05-31",
}


def read(tmp_path: Path, **changes: str | None) -> list[Waiver]:
    settings = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    file = tmp_path / "compliance.toml"
    lines = [f"{name} = {value}" for name, value in settings.items()]
    file.write_text("\n".join(["[[waiver]]", *lines]), encoding="utf-8")
    return waivers.read(file, known=KNOWN, today=TODAY)


def test_a_waiver_is_about_its_rules_and_addresses(tmp_path: Path) -> None:
    (waiver,) = read(tmp_path)
    assert waiver.covers("RDS.23", "aws_db_instance.main")
    assert not waiver.covers("RDS.3", "aws_db_instance.main")
    assert not waiver.covers("RDS.23", "aws_rds_cluster.main")
    assert waiver.days_left(TODAY) == 187


def test_keys_of_instances_are_no_pattern(tmp_path: Path) -> None:
    (waiver,) = read(tmp_path, address="'aws_db_instance.main[\"a\"]'")
    assert waiver.covers("RDS.23", 'aws_db_instance.main["a"]')
    assert not waiver.covers("RDS.23", "aws_db_instance.maina")


def test_rules_of_several_packs_for_one_thing_are_one_waiver(tmp_path: Path) -> None:
    (waiver,) = read(tmp_path, rules='["RDS.3", "rds-storage-encrypted"]')
    assert waiver.covers("rds-storage-encrypted", "aws_db_instance.main")


def test_a_waiver_is_for_all_environments_of_its_systems_or_for_one(tmp_path: Path) -> None:
    (every,) = read(tmp_path)
    (one,) = read(tmp_path, environment='"prod"')
    cases = [("citizen-data", "prod"), ("citizen-data", "dev"), ("citizen-data", None), ("another", "prod")]
    assert [every.is_about(*case) for case in cases] == [True, True, True, False]
    assert [one.is_about(*case) for case in cases] == [True, False, False, False]


def test_a_waiver_holds_on_its_last_day(tmp_path: Path) -> None:
    assert read(tmp_path, expires=TODAY.isoformat())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires": "2026-11-24"}, "expired on 2026-11-24"),
        ({"expires": (TODAY + timedelta(days=367)).isoformat()}, "lasts longer than 366 days"),
        ({"rules": '["RDS.99"]'}, "no such rule"),
        ({"rules": '["RDS.3", "RDS.23"]'}, "ask for different things"),
        ({"rules": "[]"}, "rules is not valid"),
        ({"address": '"*"'}, "address is not valid"),
        ({"reason": '"because"'}, "reason is not valid"),
        ({"owner": '"Some Body"'}, "owner is not valid"),
        ({"expires": '"soon"'}, "expires is not valid"),
        ({"environment": '"all of them"'}, "environment is not valid"),
        ({"colour": '"red"'}, "has no setting colour"),
        *(({name: None}, f"{name} is missing") for name in GOOD),
    ],
)
def test_others_are_refused(changes: dict[str, str | None], says: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=says):
        read(tmp_path, **changes)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no such file"):
        waivers.read(tmp_path / "none.toml", known=KNOWN, today=TODAY)


def test_the_waivers_of_citizen_data_are_few() -> None:
    known = [(rule.id, rule.check) for name in packs.names() for rule in packs.load(name).rules if rule.check]
    file = ROOT / "environments" / "compliance.toml"
    found = waivers.read(file, known=known, today=TODAY)
    assert sum("citizen-data" in waiver.stacks for waiver in found) < 6
