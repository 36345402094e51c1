"""What the local AWS cannot answer is refused at once, by name."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.localcloud.server import Server

pytestmark = pytest.mark.server

Call = Callable[[Server], object]


def query(server: Server) -> object:
    return server.client("rds").describe_pending_maintenance_actions()


def ec2(server: Server) -> object:
    return server.client("ec2").describe_bundle_tasks()


def json_body(server: Server) -> object:
    return server.client("secretsmanager").validate_resource_policy(ResourcePolicy="{}")


def rest_json(server: Server) -> object:
    return server.client("backup").list_frameworks()


def rest_xml(server: Server) -> object:
    return server.client("route53").list_traffic_policies()


UNKNOWN = {
    query: "rds:DescribePendingMaintenanceActions",
    ec2: "ec2:DescribeBundleTasks",
    json_body: "secretsmanager:ValidateResourcePolicy",
    rest_json: "backup:ListFrameworks",
    rest_xml: "route53:ListTrafficPolicies",
}


def refused(call: Call, server: Server) -> Any:
    with pytest.raises(ClientError) as refusal:
        call(server)
    return refusal.value.response


@pytest.mark.parametrize(
    ("call", "name"), UNKNOWN.items(), ids=lambda value: getattr(value, "__name__", None)
)
def test_an_action_that_is_missing_is_named(call: Call, name: str, local_aws: Server) -> None:
    answer = refused(call, local_aws)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert answer["Error"]["Code"] == "NotImplemented"
    assert answer["Error"]["Message"] == f"the local AWS does not implement {name}"


def failing(server: Server) -> object:
    # moto takes for granted that the cluster is there.
    return server.client("emr").list_steps(ClusterId="none")


def test_a_failure_of_moto_is_named(local_aws: Server) -> None:
    answer = refused(failing, local_aws)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert answer["Error"]["Code"] == "LocalAwsFailure"
    assert answer["Error"]["Message"] == "the local AWS failed in emr:ListSteps: KeyError: 'none'"
    assert "Traceback" in (local_aws.directory / "server.log").read_text()


@pytest.mark.parametrize("call", [*UNKNOWN, failing], ids=lambda call: call.__name__)
def test_moto_still_answers_what_clients_try_again_or_cannot_read(call: Call, plain_moto: Server) -> None:
    with pytest.raises((ClientError, ResponseParserError)) as refusal:
        call(plain_moto)
    if isinstance(refusal.value, ClientError):
        assert refusal.value.response["Error"]["Code"] in {"404", "500"}


def test_other_errors_stay_as_they_are(local_aws: Server) -> None:
    answer = refused(lambda server: server.client("s3").head_bucket(Bucket="none"), local_aws)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 404
    answer = refused(lambda server: server.client("s3").get_bucket_policy(Bucket="none"), local_aws)
    assert answer["Error"]["Code"] == "NoSuchBucket"
    answer = refused(
        lambda server: server.client("rds").describe_db_instances(DBInstanceIdentifier="none"), local_aws
    )
    assert answer["Error"]["Code"] == "DBInstanceNotFound"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{local_aws.endpoint}/moto-api/none", timeout=5)
