"""A Multi-AZ cluster for PostgreSQL is a real server: what a client sees of it."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pg8000.native import DatabaseError  # type: ignore[import-untyped]

from localcloud.gaps.rds import NEWEST_MINOR
from tests.localcloud.server import Server, free_port, start, stop
from tests.localcloud.test_postgres import PASSWORD, connect
from tests.localcloud.test_rds import subnet_group

pytestmark = pytest.mark.server


def create(server: Server, **settings: Any) -> str:
    name = f"cluster-{uuid.uuid4().hex[:8]}"
    server.client("rds").create_db_cluster(
        DBClusterIdentifier=name,
        DBClusterInstanceClass="db.m6gd.large",
        Engine="postgres",
        EngineVersion="16",
        AllocatedStorage=100,
        Iops=3000,
        StorageType="gp3",
        DatabaseName="citizens",
        MasterUsername="citizen_admin",
        MasterUserPassword=PASSWORD,
        Port=free_port(),
        DBSubnetGroupName=subnet_group(server),
        **settings,
    )
    return name


def describe(server: Server, name: str) -> dict[str, Any]:
    return dict(server.client("rds").describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0])


def at(cluster: dict[str, Any], endpoint: str = "Endpoint") -> dict[str, Any]:
    """An endpoint, as DescribeDBInstances answers it."""
    return {"Endpoint": {"Address": cluster[endpoint], "Port": cluster["Port"]}}


@pytest.fixture(scope="module")
def name(local_aws: Server) -> Iterator[str]:
    made = create(local_aws)
    yield made
    local_aws.client("rds").delete_db_cluster(DBClusterIdentifier=made, SkipFinalSnapshot=True)


def test_the_master_user_logs_in_over_tls_at_every_endpoint(local_aws: Server, name: str) -> None:
    cluster = describe(local_aws, name)
    assert cluster["EngineVersion"] == NEWEST_MINOR["16"]
    members = [
        one
        for one in local_aws.client("rds").describe_db_instances()["DBInstances"]
        if one.get("DBClusterIdentifier") == name
    ]
    for endpoint in (at(cluster), at(cluster, "ReaderEndpoint"), *members):
        with connect(local_aws, endpoint) as connection:
            assert connection.run("SELECT current_database()") == [["citizens"]]
    with pytest.raises(DatabaseError, match="no encryption"):
        connect(local_aws, at(cluster), tls=False)


def test_in_moto_the_endpoint_leads_nowhere(plain_moto: Server) -> None:
    cluster = describe(plain_moto, create(plain_moto))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo(cluster["Endpoint"], 5432)


def test_a_new_password_takes_the_place_of_the_old_one(local_aws: Server, name: str) -> None:
    rds, cluster = local_aws.client("rds"), describe(local_aws, name)
    rds.modify_db_cluster(DBClusterIdentifier=name, MasterUserPassword="second-password")
    with pytest.raises(DatabaseError, match="password authentication failed"):
        connect(local_aws, at(cluster))
    connect(local_aws, at(cluster), "second-password").close()
    rds.modify_db_cluster(DBClusterIdentifier=name, MasterUserPassword=PASSWORD)


def test_it_takes_its_parameter_group_at_once_or_with_a_reboot(local_aws: Server, name: str) -> None:
    rds, group = local_aws.client("rds"), f"{name}-parameters"
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=group, DBParameterGroupFamily="postgres16", Description="parameters"
    )
    rds.modify_db_cluster(DBClusterIdentifier=name, DBClusterParameterGroupName=group)

    def change(**methods: str) -> None:
        values = {"work_mem": "8192", "max_connections": "55"}
        rds.modify_db_cluster_parameter_group(
            DBClusterParameterGroupName=group,
            Parameters=[
                {"ParameterName": one, "ParameterValue": values[one], "ApplyMethod": method}
                for one, method in methods.items()
            ],
        )

    def shown(parameter: str) -> str:
        with connect(local_aws, at(describe(local_aws, name))) as connection:
            return str(connection.run(f"SHOW {parameter}")[0][0])

    change(work_mem="immediate", max_connections="pending-reboot")
    assert (shown("work_mem"), shown("max_connections")) == ("8MB", "100")
    rds.reboot_db_cluster(DBClusterIdentifier=name)
    assert (shown("work_mem"), shown("max_connections")) == ("8MB", "55")


def test_it_comes_back_with_its_data_and_a_deleted_one_leaves_nothing(tmp_path: Path) -> None:
    server = start(tmp_path)
    try:
        name = create(server)
        with connect(server, at(describe(server, name))) as connection:
            connection.run("CREATE TABLE citizen (id int)")
        stop(server)
        server = start(tmp_path)
        cluster = describe(server, name)
        with connect(server, at(cluster)) as connection:
            assert connection.run("SELECT count(*) FROM citizen") == [[0]]
        server.client("rds").delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
        with (
            pytest.raises(OSError, match="refused"),
            socket.create_connection((cluster["Endpoint"], cluster["Port"]), timeout=5),
        ):
            pass
    finally:
        stop(server)
