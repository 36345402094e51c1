"""Blue/green deployments: the green side is as the blue one, loses nothing, and gets its name."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.gaps.rds import NEWEST_MINOR
from tests.localcloud.leftovers import delete_databases
from tests.localcloud.server import Server, free_port
from tests.localcloud.test_postgres import create, describe
from tests.localcloud.test_rds_snapshots import names, write

pytestmark = pytest.mark.server

ROLE = "arn:aws:iam::123456789012:role/monitoring"


def replicating(server: Server, value: str = "1") -> str:
    """A parameter group for logical replication."""
    rds, name = server.client("rds"), f"logical-{uuid.uuid4().hex[:8]}"
    rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="postgres15", Description="logical replication"
    )
    one = {
        "ParameterName": "rds.logical_replication",
        "ParameterValue": value,
        "ApplyMethod": "pending-reboot",
    }
    rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[one])
    return name


def blue_in(server: Server, **settings: Any) -> dict[str, Any]:
    return create(
        server,
        **{
            "EngineVersion": "15.14",
            "DBParameterGroupName": replicating(server),
            "EnablePerformanceInsights": True,
            "EnableCloudwatchLogsExports": ["postgresql"],
            "MonitoringInterval": 60,
            "MonitoringRoleArn": ROLE,
            "MaxAllocatedStorage": 100,
            **settings,
        },
    )


def deploy(server: Server, blue: dict[str, Any], **target: Any) -> tuple[str, dict[str, Any]]:
    """Make a deployment; gives its identifier and the green instance."""
    made = server.client("rds").create_blue_green_deployment(
        BlueGreenDeploymentName=f"upgrade-{uuid.uuid4().hex[:8]}", Source=blue["DBInstanceArn"], **target
    )["BlueGreenDeployment"]
    return made["BlueGreenDeploymentIdentifier"], describe(server, made["Target"].rpartition(":")[2])


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(local_aws: Server) -> Iterator[None]:
    yield
    delete_databases(local_aws)


def the_green_side_is_as_the_blue_one(server: Server) -> None:
    blue = blue_in(server, EngineVersion="15.13")
    _, green = deploy(server, blue, TargetEngineVersion="15.14", TargetDBInstanceClass="db.t3.small")
    assert (green["EngineVersion"], green["DBInstanceClass"]) == ("15.14", "db.t3.small")
    for alike in (
        "AllocatedStorage",
        "DBParameterGroups",
        "MaxAllocatedStorage",
        "MonitoringInterval",
        "PerformanceInsightsEnabled",
    ):
        assert green.get(alike) == blue[alike], alike
    assert green["EnabledCloudwatchLogsExports"] == ["postgresql"]


def a_major_upgrade_wants_logical_replication(server: Server) -> None:
    blue = blue_in(server, DBParameterGroupName=replicating(server, "0"))
    with pytest.raises(ClientError, match="require a DB instance with logical replication"):
        deploy(server, blue, TargetEngineVersion="16")


def a_deployment_goes_with_its_green_side(server: Server) -> None:
    name, green = deploy(server, blue_in(server))
    rds = server.client("rds")
    rds.delete_blue_green_deployment(BlueGreenDeploymentIdentifier=name, DeleteTarget=True)
    left = {one["DBInstanceIdentifier"] for one in rds.describe_db_instances()["DBInstances"]}
    assert green["DBInstanceIdentifier"] not in left


GAPS = [the_green_side_is_as_the_blue_one, a_major_upgrade_wants_logical_replication]


@pytest.mark.parametrize(
    "check", [*GAPS, a_deployment_goes_with_its_green_side], ids=lambda check: check.__name__
)
def test_filled(check: Any, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Any, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, KeyError, pytest.fail.Exception, ClientError)):
        check(plain_moto)


def test_a_switchover_loses_nothing_and_keeps_the_name(local_aws: Server) -> None:
    blue = blue_in(local_aws, Port=free_port())
    name = blue["DBInstanceIdentifier"]
    write(local_aws, blue, "before")
    deployment, green = deploy(local_aws, blue, TargetEngineVersion="16")
    assert names(local_aws, green) == ["before"]
    assert green["DBParameterGroups"][0]["DBParameterGroupName"] == "default.postgres16"
    write(local_aws, blue, "meanwhile")
    local_aws.client("rds").switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=deployment)
    new, old = describe(local_aws, name), describe(local_aws, f"{name}-old1")
    assert (new["DbiResourceId"], old["DbiResourceId"]) == (green["DbiResourceId"], blue["DbiResourceId"])
    assert new["EngineVersion"] == NEWEST_MINOR["16"]
    assert names(local_aws, new) == names(local_aws, old) == ["before", "meanwhile"]
    (found,) = local_aws.client("rds").describe_blue_green_deployments(
        BlueGreenDeploymentIdentifier=deployment
    )["BlueGreenDeployments"]
    assert found["Status"] == "SWITCHOVER_COMPLETED"


def test_what_was_switched_over_is_restored_to_a_point_in_time(local_aws: Server) -> None:
    blue = blue_in(local_aws)
    deployment, _ = deploy(local_aws, blue)
    local_aws.client("rds").switchover_blue_green_deployment(BlueGreenDeploymentIdentifier=deployment)
    new = describe(local_aws, blue["DBInstanceIdentifier"])
    write(local_aws, new, "after")
    restored = f"restored-{uuid.uuid4().hex[:8]}"
    local_aws.client("rds").restore_db_instance_to_point_in_time(
        SourceDBInstanceIdentifier=new["DBInstanceIdentifier"],
        TargetDBInstanceIdentifier=restored,
        UseLatestRestorableTime=True,
    )
    assert names(local_aws, describe(local_aws, restored)) == ["after"]
