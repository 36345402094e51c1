"""What may differ raises no alarm, is listed all the same, and only until a day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.drift import ignoring
from operations.drift.findings import Severity
from operations.project import ROOT
from tests.operations.drift.detecting import drifted, found
from tests.operations.drift.reporting import DATABASE, TODAY, ignore, ignoring_all, weakened

YESTERDAY = TODAY - timedelta(days=1)
WHOLE = """[[ignore]]
stack = "citizen-data"
address = "aws_db_instance.it"
path = "tags"
reason = "It was agreed with operations."
expires = 2026-12-31
"""


def test_one_attribute_is_ignored_and_the_other_is_not() -> None:
    (database, _), notes = ignoring.apply([ignore(DATABASE, "tags")], weakened(), today=TODAY)
    protection, owner = database.attributes
    assert protection.accepted is None
    assert owner.accepted is not None
    assert owner.accepted.reason == "It was agreed with operations."
    assert (database.severity, database.alarm) == (Severity.SECURITY, Severity.SECURITY)
    assert notes == ()


def test_without_what_is_ignored_it_is_less_bad() -> None:
    (database, _), _ = ignoring.apply([ignore(DATABASE, "deletion_protection")], weakened(), today=TODAY)
    assert (database.severity, database.alarm) == (Severity.SECURITY, Severity.DRIFT)
    assert {finding.alarm for finding in ignoring_all(weakened())} == {None}


@pytest.mark.parametrize("path", ["tag", "tags.Own", "tags.Owner.x", "deletion"])
def test_a_path_that_only_looks_alike_is_another(path: str) -> None:
    (database, _), notes = ignoring.apply([ignore(DATABASE, path)], weakened(), today=TODAY)
    assert all(each.accepted is None for each in database.attributes)
    assert notes == (f"the ignore rule for {path} of {DATABASE} has nothing to ignore: take it out",)


def test_an_expired_rule_ignores_nothing_and_that_is_told() -> None:
    rules = [ignore(DATABASE, "tags", expires=YESTERDAY)]
    (database, _), notes = ignoring.apply(rules, weakened(), today=TODAY)
    assert all(each.accepted is None for each in database.attributes)
    assert notes == (
        f"the ignore rule for tags of {DATABASE} expired on {YESTERDAY}: it ignores nothing any more",
    )


def test_what_is_gone_is_never_ignored() -> None:
    gone = found(drift=(drifted(DATABASE, {"id": "it"}, None),))
    (database,), _ = ignoring.apply([ignore(DATABASE, "id")], gone, today=TODAY)
    assert database.alarm is Severity.SECURITY


def test_a_rule_is_for_a_system_and_perhaps_one_environment() -> None:
    rule = ignore(DATABASE, "tags")
    assert rule.is_about("citizen-data", "dev")
    assert not rule.is_about("payments", "dev")
    assert not ignore(DATABASE, "tags", environment="prod").is_about("citizen-data", "dev")


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "drift.toml"
    file.write_text(WHOLE, encoding="utf-8")
    (rule,) = ignoring.read(file, today=TODAY)
    assert (rule.path, rule.environment) == ("tags", None)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("stack", "# stack", "ignore 1: stack is missing"),
        ('path = "tags"', 'path = ""', "ignore 1: path is not valid"),
        ("path", "attribute", "ignore 1: path is missing"),
        ('"It was agreed with operations."', '"so"', "ignore 1: reason is not valid"),
        ("2026-12-31", "2027-12-31", "ignore 1: lasts longer than 180 days"),
        ("[[ignore]]", "[[waiver]]", "has no setting waiver"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "drift.toml"
    file.write_text(WHOLE.replace(old, new), encoding="utf-8")
    with pytest.raises(Problem) as caught:
        ignoring.read(file, today=TODAY)
    assert says in caught.value.what


def test_the_projects_own_file_is_valid() -> None:
    assert ignoring.read(ROOT / "environments" / "drift.toml", today=TODAY) == []


def test_the_example_in_the_projects_own_file_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "drift.toml"
    commented = (ROOT / "environments" / "drift.toml").read_text(encoding="utf-8").partition("[[ignore]]")
    file.write_text("".join(commented[1:]).replace("\n# ", "\n"), encoding="utf-8")
    (rule,) = ignoring.read(file, today=TODAY)
    assert rule.address.startswith("aws_db_instance.")
