"""An RDS instance for PostgreSQL is a real server: what a client sees of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pg8000.native import Connection, DatabaseError, InterfaceError  # type: ignore[import-untyped]

from localcloud import authority, postgres, postgres_machine
from tests.localcloud.server import Server, free_port, start, stop

PASSWORD = "first-password"


def connect(server: Server, instance: dict[str, Any], password: str = PASSWORD, *, tls: bool = True) -> Any:
    context = ssl.create_default_context(cafile=str(server.directory / "postgres" / authority.CERTIFICATE))
    return Connection(
        "citizen_admin",
        host=instance["Endpoint"]["Address"],
        port=instance["Endpoint"]["Port"],
        database="citizens",
        password=password,
        ssl_context=context if tls else False,
        timeout=10,
    )


def create(server: Server, **settings: Any) -> dict[str, Any]:
    client, name = server.client("rds"), settings.get("DBInstanceIdentifier", f"db-{uuid.uuid4().hex[:8]}")
    client.create_db_instance(
        **{
            "DBInstanceIdentifier": name,
            "DBInstanceClass": "db.t3.micro",
            "Engine": "postgres",
            "EngineVersion": "16.4",
            "AllocatedStorage": 20,
            "DBName": "citizens",
            "MasterUsername": "citizen_admin",
            "MasterUserPassword": PASSWORD,
            "Port": free_port(),
            **settings,
        }
    )
    return describe(server, name)


def describe(server: Server, name: str) -> dict[str, Any]:
    return dict(server.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(local_aws: Server) -> Iterator[None]:
    yield
    rds = local_aws.client("rds")
    # Replicas were made after their sources.
    for instance in reversed(rds.describe_db_instances()["DBInstances"]):
        rds.delete_db_instance(DBInstanceIdentifier=instance["DBInstanceIdentifier"], SkipFinalSnapshot=True)


@pytest.fixture
def instance(local_aws: Server) -> Iterator[dict[str, Any]]:
    made = create(local_aws)
    yield made
    local_aws.client("rds").delete_db_instance(
        DBInstanceIdentifier=made["DBInstanceIdentifier"], SkipFinalSnapshot=True
    )


pytestmark = pytest.mark.server


def the_master_user_logs_in_over_tls(server: Server, instance: dict[str, Any]) -> None:
    with connect(server, instance) as connection:
        assert connection.run("SELECT current_user, current_database()") == [["citizen_admin", "citizens"]]
        connection.run("CREATE TABLE citizen (id int)")


def test_the_master_user_logs_in_over_tls(local_aws: Server, instance: dict[str, Any]) -> None:
    the_master_user_logs_in_over_tls(local_aws, instance)


def test_in_moto_the_address_leads_nowhere(plain_moto: Server) -> None:
    instance = create(plain_moto)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo(instance["Endpoint"]["Address"], 5432)


def test_the_port_is_the_one_asked_for_on_an_address_of_its_own(local_aws: Server) -> None:
    port = free_port()
    first, second = (create(local_aws, Port=port)["Endpoint"] for _ in range(2))
    assert first["Port"] == second["Port"] == port
    assert first["Address"] != second["Address"]
    assert {one["Address"].split(".")[0] for one in (first, second)} == {"127"}


def test_the_master_user_is_no_superuser(local_aws: Server, instance: dict[str, Any]) -> None:
    with connect(local_aws, instance) as connection:
        assert connection.run("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [[False]]
        assert connection.run("SELECT pg_has_role('rds_superuser', 'member')") == [[True]]
        with pytest.raises(DatabaseError):
            connection.run("COPY (SELECT 1) TO PROGRAM 'true'")


def test_without_tls_it_refuses_since_postgresql_15(local_aws: Server, instance: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="no encryption"):
        connect(local_aws, instance, tls=False)


def test_without_tls_it_answers_when_the_parameter_group_allows_it(local_aws: Server) -> None:
    rds, name = local_aws.client("rds"), f"open-{uuid.uuid4().hex[:8]}"
    rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="open"
    )
    rds.modify_db_parameter_group(
        DBParameterGroupName=name,
        Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}],
    )
    with connect(local_aws, create(local_aws, DBParameterGroupName=name), tls=False) as connection:
        assert connection.run("SELECT 1") == [[1]]


def test_a_new_password_takes_the_place_of_the_old_one(local_aws: Server, instance: dict[str, Any]) -> None:
    local_aws.client("rds").modify_db_instance(
        DBInstanceIdentifier=instance["DBInstanceIdentifier"],
        MasterUserPassword="second 'one\\",
        ApplyImmediately=True,
    )
    connect(local_aws, instance, "second 'one\\").close()
    with pytest.raises(DatabaseError, match="password authentication failed"):
        connect(local_aws, instance)


def test_a_reboot_ends_connections_and_keeps_data(local_aws: Server, instance: dict[str, Any]) -> None:
    connection = connect(local_aws, instance)
    connection.run("CREATE TABLE kept (id int)")
    local_aws.client("rds").reboot_db_instance(DBInstanceIdentifier=instance["DBInstanceIdentifier"])
    with pytest.raises((InterfaceError, DatabaseError)):
        connection.run("SELECT 1")
    with connect(local_aws, instance) as again:
        assert again.run("SELECT count(*) FROM kept") == [[0]]


def test_it_stops_and_starts(local_aws: Server, instance: dict[str, Any]) -> None:
    rds, name = local_aws.client("rds"), instance["DBInstanceIdentifier"]
    rds.stop_db_instance(DBInstanceIdentifier=name)
    with pytest.raises(InterfaceError):
        connect(local_aws, instance)
    rds.start_db_instance(DBInstanceIdentifier=name)
    connect(local_aws, instance).close()


def test_a_new_port_is_where_it_listens(local_aws: Server, instance: dict[str, Any]) -> None:
    name, port = instance["DBInstanceIdentifier"], free_port()
    local_aws.client("rds").modify_db_instance(
        DBInstanceIdentifier=name, DBPortNumber=port, ApplyImmediately=True
    )
    moved = describe(local_aws, name)
    assert moved["Endpoint"]["Port"] == port
    connect(local_aws, moved).close()


def test_a_deleted_instance_leaves_nothing(local_aws: Server) -> None:
    made = create(local_aws)
    folder = next(postgres_machine.home(local_aws.directory).glob(f"*/{made['DBInstanceIdentifier']}"))
    local_aws.client("rds").delete_db_instance(
        DBInstanceIdentifier=made["DBInstanceIdentifier"], SkipFinalSnapshot=True
    )
    assert not folder.exists()
    with pytest.raises(InterfaceError):
        connect(local_aws, made)


def test_a_replica_goes_without_taking_its_source_along(local_aws: Server, instance: dict[str, Any]) -> None:
    rds, name = local_aws.client("rds"), f"replica-{uuid.uuid4().hex[:8]}"
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier=name, SourceDBInstanceIdentifier=instance["DBInstanceIdentifier"]
    )
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    connect(local_aws, instance).close()


def test_a_restored_instance_has_a_server_of_its_own(local_aws: Server, instance: dict[str, Any]) -> None:
    rds, snapshot = local_aws.client("rds"), f"s-{uuid.uuid4().hex[:8]}"
    rds.create_db_snapshot(
        DBInstanceIdentifier=instance["DBInstanceIdentifier"], DBSnapshotIdentifier=snapshot
    )
    rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier=f"{snapshot}-r", DBSnapshotIdentifier=snapshot
    )
    restored = describe(local_aws, f"{snapshot}-r")
    assert restored["Endpoint"]["Address"] != instance["Endpoint"]["Address"]
    connect(local_aws, restored).close()


def test_other_engines_stay_emulated(local_aws: Server) -> None:
    made = create(local_aws, Engine="mysql", EngineVersion="8.0.35")
    assert made["Endpoint"]["Address"].endswith(".rds.amazonaws.com")


def test_the_password_is_in_no_file_of_the_server(local_aws: Server, instance: dict[str, Any]) -> None:
    new = f"planted-{uuid.uuid4().hex}"
    local_aws.client("rds").modify_db_instance(
        DBInstanceIdentifier=instance["DBInstanceIdentifier"], MasterUserPassword=new, ApplyImmediately=True
    )
    connect(local_aws, instance, new).close()
    files = [path for path in postgres_machine.home(local_aws.directory).rglob("*") if path.is_file()]
    wanted = [new.encode(), PASSWORD.encode()]
    read = 0
    for path in [*files, local_aws.directory / "server.log"]:
        # A server that runs replaces some of its files at any time, as does that of another test.
        with suppress(FileNotFoundError):
            content = path.read_bytes()
            read += 1
            assert not [text for text in wanted if text in content], path
    assert read > 100


RESTARTED = """
import os, sys
from pathlib import Path
os.environ["HOLDFAST_LOCAL_DIR"] = sys.argv[1]
from localcloud.gaps import rds_postgres
from localcloud.persistence import Store
rds_postgres.install()
rds_postgres.install()
Store(Path(sys.argv[1])).load()
rds_postgres.start_all()
print("started", flush=True)
sys.stdin.read()
"""


def test_it_ends_with_the_local_aws_and_comes_back_with_its_data(tmp_path: Path) -> None:
    server = start(tmp_path)
    made = create(server)
    with connect(server, made) as connection:
        connection.run("CREATE TABLE kept (id int)")
    stop(server)
    with pytest.raises(InterfaceError):
        connect(server, made)
    process = subprocess.Popen(
        [sys.executable, "-c", RESTARTED, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        with connect(server, made) as connection:
            assert connection.run("SELECT count(*) FROM kept") == [[0]]
    finally:
        process.communicate("", timeout=30)
    with pytest.raises(InterfaceError):
        connect(server, made)
    shutil.rmtree(postgres_machine.home(tmp_path))


def test_what_a_killed_local_aws_left_running_is_stopped(tmp_path: Path) -> None:
    server = start(tmp_path)
    made = create(server)
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(timeout=30)
    connect(server, made).close()
    postgres.stop_all(tmp_path)
    with pytest.raises(InterfaceError):
        connect(server, made)
    shutil.rmtree(postgres_machine.home(tmp_path))


def test_a_taken_port_is_taken_on_another_address() -> None:
    name = uuid.uuid4().hex
    port = free_port()
    first = postgres_machine.free_address(name, port)
    with socket.socket() as taken:
        taken.bind((first, port))
        taken.listen()
        assert postgres_machine.free_address(name, port) != first
    assert postgres_machine.free_address(name, port) == first


def test_a_port_that_is_taken_everywhere_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        with pytest.raises(postgres_machine.PostgresError, match="taken on every"):
            postgres_machine.free_address("name", taken.getsockname()[1])


def test_without_postgresql_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres_machine, "_PLACES", ())
    assert postgres_machine.installed() is None
    server = postgres.Server(directory=tmp_path, name="r/i", address="127.0.0.1", port=1)
    with pytest.raises(postgres_machine.PostgresError, match="not installed"):
        server.create(username="u", password="p", database=None, force_tls=True)


def test_a_password_that_scram_prohibits_is_not_quoted(tmp_path: Path) -> None:
    server = postgres.Server(directory=tmp_path, name="r/i", address="127.0.0.1", port=1)
    with pytest.raises(postgres_machine.PostgresError, match="SCRAM prohibits") as refused:
        server.set_password("u", "planted\u0007")
    assert "planted" not in str(refused.value)


def test_its_files_are_where_their_owner_can_get(tmp_path: Path) -> None:
    place = postgres_machine.home(tmp_path)
    if os.geteuid() == 0:
        # pytest's folder is closed to everybody but root.
        assert place.parent == Path("/var/tmp")
        (place / "r").mkdir()
        postgres.stop_all(tmp_path)
        assert not place.exists()
    else:
        assert place == tmp_path / "postgres"
