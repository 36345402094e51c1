"""Every rule passes a system that is as it wants it, notices the change, and never passes what is not known."""

from __future__ import annotations

import pytest

from operations.compliance import configuration, packs
from operations.compliance.packs import Rule
from operations.compliance.rules import checks
from operations.compliance.verdicts import Verdict
from tests.operations.compliance.cases import CASES
from tests.operations.compliance.cases.making import Case

RULES = [rule for name in packs.names() for rule in packs.load(name).rules if rule.check]
BY_ID = pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])


def verdicts(rule: Rule, case: Case, *, changed: bool = False, unknown: bool = False) -> set[Verdict]:
    document = case.document(changed=changed, unknown=unknown)
    graph = configuration.graph(document, name="test", source="test")
    return {finding.verdict for finding in checks()[rule.check](graph)} - {Verdict.NOT_APPLICABLE}


@BY_ID
def test_a_system_as_it_must_be_passes(rule: Rule) -> None:
    assert verdicts(rule, CASES[rule.check]) == {Verdict.PASS}


@BY_ID
def test_the_change_is_noticed(rule: Rule) -> None:
    assert Verdict.FAIL in verdicts(rule, CASES[rule.check], changed=True)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.removes])
def test_what_is_not_known_does_not_pass(name: str) -> None:
    case = CASES[name]
    graph = configuration.graph(case.document(unknown=True), name="test", source="test")
    found = {finding.verdict for finding in checks()[name](graph)} - {Verdict.NOT_APPLICABLE}
    assert found & {Verdict.NEEDS_RUNTIME, Verdict.FAIL}


def test_every_check_has_a_case_and_a_rule() -> None:
    assert set(CASES) == set(checks())
    assert {rule.check for rule in RULES} == set(checks())


def test_a_system_without_anything_has_no_findings() -> None:
    graph = configuration.graph({"resource": {}}, name="empty", source="test")
    assert [name for name, check in checks().items() if list(check(graph))] == []
