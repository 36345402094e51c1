"""RDS: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from localcloud.gaps.rds import NEWEST_MINOR
from modules import facts
from tests.localcloud.server import Server, free_port

pytestmark = pytest.mark.server

Check = Callable[[Server], None]


def new_name(kind: str) -> str:
    return f"{kind}-{uuid.uuid4().hex[:8]}"


def create(server: Server, **settings: Any) -> dict[str, Any]:
    """An instance; MySQL, because no server is started for it."""
    name = new_name("db")
    server.client("rds").create_db_instance(
        **{
            "DBInstanceIdentifier": name,
            "DBInstanceClass": "db.t3.micro",
            "Engine": "mysql",
            "EngineVersion": "8.0.35",
            "AllocatedStorage": 20,
            "MasterUsername": "administrator",
            "MasterUserPassword": "some-password",
            **settings,
        }
    )
    return describe(server, name)


def describe(server: Server, name: str) -> dict[str, Any]:
    return dict(server.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])


def modify(server: Server, name: str, **settings: Any) -> dict[str, Any]:
    server.client("rds").modify_db_instance(DBInstanceIdentifier=name, ApplyImmediately=True, **settings)
    return describe(server, name)


def subnet_group(server: Server, zones: str = "abc") -> str:
    ec2, name = server.client("ec2"), new_name("subnets")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"eu-central-2{zone}")
        for index, zone in enumerate(zones)
    ]
    server.client("rds").create_db_subnet_group(
        DBSubnetGroupName=name,
        DBSubnetGroupDescription="subnets",
        SubnetIds=[subnet["Subnet"]["SubnetId"] for subnet in subnets],
    )
    return name


def subscription(server: Server, **settings: Any) -> dict[str, Any]:
    topic = server.client("sns").create_topic(Name="events")["TopicArn"]
    return dict(
        server.client("rds").create_event_subscription(
            SubscriptionName=new_name("events"), SnsTopicArn=topic, SourceType="db-instance", **settings
        )["EventSubscription"]
    )


def parameter_group(server: Server) -> str:
    name = new_name("parameters")
    server.client("rds").create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="parameters"
    )
    server.client("rds").modify_db_parameter_group(
        DBParameterGroupName=name,
        Parameters=[
            {"ParameterName": "log_statement", "ParameterValue": "ddl", "ApplyMethod": "immediate"},
            {"ParameterName": "max_connections", "ParameterValue": "100", "ApplyMethod": "pending-reboot"},
        ],
    )
    return name


def each_instance_has_an_id_of_its_own(server: Server) -> None:
    first, second = create(server), create(server)
    assert first["DbiResourceId"] != second["DbiResourceId"]
    replica = new_name("replica")
    server.client("rds").create_db_instance_read_replica(
        DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=first["DBInstanceIdentifier"]
    )
    assert describe(server, replica)["DbiResourceId"] != first["DbiResourceId"]


def performance_insights_are_kept(server: Server) -> None:
    key = f"arn:aws:kms:eu-central-2:123456789012:key/{uuid.uuid4()}"
    made = create(server, EnablePerformanceInsights=True, PerformanceInsightsKMSKeyId=key)
    assert made.get("PerformanceInsightsEnabled") is True
    assert made["PerformanceInsightsKMSKeyId"] == key
    assert made["PerformanceInsightsRetentionPeriod"] == 7
    longer = modify(server, made["DBInstanceIdentifier"], PerformanceInsightsRetentionPeriod=731)
    assert longer["PerformanceInsightsRetentionPeriod"] == 731


def extended_support_is_kept(server: Server) -> None:
    made = create(server, EngineLifecycleSupport="open-source-rds-extended-support-disabled")
    assert made.get("EngineLifecycleSupport") == "open-source-rds-extended-support-disabled"


def windows_may_touch(server: Server) -> None:
    create(
        server, PreferredBackupWindow="03:00-04:00", PreferredMaintenanceWindow="sun:04:00-sun:05:00"
    )  # fmt: skip


def a_new_port_is_taken(server: Server) -> None:
    made = create(server)
    assert modify(server, made["DBInstanceIdentifier"], DBPortNumber=3307)["Endpoint"]["Port"] == 3307


def a_forced_failover_moves_the_zone(server: Server) -> None:
    made = create(server, MultiAZ=True, DBSubnetGroupName=subnet_group(server))
    before = (made["AvailabilityZone"], made.get("SecondaryAvailabilityZone"))
    server.client("rds").reboot_db_instance(
        DBInstanceIdentifier=made["DBInstanceIdentifier"], ForceFailover=True
    )
    after = describe(server, made["DBInstanceIdentifier"])
    assert (after.get("SecondaryAvailabilityZone"), after["AvailabilityZone"]) == before


def a_single_instance_cannot_fail_over(server: Server) -> None:
    with pytest.raises(ClientError, match="not configured for Multi-AZ"):
        server.client("rds").reboot_db_instance(
            DBInstanceIdentifier=create(server)["DBInstanceIdentifier"], ForceFailover=True
        )


def the_zone_is_one_of_the_subnets(server: Server) -> None:
    assert create(server, DBSubnetGroupName=subnet_group(server, "bc"))["AvailabilityZone"] == "eu-central-2b"


def gp3_has_its_baseline(server: Server) -> None:
    small, large = (create(server, StorageType="gp3", AllocatedStorage=size) for size in (100, 400))
    assert (small.get("Iops"), small.get("StorageThroughput")) == (3000, 125)
    assert (large.get("Iops"), large.get("StorageThroughput")) == (12000, 500)


def a_major_version_gets_a_minor_one(server: Server) -> None:
    made = create(server, Engine="postgres", EngineVersion="16", Port=free_port())
    assert made["EngineVersion"].startswith("16.")


def a_final_snapshot_needs_a_name(server: Server) -> None:
    rds, name = server.client("rds"), create(server)["DBInstanceIdentifier"]
    with pytest.raises(ClientError, match="FinalDBSnapshotIdentifier is required"):
        rds.delete_db_instance(DBInstanceIdentifier=name)
    rds.delete_db_instance(DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=f"{name}-final")
    assert rds.describe_db_snapshots(DBSnapshotIdentifier=f"{name}-final")["DBSnapshots"]


def a_subscription_is_enabled(server: Server) -> None:
    assert subscription(server)["Enabled"] is True
    assert subscription(server, Enabled=False)["Enabled"] is False


def a_subscription_can_be_changed(server: Server) -> None:
    rds, name = server.client("rds"), subscription(server, SourceIds=["one"])["CustSubscriptionId"]
    rds.modify_event_subscription(SubscriptionName=name, EventCategories=["failover"], Enabled=False)
    rds.add_source_identifier_to_subscription(SubscriptionName=name, SourceIdentifier="two")
    rds.remove_source_identifier_from_subscription(SubscriptionName=name, SourceIdentifier="one")
    found = rds.describe_event_subscriptions(SubscriptionName=name)["EventSubscriptionsList"][0]
    assert (found["EventCategoriesList"], found["Enabled"]) == (["failover"], False)
    assert found["SourceIdsList"] == ["two"]


def authorities_are_described(server: Server) -> None:
    answer = server.client("rds").describe_certificates()
    assert "rds-ca-rsa2048-g1" in [one["CertificateIdentifier"] for one in answer["Certificates"]]
    assert all(one["ValidTill"].year > 2060 for one in answer["Certificates"])


def the_authority_can_be_overridden(server: Server) -> None:
    rds = server.client("rds")
    rds.modify_certificates(CertificateIdentifier="rds-ca-ecc384-g1")
    assert rds.describe_certificates()["DefaultCertificateForNewLaunches"] == "rds-ca-ecc384-g1"
    rds.modify_certificates(RemoveCustomerOverride=True)
    assert rds.describe_certificates()["DefaultCertificateForNewLaunches"] == "rds-ca-rsa2048-g1"


def what_was_set_comes_from_the_user(server: Server) -> None:
    found = server.client("rds").describe_db_parameters(DBParameterGroupName=parameter_group(server))
    assert {one.get("Source") for one in found["Parameters"]} == {"user"}


def parameters_can_be_reset(server: Server) -> None:
    rds, name = server.client("rds"), parameter_group(server)
    one = {"ParameterName": "log_statement", "ApplyMethod": "immediate"}
    rds.reset_db_parameter_group(DBParameterGroupName=name, Parameters=[one])
    left = rds.describe_db_parameters(DBParameterGroupName=name)["Parameters"]
    assert [parameter["ParameterName"] for parameter in left] == ["max_connections"]
    rds.reset_db_parameter_group(DBParameterGroupName=name, ResetAllParameters=True)
    assert not rds.describe_db_parameters(DBParameterGroupName=name)["Parameters"]


def a_replica_has_no_standby_without_asking(server: Server) -> None:
    source = create(server, MultiAZ=True)["DBInstanceIdentifier"]
    cases: list[tuple[dict[str, Any], bool]] = [({}, False), ({"MultiAZ": True}, True)]
    for asked, expected in cases:
        name = new_name("replica")
        server.client("rds").create_db_instance_read_replica(
            DBInstanceIdentifier=name,
            SourceDBInstanceIdentifier=source,
            **asked,
        )
        assert describe(server, name)["MultiAZ"] is expected


GAPS: list[Check] = [
    each_instance_has_an_id_of_its_own,
    performance_insights_are_kept,
    extended_support_is_kept,
    windows_may_touch,
    a_new_port_is_taken,
    a_forced_failover_moves_the_zone,
    a_single_instance_cannot_fail_over,
    the_zone_is_one_of_the_subnets,
    gp3_has_its_baseline,
    a_major_version_gets_a_minor_one,
    a_final_snapshot_needs_a_name,
    a_replica_has_no_standby_without_asking,
    a_subscription_is_enabled,
    a_subscription_can_be_changed,
    authorities_are_described,
    the_authority_can_be_overridden,
    what_was_set_comes_from_the_user,
    parameters_can_be_reset,
]


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(local_aws: Server) -> Iterator[None]:
    yield
    rds = local_aws.client("rds")
    # Replicas were made after their sources.
    for instance in reversed(rds.describe_db_instances()["DBInstances"]):
        rds.delete_db_instance(DBInstanceIdentifier=instance["DBInstanceIdentifier"], SkipFinalSnapshot=True)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception, ClientError, ResponseParserError)):
        check(plain_moto)


def test_the_newest_minor_versions_are_those_of_the_facts() -> None:
    assert {major: facts.latest_minor(major) for major in NEWEST_MINOR} == NEWEST_MINOR
    assert {version.split(".")[0] for version in facts.postgres_versions()} - {"10", "11"} == set(
        NEWEST_MINOR
    )


def test_deletion_protection_is_honoured(local_aws: Server) -> None:
    rds, name = local_aws.client("rds"), create(local_aws, DeletionProtection=True)["DBInstanceIdentifier"]
    with pytest.raises(ClientError, match="disable deletion protection"):
        rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    modify(local_aws, name, DeletionProtection=False)


def test_an_overlap_of_the_windows_is_refused(local_aws: Server) -> None:
    with pytest.raises(ClientError, match="must not overlap"):
        create(
            local_aws, PreferredBackupWindow="03:00-04:01", PreferredMaintenanceWindow="sun:04:00-sun:05:00"
        )


def test_an_unknown_authority_is_refused(local_aws: Server) -> None:
    for call in ("describe_certificates", "modify_certificates"):
        with pytest.raises(ClientError, match="Certificate not found"):
            getattr(local_aws.client("rds"), call)(CertificateIdentifier="rds-ca-2019")


def test_an_unknown_parameter_group_is_not_reset(local_aws: Server) -> None:
    with pytest.raises(ClientError, match="DBParameterGroupNotFound"):
        local_aws.client("rds").reset_db_parameter_group(DBParameterGroupName="none", ResetAllParameters=True)
