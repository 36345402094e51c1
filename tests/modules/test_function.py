from __future__ import annotations

import pytest
from cdktf import TerraformStack

from modules.function.dead_letters import DeadLetters
from modules.function.function import Code, IsolatedFunction, Surroundings
from tests.modules.site import Site, name
from tests.template import Template, statements

CODE = Code(
    folder="rotation_age",
    handler="rotation_age.handler.handler",
    environment={"SECRET_ARNS": "[]"},
    timeout_seconds=30,
    description="A function",
)


@pytest.fixture(scope="module")
def function() -> Template:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        within = Surroundings(
            name=name,
            account=site.account,
            network=site.network(),
            key=site.key,
            logs_key=site.key,
            log_retention_days=90,
            dead_letters=DeadLetters(stack, "dead-letters", name=name("dead-letters"), key=site.key),
        )
        made = IsolatedFunction(stack, "look-up", what="look-up", code=CODE, within=within)
        made.allow_invocation("sns", service="sns.amazonaws.com", source_arn=site.topic.arn)

    return Template.of(build)


def test_it_has_no_more_than_the_runtime_and_its_own_code(function: Template) -> None:
    made = function.one("aws_lambda_function")
    assert (made["function_name"], made["timeout"]) == ("dr-look-up-test", 30)
    assert (made["runtime"], made["architectures"]) == ("python3.12", ["arm64"])


def test_its_log_is_encrypted_kept_and_the_only_one_it_writes(function: Template) -> None:
    group = function.one("aws_cloudwatch_log_group", "look-up/logs")
    assert (group["name"], group["retention_in_days"]) == ("/aws/lambda/dr-look-up-test", 90)
    assert group["kms_key_id"].startswith("${aws_kms_key.")
    policy = statements(function.one("aws_iam_policy", "look-up/role/policy")["policy"])
    address = function.address("aws_cloudwatch_log_group", "look-up/logs")
    assert policy["WriteLogs"]["Resource"] == f"${{{address}.arn}}:*"


def test_its_key_lets_it_read_its_environment_and_nothing_else(function: Template) -> None:
    granted = statements(function.one("aws_kms_key")["policy"])["LookUpFunction"]
    assert granted["Action"] == "kms:Decrypt"
    (arn,) = granted["Condition"]["StringEquals"].values()
    assert granted["Condition"].keys() == {"StringEquals"}
    assert granted["Condition"]["StringEquals"].keys() == {"kms:EncryptionContext:aws:lambda:FunctionArn"}
    assert arn.endswith(":function:dr-look-up-test")


def test_a_service_calls_it_for_one_resource_of_this_account(function: Template) -> None:
    permission = function.one("aws_lambda_permission")
    assert permission["principal"] == "sns.amazonaws.com"
    assert "aws_sns_topic." in permission["source_arn"]
    assert permission["source_account"].startswith("${data.aws_caller_identity.")


def test_it_reaches_aws_through_the_endpoints_and_nothing_else(function: Template) -> None:
    group = function.address("aws_security_group", "look-up-security-group/group")
    ways_out = [
        rule
        for rule in function.all("aws_vpc_security_group_egress_rule")
        if group in rule["security_group_id"]
    ]
    assert [rule["from_port"] for rule in ways_out] == [443]


def test_dead_letters_are_encrypted_kept_for_two_weeks_and_sent_over_tls(function: Template) -> None:
    queue = function.one("aws_sqs_queue")
    assert queue["kms_master_key_id"].startswith("${aws_kms_key.")
    assert queue["message_retention_seconds"] == 14 * 24 * 3600
    (statement,) = statements(function.one("aws_sqs_queue_policy")["policy"]).values()
    assert (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
