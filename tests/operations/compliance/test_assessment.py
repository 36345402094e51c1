"""What becomes of each rule, of waivers, and of what the configuration cannot decide."""

from __future__ import annotations

import pytest

from environments.problem import Problem
from operations.compliance.assessment import Outcome
from tests.operations.compliance.building import GOOD_DATABASE, assessed, rule, waiver


def test_outcomes() -> None:
    assessment = assessed()
    assert rule(assessment, "RDS.3").outcome is Outcome.PASS
    assert rule(assessment, "RDS.5").outcome is Outcome.FAIL
    assert rule(assessment, "S3.4").outcome is Outcome.NOT_APPLICABLE
    assert rule(assessment, "S3.4").reason == "no such resource in the system"
    assert assessment.exit_code == 3


def test_what_only_an_account_shows_is_listed_and_is_not_met() -> None:
    found = rule(assessed(), "iam-password-policy")
    assert found.outcome is Outcome.NEEDS_RUNTIME
    assert found.reason == "only a running account shows it"


def test_services_without_checks_are_not_met_when_they_are_there() -> None:
    assert rule(assessed(), "alb-waf-enabled").outcome is Outcome.NOT_APPLICABLE
    found = rule(assessed({"aws_lb": {"it": {}}}), "alb-waf-enabled")
    assert found.outcome is Outcome.NEEDS_RUNTIME
    assert found.reason == "not evaluated, but there is aws_lb"


def test_one_failure_among_many_fails_the_rule() -> None:
    other = {**GOOD_DATABASE, "storage_encrypted": False}
    found = rule(assessed({"aws_db_instance": {"it": GOOD_DATABASE, "other": other}}), "RDS.3")
    assert found.outcome is Outcome.FAIL
    assert [judged.finding.address for judged in found.findings] == [
        "aws_db_instance.it",
        "aws_db_instance.other",
    ]


def test_what_is_not_known_needs_the_deployed_system() -> None:
    found = rule(assessed({"aws_db_instance": {"it": {"storage_encrypted": "${var.on}"}}}), "RDS.3")
    assert found.outcome is Outcome.NEEDS_RUNTIME


def test_a_waiver_accepts_a_failure() -> None:
    found = rule(assessed(waivers=(waiver(),)), "RDS.23")
    assert found.outcome is Outcome.WAIVED
    assert found.findings[0].waiver == waiver()


def test_a_waiver_does_not_hide_another_failure() -> None:
    two = {"aws_db_instance": {"it": GOOD_DATABASE, "other": GOOD_DATABASE}}
    assert (
        rule(assessed(two, waivers=(waiver(address="aws_db_instance.it"),)), "RDS.23").outcome is Outcome.FAIL
    )


@pytest.mark.parametrize(
    "dangling", [waiver("RDS.3"), waiver(address="aws_db_instance.gone"), waiver("S3.4", "aws_s3_bucket.*")]
)
def test_a_waiver_that_accepts_nothing_is_refused(dangling: object) -> None:
    with pytest.raises(Problem, match="has nothing to accept"):
        assessed(waivers=(dangling,))  # type: ignore[arg-type]


def test_waivers_of_other_systems_and_packs_are_left_alone() -> None:
    assert assessed(waivers=(waiver("RDS.3", stack="another"),)).waivers == []
    assert assessed(waivers=(waiver("RDS.3"),), only=("fedramp-moderate",)).waivers == []


def test_a_waiver_for_this_environment_accepts_and_must_accept_something() -> None:
    found = assessed(waivers=(waiver(environment="prod"),))
    assert (found.environment, rule(found, "RDS.23").outcome) == ("prod", Outcome.WAIVED)
    with pytest.raises(Problem, match="has nothing to accept"):
        assessed(waivers=(waiver("RDS.3", environment="prod"),))


@pytest.mark.parametrize("environment", ["prod", None])
def test_a_waiver_for_another_environment_neither_accepts_nor_dangles(environment: str | None) -> None:
    others = (waiver(environment="staging"), waiver("RDS.3", environment="staging"))
    found = assessed(waivers=others, environment=environment)
    assert rule(found, "RDS.23").outcome is Outcome.FAIL
    assert found.waivers == []


def test_families_are_counted() -> None:
    (si,) = [one for one in assessed().coverage() if one.family == "SI"]
    assert si.counts[Outcome.PASS] > 0
    assert sum(si.counts.values()) == sum("SI" in one.rule.families for one in assessed().rules)


def test_a_pack_is_counted_by_what_can_be_decided() -> None:
    assessment = assessed(only=("fedramp-moderate",))
    assert len(assessment.decided("fedramp-moderate")) == 44
    assert len(assessment.of("fedramp-moderate")) == 129
