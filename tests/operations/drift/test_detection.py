"""What drifted, how bad that is, and what the next apply does about it."""

from __future__ import annotations

from typing import Any

import pytest

from operations.drift.added.model import Added
from operations.drift.detection import Detection
from operations.drift.findings import Apply, Severity
from operations.drift.parts import Parts, Values
from operations.plans.secrecy import REDACTED
from tests.operations.drift.detecting import as_it_is, configured, drifted, found, undone
from tests.operations.plans.building import change, plan

DATABASE = "aws_db_instance.it"
PROTECTED = {"deletion_protection": True, "allocated_storage": 100}


def test_weaker_protection_comes_first_and_is_undone() -> None:
    real = {"deletion_protection": False, "allocated_storage": 120}
    (finding,) = found(undone(DATABASE, real, PROTECTED), drift=(drifted(DATABASE, PROTECTED, real),))
    assert finding.severity is Severity.SECURITY
    assert [(each.name, each.before, each.after, each.severity) for each in finding.attributes] == [
        ("deletion_protection", True, False, Severity.SECURITY),
        ("allocated_storage", 100, 120, Severity.DRIFT),
    ]
    assert {each.apply for each in finding.attributes} == {Apply.UNDOES}
    assert str(finding.reasons[0]) == "deletion protection is lifted: deletion_protection true → false"


def test_only_what_is_weaker_of_a_list_is_security() -> None:
    def plan_with(**daily: object) -> dict[str, Any]:
        hourly = {"rule_name": "hourly", "lifecycle": [{"delete_after": 7}]}
        return {"rule": [hourly, {"rule_name": "daily", "start_window": 60, **daily}]}

    before = plan_with(lifecycle=[{"delete_after": 35}])
    after = plan_with(lifecycle=[{"delete_after": 1}], start_window=120)
    (finding,) = found(drift=(drifted("aws_backup_plan.it", before, after),))
    assert [(each.name, each.severity) for each in finding.attributes] == [
        ("rule.daily.lifecycle[0].delete_after", Severity.SECURITY),
        ("rule.daily.start_window", Severity.DRIFT),
    ]


def test_what_is_stronger_than_recorded_is_drift_and_its_end_is_told() -> None:
    weak = {**PROTECTED, "deletion_protection": False}
    (finding,) = found(undone(DATABASE, PROTECTED, weak), drift=(drifted(DATABASE, weak, PROTECTED),))
    assert finding.severity is Severity.DRIFT
    assert finding.reasons == ()
    assert [reason.text for reason in finding.undoing] == ["deletion protection is lifted"]


def test_what_the_plan_leaves_alone_stays() -> None:
    real = {**PROTECTED, "engine_version_actual": "16.5"}
    drift = drifted(DATABASE, {**PROTECTED, "engine_version_actual": "16.4"}, real)
    (finding,) = found(as_it_is(DATABASE, real), drift=(drift,))
    assert [each.apply for each in finding.attributes] == [Apply.LEAVES]


def test_undoing_that_interrupts_is_told() -> None:
    small, large = ({"instance_class": name} for name in ("db.t3.medium", "db.t3.large"))
    planned = change(DATABASE, "update", before=large, after={**small, "apply_immediately": True})
    (finding,) = found(planned, drift=(drifted(DATABASE, small, large),))
    assert finding.severity is Severity.DRIFT
    assert finding.undoing[0].class_.slug == "interrupts-service"


def test_what_changes_by_itself_is_no_drift() -> None:
    before, after = ({**PROTECTED, "latest_restorable_time": f"2026-11-25T0{hour}:00:00Z"} for hour in (1, 2))
    assert found(as_it_is(DATABASE, after), drift=(drifted(DATABASE, before, after),)) == []


@pytest.mark.parametrize(("status", "drifts"), [("backing-up", False), ("stopped", True)])
def test_a_database_that_makes_its_backup_has_not_drifted_and_a_stopped_one_has(
    status: str, drifts: bool
) -> None:
    drift = drifted(DATABASE, {"status": "available"}, {"status": status})
    assert bool(found(drift=(drift,))) is drifts


def test_another_form_of_the_same_is_no_drift() -> None:
    drift = drifted("aws_x.it", {"list": None, "text": ""}, {"list": [], "text": None})
    assert found(drift=(drift,)) == []


def test_tags_are_said_once() -> None:
    drift = drifted("aws_x.it", {"tags": {}, "tags_all": {}}, {"tags": {"A": "1"}, "tags_all": {"A": "1"}})
    (finding,) = found(drift=(drift,))
    assert [each.name for each in finding.attributes] == ["tags.A"]


@pytest.mark.parametrize(
    ("type_", "severity", "text"),
    [
        ("aws_db_instance", Severity.SECURITY, "the database is there no more"),
        ("aws_cloudwatch_metric_alarm", Severity.SECURITY, "an alarm is removed"),
        ("aws_ecs_service", Severity.DRIFT, ""),
    ],
)
def test_what_is_gone(type_: str, severity: Severity, text: str) -> None:
    address = f"{type_}.it"
    recreated = change(address, "create", after={"name": "it"})
    (finding,) = found(recreated, drift=(drifted(address, {"name": "it"}, None),))
    assert (finding.gone, finding.severity) == (True, severity)
    assert text in " ".join(str(reason) for reason in finding.reasons)
    (attribute,) = finding.attributes
    assert (attribute.path, attribute.apply) == ((), Apply.CREATES)


def test_a_secret_is_hidden_here_too() -> None:
    drift = drifted(
        "aws_ssm_parameter.it",
        {"value": "planted-before"},
        {"value": "planted-after"},
        sensitive={"value": True},
    )
    (finding,) = found(drift=(drift,))
    (attribute,) = finding.attributes
    assert (attribute.before, attribute.after) == (REDACTED, REDACTED)


def test_what_another_resource_says_is_said_once() -> None:
    topic = {"id": "arn:t", "arn": "arn:t", "policy": '{"Statement": []}'}
    real = {**topic, "policy": '{"Statement": [{"Effect": "Allow"}]}'}
    part = {"arn": "arn:t", "policy": topic["policy"]}
    part_now = {"arn": "arn:t", "policy": real["policy"]}
    (finding,) = found(
        as_it_is("aws_sns_topic.it", real),
        undone("aws_sns_topic_policy.it", part_now, part),
        drift=(
            drifted("aws_sns_topic.it", topic, real),
            drifted("aws_sns_topic_policy.it", part, part_now),
        ),
    )
    assert finding.address == "aws_sns_topic_policy.it"


def test_without_such_a_resource_it_says_it_itself() -> None:
    topic: dict[str, Any] = {"id": "arn:t", "arn": "arn:t", "policy": '{"Statement": []}'}
    everyone = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish"}]}'
    real = {**topic, "policy": everyone}
    (finding,) = found(as_it_is("aws_sns_topic.it", real), drift=(drifted("aws_sns_topic.it", topic, real),))
    assert finding.severity is Severity.SECURITY
    assert finding.attributes[0].apply is Apply.LEAVES


def test_a_rule_that_was_added_shows_once_as_added() -> None:
    rule = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    before = {"id": "sg-1", "ingress": []}
    after = {"id": "sg-1", "ingress": [rule]}
    address = "aws_security_group.it"
    (finding,) = found(as_it_is(address, after), drift=(drifted(address, before, after),))
    (attribute,) = finding.attributes
    assert attribute.name == 'ingress["tcp 22 from the whole internet"]'
    assert (attribute.severity, attribute.apply) == (Severity.SECURITY, Apply.LEAVES)
    assert attribute.command is not None
    assert [reason.rule for reason in finding.reasons] == ["added-by-hand"]


def test_a_rule_of_a_group_that_is_configured_whole_is_undone() -> None:
    rule = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
    before, after = {"id": "sg-1", "ingress": []}, {"id": "sg-1", "ingress": [rule]}
    address = "aws_security_group.it"
    (finding,) = found(
        undone(address, after, before),
        drift=(drifted(address, before, after),),
        configuration=configured(aws_security_group__it=["ingress"]),
    )
    (attribute,) = finding.attributes
    assert (attribute.severity, attribute.apply, attribute.command) == (Severity.SECURITY, Apply.UNDOES, None)
    assert [reason.rule for reason in finding.reasons] == ["security-group-opened"]


def test_what_aws_tells_besides_is_added() -> None:
    def look(type_: str, values: Values, parts: Parts) -> list[Added]:
        assert (type_, values["arn"]) == ("aws_sns_topic", "arn:t")
        return [Added(kind="subscription", name="sms +1", value="arn:s", text="it is told", command="aws x")]

    detection = Detection(plan(as_it_is("aws_sns_topic.it", {"arn": "arn:t"})))
    (finding,) = detection.findings(look)
    assert not detection.planned
    assert finding.severity is Severity.SECURITY
    assert finding.attributes[0].command == "aws x"


def test_nothing_is_asked_about_what_is_not_there_yet_or_is_to_go() -> None:
    def look(*_: object) -> list[Added]:
        raise AssertionError

    detection = Detection(
        plan(
            change("aws_sns_topic.new", "create", after={"arn": "arn:n"}),
            change("aws_sns_topic.old", "delete", before={"arn": "arn:o"}),
        )
    )
    assert detection.findings(look) == ()
    assert detection.planned


def test_the_worst_is_first() -> None:
    weak = {**PROTECTED, "deletion_protection": False}
    names = [
        finding.address
        for finding in found(
            drift=(
                drifted("aws_a.it", {"a": 1}, {"a": 2}),
                drifted(DATABASE, PROTECTED, weak),
            )
        )
    ]
    assert names == [DATABASE, "aws_a.it"]
