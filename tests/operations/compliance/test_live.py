"""Readers of AWS: what they say of a small deployed system in the local AWS, and of what is not there."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from environments.problem import Problem
from operations.compliance.graph import UNKNOWN, Graph
from operations.compliance.live import reading
from operations.compliance.rules import checks
from operations.compliance.verdicts import Verdict
from tests.localcloud.server import REGION, Server
from tests.localcloud.test_rds_clusters import create as create_cluster
from tests.operations.conftest import enter

pytestmark = pytest.mark.server


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"values": {"root_module": {"resources": list(resources)}}}


def resource(address: str, mode: str = "managed", **values: Any) -> dict[str, Any]:
    type_ = address.removeprefix("data.").split(".")[0]
    return {"address": address, "mode": mode, "type": type_, "values": values}


@pytest.fixture
def aws(local_aws: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    enter(local_aws, monkeypatch)
    return local_aws


def read(*resources: dict[str, Any]) -> Graph:
    return reading.graph(state(*resources), name="test", region=REGION)


def verdict(graph: Graph, check: str) -> Verdict:
    (finding,) = checks()[check](graph)
    return finding.verdict


def test_a_reference_is_found_by_what_the_other_is_called(aws: Server) -> None:
    kms, logs = aws.client("kms"), aws.client("logs")
    key = kms.create_key()["KeyMetadata"]
    name = f"/test/{uuid.uuid4()}"
    logs.create_log_group(logGroupName=name, kmsKeyId=key["Arn"])
    found = [
        resource("aws_kms_key.k", arn=key["Arn"], id=key["KeyId"]),
        resource('aws_cloudwatch_log_group.g["a"]', name=name, id=name, kms_key_id="not what AWS says"),
    ]
    graph = read(*found)
    (group,) = graph.all("aws_cloudwatch_log_group")
    assert group.references["kms_key_id"] == {"aws_kms_key.k"}
    assert verdict(graph, "logs.encrypted") is Verdict.PASS
    assert verdict(graph, "logs.kept_a_year") is Verdict.PASS
    assert verdict(graph, "keys.rotated") is Verdict.FAIL
    kms.enable_key_rotation(KeyId=key["Arn"], RotationPeriodInDays=90)
    assert verdict(read(*found), "keys.rotated") is Verdict.PASS
    (finding,) = checks()["keys.deleted_late"](read(*found))
    assert finding.verdict is Verdict.NEEDS_RUNTIME
    assert finding.evidence == "no API of AWS shows it"


def test_a_rule_that_was_added_by_hand_is_seen(aws: Server) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName=f"g-{uuid.uuid4()}", Description="test", VpcId=vpc)["GroupId"]
    found = [resource("aws_security_group.g", id=group)]
    assert verdict(read(*found), "security_groups.no_ssh") is Verdict.NOT_APPLICABLE
    ec2.authorize_security_group_ingress(
        GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0"
    )
    assert verdict(read(*found), "security_groups.no_ssh") is Verdict.FAIL


def test_buckets_are_described_with_what_is_beside_them(aws: Server) -> None:
    s3 = aws.client("s3")
    name = f"bucket-{uuid.uuid4()}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    block = dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=block)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    graph = read(
        resource("aws_s3_bucket.b", id=name, bucket=name),
        resource("aws_s3_bucket_public_access_block.p", id=name, bucket=name),
        resource("aws_s3_bucket_versioning.v", id=name, bucket=name),
    )
    assert verdict(graph, "buckets.public_access_blocked") is Verdict.PASS
    assert verdict(graph, "buckets.versioned") is Verdict.PASS
    assert verdict(graph, "buckets.tls_only") is Verdict.FAIL


def test_an_existing_entry_has_a_key_here(aws: Server) -> None:
    secrets = aws.client("secretsmanager")
    arn = secrets.create_secret(Name=f"entry-{uuid.uuid4()}", SecretString=json.dumps({"password": "p"}))[
        "ARN"
    ]
    graph = read(resource("data.aws_secretsmanager_secret.s", "data", arn=arn, id=arn))
    assert verdict(graph, "secrets.own_key") is Verdict.FAIL


def test_a_cluster_is_known_by_its_group_and_its_instances(aws: Server) -> None:
    rds, cloudwatch = aws.client("rds"), aws.client("cloudwatch")
    group = f"parameters-{uuid.uuid4().hex[:8]}"
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=group, DBParameterGroupFamily="mysql8.0", Description="parameters"
    )
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName=group,
        Parameters=[{"ParameterName": "require_secure_transport", "ParameterValue": "1"}],
    )
    made = create_cluster(aws, DBClusterParameterGroupName=group, StorageEncrypted=True)
    name, (member, *_) = made["DBClusterIdentifier"], made["DBClusterMembers"]
    dimension = {"Name": "DBInstanceIdentifier", "Value": member["DBInstanceIdentifier"]}
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        MetricName="CPUUtilization",
        Namespace="AWS/RDS",
        Dimensions=[dimension],
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
    )
    try:
        graph = read(
            resource("aws_rds_cluster.c", cluster_identifier=name, id=name, arn=made["DBClusterArn"]),
            resource("aws_rds_cluster_parameter_group.p", name=group, id=group),
            resource("aws_cloudwatch_metric_alarm.a", alarm_name=name, id=name),
        )
        assert verdict(graph, "cluster.encrypted") is Verdict.PASS
        assert verdict(graph, "cluster.several_zones") is Verdict.PASS
        assert verdict(graph, "database.mysql_tls") is Verdict.PASS
        assert verdict(graph, "database.monitored") is Verdict.FAIL
        (watched,) = checks()["alarms.databases_watched"](graph)
        assert "CPUUtilization" not in str(watched.evidence)
        assert "FreeStorageSpace" in str(watched.evidence)
    finally:
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


def test_a_type_without_a_reader_is_not_known(aws: Server) -> None:
    graph = read(resource("aws_unheard_of.it", id="it"))
    (found,) = graph.resources
    assert found.value("anything") is UNKNOWN


@pytest.mark.parametrize(
    "gone",
    [
        resource("aws_kms_key.k", arn=f"arn:aws:kms:{REGION}:123456789012:key/{uuid.uuid4()}"),
        resource("aws_db_instance.d", identifier="gone"),
        resource("aws_db_parameter_group.g", name="gone"),
        resource("aws_rds_cluster.c", cluster_identifier="gone"),
        resource("aws_rds_cluster_parameter_group.g", name="gone"),
        resource("aws_db_event_subscription.s", name="gone"),
        resource("aws_vpc.v", id="vpc-00000000"),
        resource("aws_subnet.s", id="subnet-00000000"),
        resource("aws_internet_gateway.g", id="igw-00000000"),
        resource("aws_route_table.t", id="rtb-00000000"),
        resource("aws_route.r", route_table_id="rtb-00000000", destination_cidr_block="0.0.0.0/0"),
        resource("aws_flow_log.f", id="fl-00000000"),
        resource("aws_security_group.g", id="sg-00000000"),
        resource("aws_backup_plan.p", id="gone"),
        resource("aws_backup_vault.v", name="gone"),
        resource("aws_backup_vault_lock_configuration.l", backup_vault_name="gone"),
        resource("aws_efs_file_system.f", id="fs-00000000"),
        resource("aws_efs_access_point.a", id="fsap-00000000"),
        resource("aws_cloudwatch_metric_alarm.a", alarm_name="gone"),
        resource("aws_cloudwatch_composite_alarm.a", alarm_name="gone"),
        resource("aws_cloudwatch_log_group.g", name="gone"),
        resource("aws_cloudwatch_event_rule.r", name="gone"),
        resource("aws_cloudwatch_event_target.t", rule="gone", target_id="gone"),
        resource("aws_iam_role.r", name="gone"),
        resource("aws_iam_policy.p", arn="arn:aws:iam::123456789012:policy/gone"),
        resource("aws_lambda_function.f", function_name="gone"),
        resource("aws_lambda_permission.p", function_name="gone", statement_id="gone"),
        resource("aws_sns_topic.t", arn=f"arn:aws:sns:{REGION}:123456789012:gone"),
        resource("aws_sqs_queue.q", url="http://127.0.0.1/123456789012/gone"),
        resource("aws_secretsmanager_secret.s", arn="gone"),
        resource("aws_secretsmanager_secret_rotation.r", secret_id="gone"),
        resource("aws_secretsmanager_secret_policy.p", secret_arn="gone"),
        resource("aws_s3_bucket.b", bucket="gone-from-here"),
        resource("aws_s3_bucket_policy.b", bucket="gone-from-here"),
    ],
    ids=lambda gone: str(gone["type"]),
)
def test_what_aws_does_not_have_is_told(gone: dict[str, Any], aws: Server) -> None:
    with pytest.raises(Problem, match="AWS does not have what the state of test names") as told:
        read(gone)
    assert gone["address"] in str(told.value)


def test_a_system_that_is_not_deployed_is_told() -> None:
    with pytest.raises(Problem, match="test is not deployed"):
        reading.graph({"format_version": "1.0"}, name="test", region=REGION)
