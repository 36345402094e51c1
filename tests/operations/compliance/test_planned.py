"""A plan becomes the same graph: references from its configuration, what is not known yet, no secrets."""

from __future__ import annotations

from operations.compliance import planned
from operations.compliance.graph import UNKNOWN
from operations.compliance.rules import checks
from operations.compliance.verdicts import Verdict
from tests.operations.plans.building import change, plan


def configured(address: str, **references: list[str]) -> dict[str, object]:
    return {
        "address": address,
        "expressions": {argument: {"references": names} for argument, names in references.items()},
    }


PLAN = plan(
    change("aws_kms_key.k", "create", after={"enable_key_rotation": True}),
    change(
        "aws_cloudwatch_log_group.g",
        "create",
        after={"retention_in_days": 365},
        unknown={"kms_key_id": True},
    ),
    change("aws_kms_key.old", "delete", before={"enable_key_rotation": False}),
    change(
        "aws_db_instance.d",
        "update",
        before={"port": 5432, "password": "is-not-shown"},
        after={"port": 5433, "password": "is-not-shown"},
        sensitive={"password": True},
    ),
    configuration={
        "root_module": {
            "resources": [
                configured("aws_cloudwatch_log_group.g", kms_key_id=["aws_kms_key.k.arn", "aws_kms_key.k"])
            ]
        }
    },
    prior_state={
        "values": {
            "root_module": {
                "resources": [
                    {
                        "address": "data.aws_secretsmanager_secret.s",
                        "mode": "data",
                        "type": "aws_secretsmanager_secret",
                    }
                ]
            }
        }
    },
)


def test_what_will_be_there_is_in_it() -> None:
    addresses = {resource.address for resource in planned.graph(PLAN, name="test").resources}
    assert addresses == {
        "aws_kms_key.k",
        "aws_cloudwatch_log_group.g",
        "aws_db_instance.d",
        "data.aws_secretsmanager_secret.s",
    }


def test_a_reference_decides_where_the_value_is_not_known_yet() -> None:
    graph = planned.graph(PLAN, name="test")
    (finding,) = checks()["logs.encrypted"](graph)
    assert finding.verdict is Verdict.PASS
    assert finding.evidence == "aws_kms_key.k"


def test_a_value_that_is_not_known_and_refers_to_nothing_does_not_pass() -> None:
    unknown = plan(change("aws_cloudwatch_log_group.g", "create", after={}, unknown={"kms_key_id": True}))
    (finding,) = checks()["logs.encrypted"](planned.graph(unknown, name="test"))
    assert finding.verdict is Verdict.NEEDS_RUNTIME


def test_a_secret_is_not_known() -> None:
    (database,) = planned.graph(PLAN, name="test").all("aws_db_instance")
    assert database.value("password") is UNKNOWN
    assert database.value("port") == 5433


def test_a_new_group_lets_nothing_in_unless_it_says_so() -> None:
    created = change("aws_security_group.g", "create", after={"name": "g"}, unknown={"ingress": True})
    written = configured("aws_security_group.g", ingress=[])
    for configuration, verdict in (({}, Verdict.NOT_APPLICABLE), (written, Verdict.NEEDS_RUNTIME)):
        blocks = [configuration] if configuration else []
        planned_group = plan(created, configuration={"root_module": {"resources": blocks}})
        (finding,) = checks()["security_groups.no_ssh"](planned.graph(planned_group, name="test"))
        assert finding.verdict is verdict
