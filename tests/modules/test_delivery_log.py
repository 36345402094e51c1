from __future__ import annotations

import pytest

from modules.monitoring.delivery_log import PROTOCOLS
from tests.modules.site import Site
from tests.template import Template, statements

GROUPS = ("delivered", "failed")


@pytest.fixture(scope="module")
def topic() -> Template:
    return Template.of(lambda stack: Site(stack).topic)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_message_is_logged_whether_it_arrives_or_not(topic: Template, protocol: str) -> None:
    found, role = topic.one("aws_sns_topic"), topic.address("aws_iam_role", "deliveries/role/role")
    for outcome in ("failure", "success"):
        assert found[f"{protocol}_{outcome}_feedback_role_arn"] == f"${{{role}.arn}}"
    assert found[f"{protocol}_success_feedback_sample_rate"] == 100


def test_the_log_groups_have_the_names_that_sns_uses_and_are_there_before_the_topic(topic: Template) -> None:
    account = "${data.aws_caller_identity.account_identity_"
    for what, ending in zip(GROUPS, ("", "/Failure"), strict=True):
        group = topic.one("aws_cloudwatch_log_group", f"deliveries/{what}")
        assert group["name"].startswith(f"sns/eu-central-2/{account}")
        assert group["name"].endswith(f"/dr-alerts-test{ending}")
        assert topic.address("aws_kms_key", "key/key") in group["kms_key_id"]
        assert group["retention_in_days"] == 365
    granted = topic.address("aws_iam_role_policy_attachment", "deliveries/role/granted")
    assert granted in topic.one("aws_sns_topic")["depends_on"]


def test_sns_alone_writes_there_and_nowhere_else(topic: Template) -> None:
    trust = statements(topic.one("aws_iam_role", "deliveries/role/role")["assume_role_policy"])
    assert trust["AssumedByService"]["Principal"] == {"Service": "sns.amazonaws.com"}
    granted = statements(topic.one("aws_iam_policy", "deliveries/role/policy")["policy"])
    assert granted["LogDeliveries"]["Resource"] == [
        f"${{{topic.address('aws_cloudwatch_log_group', f'deliveries/{what}')}.arn}}:*" for what in GROUPS
    ]
    assert set(granted) == {"LogDeliveries"}
