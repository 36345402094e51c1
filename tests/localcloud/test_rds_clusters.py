"""RDS: Multi-AZ clusters; each gap in moto is told apart from what we fill. They are of MySQL: no server is started for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.localcloud.server import Server
from tests.localcloud.test_rds import new_name, subnet_group

pytestmark = pytest.mark.server

Check = Callable[[Server], None]


def create(server: Server, **settings: Any) -> dict[str, Any]:
    """A cluster."""
    name = new_name("cluster")
    asked = {
        "DBClusterIdentifier": name,
        "DBClusterInstanceClass": "db.m6gd.large",
        "Engine": "mysql",
        "EngineVersion": "8.0.35",
        "AllocatedStorage": 100,
        "Iops": 3000,
        "StorageType": "gp3",
        "MasterUsername": "administrator",
        "MasterUserPassword": "some-password",
        "DBSubnetGroupName": subnet_group(server),
        **settings,
    }
    server.client("rds").create_db_cluster(**{key: value for key, value in asked.items() if value})
    return describe(server, name)


def describe(server: Server, name: str) -> dict[str, Any]:
    return dict(server.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])


def instances(server: Server, cluster: str) -> list[dict[str, Any]]:
    found = server.client("rds").describe_db_instances()["DBInstances"]
    return [one for one in found if one.get("DBClusterIdentifier") == cluster]


def refuses(what: str, call: Callable[..., Any], **settings: Any) -> None:
    with pytest.raises(ClientError, match=what):
        call(**settings)


def it_has_a_writer_and_two_readers_in_three_zones(server: Server) -> None:
    made = create(server)
    assert sorted(one["IsClusterWriter"] for one in made["DBClusterMembers"]) == [False, False, True]
    found = instances(server, made["DBClusterIdentifier"])
    assert {one["AvailabilityZone"] for one in found} == set(made["AvailabilityZones"])
    assert {one["DBInstanceClass"] for one in found} == {"db.m6gd.large"}
    assert (len(found), {one["StorageType"] for one in found}) == (3, {"gp3"})
    assert made["MultiAZ"] is True


def a_failover_makes_a_reader_the_writer(server: Server) -> None:
    def writer(cluster: dict[str, Any]) -> str:
        (found,) = [one for one in cluster["DBClusterMembers"] if one["IsClusterWriter"]]
        return str(found["DBInstanceIdentifier"])

    made = create(server)
    name = made["DBClusterIdentifier"]
    server.client("rds").failover_db_cluster(DBClusterIdentifier=name)
    assert writer(describe(server, name)) != writer(made)


def logins_with_tokens_are_possible(server: Server) -> None:
    assert create(server, EnableIAMDatabaseAuthentication=True)["IAMDatabaseAuthenticationEnabled"] is True


def what_observes_it_is_kept(server: Server) -> None:
    key, role = "arn:aws:kms:eu-central-2:123456789012:key/one", "arn:aws:iam::123456789012:role/monitoring"
    made = create(
        server,
        EnablePerformanceInsights=True,
        PerformanceInsightsKMSKeyId=key,
        MonitoringInterval=60,
        MonitoringRoleArn=role,
        CACertificateIdentifier="rds-ca-ecc384-g1",
        EngineLifecycleSupport="open-source-rds-extended-support-disabled",
    )
    assert (made["PerformanceInsightsEnabled"], made["PerformanceInsightsKMSKeyId"]) == (True, key)
    assert made["PerformanceInsightsRetentionPeriod"] == 7
    assert (made["MonitoringInterval"], made["MonitoringRoleArn"]) == (60, role)
    assert made["CertificateDetails"]["CAIdentifier"] == "rds-ca-ecc384-g1"
    assert made["EngineLifecycleSupport"] == "open-source-rds-extended-support-disabled"
    assert made["StorageThroughput"] == 125
    assert {one["MonitoringInterval"] for one in instances(server, made["DBClusterIdentifier"])} == {60}


def it_has_no_scaling_configuration(server: Server) -> None:
    assert "ScalingConfigurationInfo" not in create(server)


def its_instances_change_with_it(server: Server) -> None:
    name = create(server)["DBClusterIdentifier"]
    server.client("rds").modify_db_cluster(DBClusterIdentifier=name, DBClusterInstanceClass="db.m6gd.xlarge")
    assert [one["DBInstanceClass"] for one in instances(server, name)] == ["db.m6gd.xlarge"] * 3
    new = new_name("renamed")
    server.client("rds").modify_db_cluster(DBClusterIdentifier=name, NewDBClusterIdentifier=new)
    assert len(describe(server, new)["DBClusterMembers"]) == 3


def its_exported_logs_can_be_changed(server: Server) -> None:
    name = create(server, EnableCloudwatchLogsExports=["error", "general"])["DBClusterIdentifier"]
    server.client("rds").modify_db_cluster(
        DBClusterIdentifier=name,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["slowquery"], "DisableLogTypes": ["error"]},
    )
    assert sorted(describe(server, name)["EnabledCloudwatchLogsExports"]) == ["general", "slowquery"]


def its_instances_go_with_it_alone(server: Server) -> None:
    rds, name = server.client("rds"), create(server)["DBClusterIdentifier"]
    (one, *_) = instances(server, name)
    refuses(
        "keeps it",
        rds.delete_db_instance,
        DBInstanceIdentifier=one["DBInstanceIdentifier"],
        SkipFinalSnapshot=True,
    )
    refuses("FinalDBSnapshotIdentifier is required", rds.delete_db_cluster, DBClusterIdentifier=name)
    rds.delete_db_cluster(DBClusterIdentifier=name, FinalDBSnapshotIdentifier=f"{name}-final")
    assert instances(server, name) == []
    left = rds.describe_db_cluster_snapshots(DBClusterIdentifier=name)["DBClusterSnapshots"]
    assert [snapshot["DBClusterSnapshotIdentifier"] for snapshot in left] == [f"{name}-final"]


def a_protected_one_stays_whole(server: Server) -> None:
    name = create(server, DeletionProtection=True)["DBClusterIdentifier"]
    refuses(
        "Cannot delete protected Cluster",
        server.client("rds").delete_db_cluster,
        DBClusterIdentifier=name,
        SkipFinalSnapshot=True,
    )
    assert len(instances(server, name)) == 3


def only_the_cluster_has_backups(server: Server) -> None:
    rds, name = server.client("rds"), create(server)["DBClusterIdentifier"]
    assert rds.describe_db_cluster_snapshots(DBClusterIdentifier=name)["DBClusterSnapshots"]
    of_instances = {one["DBInstanceIdentifier"] for one in instances(server, name)}
    assert len(of_instances) == 3
    assert not [
        snapshot
        for snapshot in rds.describe_db_snapshots()["DBSnapshots"]
        if snapshot["DBInstanceIdentifier"] in of_instances
    ]


def it_reboots(server: Server) -> None:
    name = create(server)["DBClusterIdentifier"]
    rebooted = server.client("rds").reboot_db_cluster(DBClusterIdentifier=name)["DBCluster"]
    assert rebooted["DBClusterIdentifier"] == name


def what_aws_refuses_of_it_is_refused(server: Server) -> None:
    rds, name = server.client("rds"), create(server, Port=3307)["DBClusterIdentifier"]
    refuses("requires iops", lambda: create(server, Iops=None))
    refuses("3 Availability Zones", lambda: create(server, DBSubnetGroupName=subnet_group(server, "ab")))
    refuses("modify the port", rds.modify_db_cluster, DBClusterIdentifier=name, Port=3308)
    refuses("can't be stopped", rds.stop_db_cluster, DBClusterIdentifier=name)
    rds.create_db_cluster_snapshot(DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-one")
    refuses(
        "can't be copied",
        rds.copy_db_cluster_snapshot,
        SourceDBClusterSnapshotIdentifier=f"{name}-one",
        TargetDBClusterSnapshotIdentifier=f"{name}-two",
    )


def parameter_group(server: Server) -> str:
    name = new_name("parameters")
    rds = server.client("rds")
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="parameters"
    )
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName=name,
        Parameters=[
            {"ParameterName": "log_statement", "ParameterValue": "ddl", "ApplyMethod": "immediate"},
            {"ParameterName": "max_connections", "ParameterValue": "100", "ApplyMethod": "pending-reboot"},
        ],
    )
    return name


def what_was_set_in_its_group_comes_from_the_user(server: Server) -> None:
    found = server.client("rds").describe_db_cluster_parameters(
        DBClusterParameterGroupName=parameter_group(server)
    )
    assert [one.get("Source") for one in found["Parameters"]] == ["user", "user"]


def parameters_of_its_group_can_be_reset(server: Server) -> None:
    rds, name = server.client("rds"), parameter_group(server)
    rds.reset_db_cluster_parameter_group(
        DBClusterParameterGroupName=name,
        Parameters=[{"ParameterName": "log_statement", "ApplyMethod": "immediate"}],
    )
    left = rds.describe_db_cluster_parameters(DBClusterParameterGroupName=name)["Parameters"]
    assert [parameter["ParameterName"] for parameter in left] == ["max_connections"]


GAPS: list[Check] = [
    it_has_a_writer_and_two_readers_in_three_zones,
    a_failover_makes_a_reader_the_writer,
    logins_with_tokens_are_possible,
    what_observes_it_is_kept,
    it_has_no_scaling_configuration,
    its_instances_change_with_it,
    its_exported_logs_can_be_changed,
    its_instances_go_with_it_alone,
    a_protected_one_stays_whole,
    only_the_cluster_has_backups,
    it_reboots,
    what_aws_refuses_of_it_is_refused,
    what_was_set_in_its_group_comes_from_the_user,
    parameters_of_its_group_can_be_reset,
]


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(local_aws: Server) -> Iterator[None]:
    yield
    rds = local_aws.client("rds")
    for cluster in rds.describe_db_clusters()["DBClusters"]:
        name = cluster["DBClusterIdentifier"]
        if cluster["DeletionProtection"]:
            rds.modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=False)
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises(
        (AssertionError, KeyError, ValueError, pytest.fail.Exception, ClientError, ResponseParserError)
    ):
        check(plain_moto)


def test_clusters_of_aurora_are_as_before(local_aws: Server) -> None:
    made = create(
        local_aws,
        Engine="aurora-postgresql",
        EngineVersion="16.4",
        DBClusterInstanceClass=None,
        AllocatedStorage=None,
        Iops=None,
        StorageType=None,
    )
    assert made["DBClusterMembers"] == []
    assert made["EngineVersion"] == "16.4"
    local_aws.client("rds").stop_db_cluster(DBClusterIdentifier=made["DBClusterIdentifier"])
