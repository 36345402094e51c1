"""Plans that Terraform made of a system that was changed behind its back."""

from __future__ import annotations

import dataclasses

import pytest

from operations.drift.checking import detect
from operations.drift.findings import Apply, Checked, Outcome, Severity
from operations.drift.report import exit_code
from operations.plans.comparison import Comparison
from operations.plans.model import Plan
from operations.plans.reading import read
from operations.review.classification import drift
from tests.fixtures.drift import system
from tests.fixtures.drift.make import FOLDER, KINDS
from tests.fixtures.drift.situations import ADMINISTRATOR, SITUATIONS
from tests.fixtures.plans import systems
from tests.operations.drift.detecting import nobody

EXPECTED = {
    "clean": (Outcome.CLEAN, 0),
    "outputs-only": (Outcome.OUTPUTS_ONLY, 0),
    "pending": (Outcome.PENDING, 0),
    "drifted-and-pending": (Outcome.BOTH, 2),
    "gone": (Outcome.DRIFT, 3),
    "drifted": (Outcome.DRIFT, 3),
    "absorbed": (Outcome.DRIFT, 3),
}

ADDED = {
    (f"aws_security_group.{systems.GROUP}", 'ingress["tcp 22 from the whole internet"]'),
    (f"aws_iam_role.{systems.ROLE}", "inline_policy.by-hand"),
    (f"aws_iam_role.{systems.ROLE}", f'managed_policy_arns["{ADMINISTRATOR}"]'),
    (f"aws_route_table.{system.TABLE}", 'route["0.0.0.0/0"]'),
    (f"aws_network_acl.{system.ACL}", 'ingress["rule 90"]'),
}
"""What was added by hand: no apply takes it away."""


def plan(name: str, kind: str) -> Plan:
    return read(FOLDER / name / f"{kind}.json")


def checked(name: str) -> Checked:
    """What is said of a situation."""
    findings, pending = detect(
        plan(name, "plan"), lambda: plan(name, "recorded"), stack="watched", look=nobody
    )
    return Checked(stack="watched", environment="dev", findings=findings, pending=pending)


def attributes(name: str) -> dict[tuple[str, str], tuple[Severity, Apply]]:
    """By address and path: how bad it is, and what the next apply does."""
    return {
        (finding.address, each.name): (each.severity, each.apply)
        for finding in checked(name).findings
        for each in finding.attributes
    }


def test_every_situation_has_its_plans_and_its_expectation() -> None:
    names = {situation.name for situation in SITUATIONS}
    assert names == EXPECTED.keys()
    files = {f"{path.parent.name}/{path.stem}" for path in FOLDER.glob("*/*.json")}
    assert files == {f"{name}/{kind}" for name in names for kind in KINDS}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_outcome_and_the_exit_code(name: str) -> None:
    found = checked(name)
    assert (found.outcome, exit_code(found)) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_an_ordinary_plan_has_the_drift_of_a_refresh_only_one(name: str) -> None:
    def drifted(kind: str) -> dict[str, list[str]]:
        found = plan(name, kind)
        comparison = Comparison(found)
        return {
            resource.address: [str(difference) for difference in drift(resource, comparison)]
            for resource in found.resource_drift
        }

    assert drifted("plan") == drifted("refresh-only")


def test_what_was_weakened() -> None:
    found = attributes("drifted")
    undone = (Severity.SECURITY, Apply.UNDOES)
    for address, path in (
        (f"aws_db_instance.{systems.INSTANCE}", "deletion_protection"),
        (f"aws_db_instance.{systems.INSTANCE}", "backup_retention_period"),
        (f"aws_kms_key.{systems.KEY}", "enable_key_rotation"),
        (f"aws_cloudwatch_metric_alarm.{systems.ALARM}", "actions_enabled"),
        (f"aws_vpc_security_group_ingress_rule.{systems.RULE}", "cidr_ipv4"),
    ):
        assert found[address, path] == undone, address


def test_what_was_added_is_left_by_the_next_apply_and_has_its_command() -> None:
    found = attributes("drifted")
    assert {key for key, told in found.items() if told == (Severity.SECURITY, Apply.LEAVES)} == ADDED
    commands = [each.command for finding in checked("drifted").findings for each in finding.attributes]
    assert len([command for command in commands if command is not None]) == len(ADDED)


def test_a_deployment_does_not_launder_what_was_added() -> None:
    drifted = {resource.address for resource in plan("absorbed", "plan").resource_drift}
    assert drifted & {address for address, _ in ADDED} == set()
    assert attributes("absorbed").keys() == ADDED


def test_what_is_gone_is_told_with_what_went() -> None:
    found = attributes("gone")
    assert found == {
        (f"aws_cloudwatch_metric_alarm.{systems.ALARM}", ""): (Severity.SECURITY, Apply.CREATES),
        # The provider reads it as one that is empty.
        (f"aws_secretsmanager_secret_policy.{system.CREDENTIALS_POLICY}", "policy"): (
            Severity.SECURITY,
            Apply.UNDOES,
        ),
        (f"aws_cloudwatch_log_group.{systems.LOGS}", ""): (Severity.SECURITY, Apply.CREATES),
    }


def test_what_undoes_drift_is_not_pending() -> None:
    (pending,) = checked("drifted-and-pending").changes
    assert pending.address == f"aws_cloudwatch_log_group.{systems.LOGS}"
    assert checked("drifted").changes == ()


@pytest.mark.parametrize("name", EXPECTED)
def test_no_secret_is_left_in_what_reports_are_made_of(name: str) -> None:
    text = repr(dataclasses.asdict(checked(name)))
    assert systems.SECRET not in text
    assert systems.NEXT_SECRET not in text


def test_the_secrets_are_in_the_plans() -> None:
    assert systems.SECRET in (FOLDER / "clean" / "plan.json").read_text(encoding="utf-8")
    assert systems.NEXT_SECRET in (FOLDER / "drifted" / "plan.json").read_text(encoding="utf-8")
