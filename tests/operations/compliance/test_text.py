"""An assessment in a terminal."""

from __future__ import annotations

from operations.compliance import text
from operations.compliance.assessment import Assessment
from tests.operations.compliance.building import GOOD_DATABASE, assessed, waiver


def told(assessment: Assessment) -> str:
    return "\n".join(str(line) for line in text.lines(assessment))


def test_what_fails_comes_with_its_evidence() -> None:
    shown = told(assessed())
    assert (
        "RDS.23  RDS databases and clusters should not use a database engine default port  [security-hub]"
        in shown
    )
    assert "    aws_db_instance.it\n      port: 5432" in shown
    assert "Not passed: " in shown
    assert "rules are not met" in shown


def test_a_waiver_is_told_with_its_days_and_reason() -> None:
    assert "waived for 187 more days: Clients expect PostgreSQL on 5432." in told(
        assessed(waivers=(waiver(),))
    )


def test_a_waiver_for_one_environment_says_which() -> None:
    shown = told(assessed(waivers=(waiver(environment="prod"),)))
    assert "waived in prod for 187 more days: Clients" in shown


def test_a_reason_is_told_once_for_all_resources_of_a_rule() -> None:
    both = {"aws_db_instance": {"it": GOOD_DATABASE, "other": GOOD_DATABASE}}
    shown = told(assessed(both, waivers=(waiver(),), only=("security-hub",)))
    assert shown.count("Clients expect PostgreSQL on 5432.") == 1
    assert "    aws_db_instance.other\n      port: 5432\n    waived for " in shown


def test_what_is_waived_beside_what_is_not_is_marked() -> None:
    both = {"aws_db_instance": {"it": GOOD_DATABASE, "other": GOOD_DATABASE}}
    shown = told(assessed(both, waivers=(waiver(address="aws_db_instance.other"),)))
    assert "    aws_db_instance.it\n" in shown
    assert "    aws_db_instance.other  (waived)\n" in shown


def test_what_the_configuration_cannot_decide_is_counted_apart() -> None:
    shown = told(assessed({}, only=("fedramp-moderate",)))
    assert "fedramp-moderate  44 of 44 rules met or accepted: 44 not applicable" in shown
    assert "and 85 that the configuration cannot decide: 26 needs runtime, 59 not applicable" in shown
    assert "Passed: all 44 rules that can be decided are met, waived or not applicable" in shown


def test_the_region_outside_of_the_boundary_is_named() -> None:
    assert "eu-central-2 is outside of AWS's FedRAMP Moderate boundary" in told(assessed())
    assert "outside of" not in told(assessed(region="us-east-1"))


def test_nobody_is_said_to_be_compliant() -> None:
    assert "compliant" not in told(assessed()).lower()
    assert "It is no authorization" in told(assessed())
