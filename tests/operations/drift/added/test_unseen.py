"""What no refresh shows: AWS is asked, and each command takes away what it names."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from typing import Any

import pytest

from environments.problem import Problem
from operations.drift.added import unseen
from operations.drift.added.model import Added
from tests.aws_cli import run
from tests.localcloud.server import REGION, Server
from tests.operations.drift.added.finding import parts_of

pytestmark = pytest.mark.server

ACCOUNT = "123456789012"


@pytest.fixture
def name() -> str:
    return f"drift-{uuid.uuid4().hex[:8]}"


def look(type_: str, values: dict[str, Any], **parts: dict[str, Any]) -> list[Added]:
    return unseen.Asking()(type_, values, parts_of(**parts))


def undo(aws: Server, command: str | None) -> None:
    run(command or "", aws.client)


def test_a_receiver_of_a_topic(aws: Server, name: str) -> None:
    sns = aws.client("sns")
    arn = sns.create_topic(Name=name)["TopicArn"]
    topic = {"id": arn, "arn": arn, "name": name}
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="operations@example.org")
    ours = {"topic_arn": arn, "protocol": "email", "endpoint": "operations@example.org"}
    assert look("aws_sns_topic", topic, aws_sns_topic_subscription=ours) == []
    sns.subscribe(TopicArn=arn, Protocol="https", Endpoint="https://hooks.example.org/planted-token")
    (found,) = look("aws_sns_topic", topic, aws_sns_topic_subscription=ours)
    assert found.name == "https https://hooks.example.org/..."
    undo(aws, found.command)
    assert look("aws_sns_topic", topic, aws_sns_topic_subscription=ours) == []


def test_a_caller_of_a_function(aws: Server, name: str) -> None:
    functions = aws.client("lambda")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return 1\n")
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}
    role = aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    made = functions.create_function(
        FunctionName=name,
        Role=role["Arn"],
        Runtime="python3.12",
        Handler="app.handler",
        Code={"ZipFile": code.getvalue()},
    )
    function = {"function_name": name, "arn": made["FunctionArn"], "id": name}
    assert look("aws_lambda_function", function) == []
    for statement, service in (("ours", "events"), ("by-hand", "sns")):
        functions.add_permission(
            FunctionName=name,
            StatementId=statement,
            Action="lambda:InvokeFunction",
            Principal=f"{service}.amazonaws.com",
        )
    ours = {"function_name": made["FunctionArn"], "statement_id": "ours"}
    (found,) = look("aws_lambda_function", function, aws_lambda_permission=ours)
    assert found.name == "by-hand"
    assert "sns.amazonaws.com" in str(found.value)
    undo(aws, found.command)
    assert look("aws_lambda_function", function, aws_lambda_permission=ours) == []


def test_a_grant_of_a_key(aws: Server) -> None:
    kms = aws.client("kms")
    made = kms.create_key()["KeyMetadata"]
    key = {"id": made["KeyId"], "key_id": made["KeyId"], "arn": made["Arn"]}
    role = f"arn:aws:iam::{ACCOUNT}:role"
    for grantee, constraints in (
        ("rds.eu-central-2.amazonaws.com", {}),
        (f"{role}/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", {}),
        (f"{role}/rotation", {"EncryptionContextEquals": {"aws:lambda:FunctionArn": "arn:f"}}),
        (f"{role}/somebody", {}),
    ):
        kms.create_grant(
            KeyId=made["KeyId"],
            GranteePrincipal=grantee,
            Operations=["Decrypt"],
            **({"Constraints": constraints} if constraints else {}),
        )
    (found,) = look("aws_kms_key", key)
    assert found.value == f"Decrypt to {role}/somebody"
    assert look("aws_kms_key", key, aws_kms_grant={"key_id": made["KeyId"], "grant_id": found.name}) == []
    undo(aws, found.command)
    assert look("aws_kms_key", key) == []


def test_a_reader_of_a_log(aws: Server, name: str) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName=name)
    aws.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    logs.put_subscription_filter(
        logGroupName=name,
        filterName="by-hand",
        filterPattern="",
        destinationArn=f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{name}",
    )
    group = {"name": name, "arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"}
    (found,) = look("aws_cloudwatch_log_group", group)
    assert found.name == "by-hand"
    ours = {"log_group_name": name, "name": "by-hand"}
    assert look("aws_cloudwatch_log_group", group, aws_cloudwatch_log_subscription_filter=ours) == []
    undo(aws, found.command)
    assert look("aws_cloudwatch_log_group", group) == []


def test_nothing_is_asked_about_others_and_what_is_gone_has_nothing(aws: Server) -> None:
    assert look("aws_vpc", {"arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-1"}) == []
    arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:{uuid.uuid4().hex}"
    assert look("aws_sns_topic", {"arn": arn}) == []


def test_without_an_answer_it_is_told(monkeypatch: pytest.MonkeyPatch, aws: Server) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Problem, match="AWS does not answer"):
        look("aws_sns_topic", {"arn": f"arn:aws:sns:{REGION}:{ACCOUNT}:it"})
