from __future__ import annotations

import json

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic

from modules.aws.aspects import tag_everything, use_provider
from modules.aws.policy import ANYONE, Statement, deny_plain_text, policy_document
from modules.aws.provider import aws_provider
from modules.aws.role import Role
from tests.modules.site import Site
from tests.template import Template, statements


def test_a_single_value_stands_alone_as_aws_normalises_it() -> None:
    document = json.loads(
        policy_document([Statement(sid="A", actions=["s3:GetObject"], resources=["a", "b"])])
    )
    assert document["Statement"][0]["Action"] == "s3:GetObject"
    assert document["Statement"][0]["Resource"] == ["a", "b"]


def test_a_trust_policy_has_no_resource() -> None:
    statement = Statement(sid="A", actions=["sts:AssumeRole"], resources=(), principals=ANYONE).to_json()
    assert "Resource" not in statement


def test_plain_text_is_denied_to_everyone() -> None:
    statement = deny_plain_text(["sns:Publish"]).to_json()
    assert statement["Effect"] == "Deny"
    assert statement["Principal"] == {"AWS": "*"}
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def _role(service: str) -> Template:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        role = Role(stack, "role", name="r", service=service, account=site.account, description="d")
        role.add(Statement(sid="One", actions=["s3:GetObject"]))
        role.add(Statement(sid="Two", actions=["s3:PutObject"]))
        role.attach("managed", site.account.managed_policy("Some"))
        assert len(role.policies) == 2

    return Template.of(build)


def test_a_role_is_assumed_for_this_account_only() -> None:
    service = "vpc-flow-logs.amazonaws.com"
    trust = statements(_role(service).one("aws_iam_role")["assume_role_policy"])["AssumedByService"]
    assert "aws:SourceAccount" in trust["Condition"]["StringEquals"]
    assert trust["Principal"] == {"Service": service}


@pytest.mark.parametrize("service", ["backup.amazonaws.com", "lambda.amazonaws.com", "sns.amazonaws.com"])
def test_who_does_not_say_for_which_account_it_takes_a_role_can_take_it(service: str) -> None:
    trust = statements(_role(service).one("aws_iam_role")["assume_role_policy"])
    assert "Condition" not in trust["AssumedByService"]


def test_a_role_collects_its_grants_in_one_policy() -> None:
    template = _role("backup.amazonaws.com")
    assert set(statements(template.one("aws_iam_policy")["policy"])) == {"One", "Two"}
    granted = template.one("aws_iam_role_policy_attachment", "role/granted")
    assert granted["policy_arn"] == f"${{{template.address('aws_iam_policy', 'role/policy')}.arn}}"
    managed = template.one("aws_iam_role_policy_attachment", "role/managed")
    assert managed["policy_arn"].endswith(":iam::aws:policy/Some")


def test_tags_reach_what_can_be_tagged_and_a_resources_own_tags_win() -> None:
    def build(stack: TerraformStack) -> None:
        aws_provider(stack, region="eu-central-2")
        SnsTopic(stack, "topic", name="t", tags={"Project": "own", "Name": "t"})
        CloudwatchDashboard(stack, "dashboard", dashboard_name="d", dashboard_body="{}")
        tag_everything(stack, {"Project": "all", "CostCenter": "c"})

    template = Template.of(build)
    assert template.one("aws_sns_topic")["tags"] == {"Project": "own", "CostCenter": "c", "Name": "t"}
    assert "tags" not in template.one("aws_cloudwatch_dashboard")


def test_a_module_can_be_given_another_provider() -> None:
    def build(stack: TerraformStack) -> None:
        aws_provider(stack, region="us-east-1")
        second = aws_provider(stack, region="us-west-2", alias="west")
        SnsTopic(stack, "topic", name="t")
        use_provider(stack, second)

    template = Template.of(build)
    assert template.one("aws_sns_topic")["provider"] == "aws.west"
