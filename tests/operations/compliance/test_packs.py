"""The packs are whole, and say what decides each rule."""

from __future__ import annotations

import re

import pytest

from environments.problem import Problem
from operations.compliance import facts, packs
from operations.compliance.packs import DecidedBy
from operations.compliance.rules import checks

PACKS = pytest.mark.parametrize("name", packs.names())


def decided(name: str) -> int:
    return sum(rule.decided_by is DecidedBy.CONFIGURATION for rule in packs.load(name).rules)


def test_the_packs_have_all_rules_of_their_sources() -> None:
    assert len(packs.load("fedramp-moderate").rules) == 129
    assert decided("fedramp-moderate") == 44
    assert len(packs.load("security-hub").rules) == 161
    assert decided("security-hub") == 78


@PACKS
def test_every_rule_has_what_decides_it(name: str) -> None:
    for rule in packs.load(name).rules:
        assert (rule.check in checks()) is (rule.decided_by is DecidedBy.CONFIGURATION), rule
        assert bool(rule.services) is (rule.decided_by is DecidedBy.OTHER_SERVICES), rule
        assert rule.title


@PACKS
def test_controls_are_written_as_nist_writes_them(name: str) -> None:
    # AC-2, AC-2(4), with a part of a control: CM-6a, SC-7(4)(b), SI-1a.2.
    form = re.compile(r"[A-Z]{2}-\d+[a-z]?(\.\d)?(\(\w+\))*(\.\d)?")
    controls = {control for rule in packs.load(name).rules for control in rule.controls}
    assert [control for control in controls if not form.fullmatch(control)] == []


@PACKS
def test_ids_are_unique_and_dated(name: str) -> None:
    pack = packs.load(name)
    assert len({rule.id for rule in pack.rules}) == len(pack.rules)
    assert re.fullmatch(r"2\d{3}-\d\d-\d\d", pack.date)
    assert pack.source


def test_no_id_is_in_two_packs() -> None:
    ids = [rule.id for name in packs.names() for rule in packs.load(name).rules]
    assert len(set(ids)) == len(ids)


def test_an_unknown_pack_is_refused() -> None:
    with pytest.raises(Problem, match="there is no such pack") as refused:
        packs.chosen(["fedramp-high"])
    assert "fedramp-moderate, security-hub, holdfast" in str(refused.value)


def test_all_packs_unless_some_are_chosen() -> None:
    assert [pack.name for pack in packs.chosen([])] == list(packs.names())
    assert [pack.name for pack in packs.chosen(["holdfast", "holdfast"])] == ["holdfast"]


@pytest.mark.parametrize(
    ("action", "narrow"),
    [
        ("s3:GetObject", True),
        ("xray:PutTraceSegments", False),
        ("ec2:DescribeSubnets", False),
        ("unheard-of:Do", True),
    ],
)
def test_which_actions_can_be_narrowed(action: str, narrow: bool) -> None:
    assert facts.can_be_narrowed(action) is narrow
