"""Lambda: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import base64
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from tests.localcloud.server import Server

pytestmark = pytest.mark.server

ACCOUNT = "123456789012"
Check = Callable[[Server], None]


def package(code: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("app.py", code)
    return content.getvalue()


def create(server: Server, code: str = "def handler(event, context): return event", **settings: Any) -> str:
    """A function; its name."""
    iam, name = server.client("iam"), f"f-{uuid.uuid4().hex[:8]}"
    trust = {
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ]
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    server.client("lambda").create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.12",
        Handler="app.handler",
        Code={"ZipFile": package(code)},
        **settings,
    )
    return name


def invoke(server: Server, name: str, event: object = None, **settings: Any) -> dict[str, Any]:
    answer = server.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), **settings)
    return {**answer, "Payload": answer["Payload"].read()}


def log(server: Server, group: str) -> list[str]:
    client = server.client("logs")
    return [
        event["message"]
        for stream in client.describe_log_streams(logGroupName=group)["logStreams"]
        for event in client.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])[
            "events"
        ]
    ]


def the_code_runs(server: Server) -> None:
    name = create(server, "def handler(event, context): return {'sum': sum(event['numbers'])}")
    assert json.loads(invoke(server, name, {"numbers": [1, 2, 3]})["Payload"]) == {"sum": 6}


def an_error_is_answered_as_one(server: Server) -> None:
    name = create(server, "def handler(event, context): raise ValueError('wrong')")
    answer = invoke(server, name, LogType="Tail")
    assert answer.get("FunctionError") == "Unhandled"
    assert json.loads(answer["Payload"])["errorMessage"] == "wrong"
    assert b"[ERROR] ValueError: wrong" in base64.b64decode(answer["LogResult"])


def the_log_is_in_the_group_that_is_configured(server: Server) -> None:
    group = f"/holdfast/{uuid.uuid4().hex}"
    server.client("logs").create_log_group(logGroupName=group)
    name = create(
        server,
        "def handler(event, context): print('hello', event)",
        LoggingConfig={"LogFormat": "JSON", "LogGroup": group},
    )
    invoke(server, name, 1)
    assert "hello 1" in log(server, group)


def the_function_reaches_the_local_aws(server: Server) -> None:
    name = create(
        server,
        "import boto3, os\ndef handler(event, context):\n"
        "    arn = boto3.client('sns').create_topic(Name=os.environ['TOPIC'])['TopicArn']\n    return arn",
        Environment={"Variables": {"TOPIC": "made-by-a-function"}},
        Timeout=20,
    )
    arn = f"arn:aws:sns:eu-central-2:{ACCOUNT}:made-by-a-function"
    assert json.loads(invoke(server, name)["Payload"]) == arn
    assert arn in [topic["TopicArn"] for topic in server.client("sns").list_topics()["Topics"]]


def the_dead_letter_target_is_kept(server: Server) -> None:
    target = f"arn:aws:sns:eu-central-2:{ACCOUNT}:failures"
    name = create(server, DeadLetterConfig={"TargetArn": target})
    client = server.client("lambda")
    assert client.get_function_configuration(FunctionName=name).get("DeadLetterConfig") == {
        "TargetArn": target
    }
    client.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": ""})
    assert "DeadLetterConfig" not in client.get_function_configuration(FunctionName=name)


def a_failed_asynchronous_call_reaches_the_dead_letter_target(server: Server) -> None:
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=f"failures-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    name = create(
        server, "def handler(event, context): raise ValueError", DeadLetterConfig={"TargetArn": arn}
    )
    assert invoke(server, name, {"lost": True}, InvocationType="Event")["StatusCode"] == 202
    deadline = time.monotonic() + 20
    while not (messages := sqs.receive_message(QueueUrl=url).get("Messages", [])):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert json.loads(messages[0]["Body"]) == {"lost": True}


def the_logging_configuration_is_kept(server: Server) -> None:
    name = create(server, LoggingConfig={"LogFormat": "JSON", "LogGroup": "/own"})
    config = server.client("lambda").get_function_configuration(FunctionName=name).get("LoggingConfig", {})
    assert (config.get("LogFormat"), config.get("LogGroup")) == ("JSON", "/own")


def key_tracing_and_storage_can_be_changed(server: Server) -> None:
    client, name = server.client("lambda"), create(server)
    changes = {
        "KMSKeyArn": "arn:aws:kms:eu-central-2:123456789012:key/k",
        "TracingConfig": {"Mode": "Active"},
    }
    client.update_function_configuration(FunctionName=name, **changes, EphemeralStorage={"Size": 1024})
    found = client.get_function_configuration(FunctionName=name)
    assert {setting: found.get(setting) for setting in changes} == changes
    assert found["EphemeralStorage"] == {"Size": 1024}


def the_architecture_can_be_changed_with_the_code(server: Server) -> None:
    client, name = server.client("lambda"), create(server)
    client.update_function_code(FunctionName=name, ZipFile=package(""), Architectures=["arm64"])
    assert client.get_function_configuration(FunctionName=name)["Architectures"] == ["arm64"]


def the_vpc_is_that_of_its_subnets(server: Server) -> None:
    ec2 = server.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="f", Description="f", VpcId=vpc)["GroupId"]
    name = create(server, VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]})
    assert server.client("lambda").get_function_configuration(FunctionName=name)["VpcConfig"]["VpcId"] == vpc


GAPS: list[Check] = [
    the_code_runs,
    an_error_is_answered_as_one,
    the_log_is_in_the_group_that_is_configured,
    the_function_reaches_the_local_aws,
    the_dead_letter_target_is_kept,
    a_failed_asynchronous_call_reaches_the_dead_letter_target,
    the_logging_configuration_is_kept,
    key_tracing_and_storage_can_be_changed,
    the_architecture_can_be_changed_with_the_code,
    the_vpc_is_that_of_its_subnets,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, KeyError, ValueError)):
        check(plain_moto)


def test_what_is_not_configured_has_lambdas_defaults(local_aws: Server) -> None:
    found = local_aws.client("lambda").get_function_configuration(FunctionName=(name := create(local_aws)))
    assert found["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}
    assert found["VpcConfig"]["SubnetIds"] == []
    assert "DeadLetterConfig" not in found


def test_a_dry_run_does_not_run_the_code(local_aws: Server) -> None:
    name = create(local_aws, "def handler(event, context): raise ValueError")
    answer = invoke(local_aws, name, InvocationType="DryRun")
    assert (answer["StatusCode"], answer.get("FunctionError")) == (204, None)
