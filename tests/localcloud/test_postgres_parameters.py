"""An RDS instance's server has the parameters of its group that PostgreSQL takes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from pg8000.native import DatabaseError  # type: ignore[import-untyped]

from localcloud.postgres_parameters import Choice, choose
from tests.localcloud.server import Server
from tests.localcloud.test_postgres import connect, create


def server_that_knows(*libraries: str) -> Any:
    """What such a server complains of: values that are no numbers, other libraries, more than it bears together."""

    def complaint(parameters: Mapping[str, str]) -> str | None:
        for name, value in parameters.items():
            if name == "shared_preload_libraries":
                if set(value.split(",")) - set(libraries):
                    return "no such file"
            elif not value.isdecimal():
                return f'invalid value for parameter "{name}"'
        return None

    return complaint


def test_what_the_server_accepts_is_taken() -> None:
    assert choose({"work_mem": "4096", "max_connections": "100"}, server_that_knows()) == Choice(
        taken={"work_mem": "4096", "max_connections": "100"}
    )


def test_one_that_is_refused_takes_no_other_along() -> None:
    choice = choose({"a": "1", "b": "x", "c": "2"}, server_that_knows())
    assert choice.taken == {"a": "1", "c": "2"}
    assert choice.skipped == {"b": 'invalid value for parameter "b"'}


def test_libraries_that_are_there_are_loaded_and_their_parameters_taken() -> None:
    group = {
        "shared_preload_libraries": "pg_stat_statements, pgaudit",
        "pg_stat_statements.max": "100",
        "pgaudit.log": "1",
    }
    choice = choose(group, server_that_knows("pg_stat_statements"))
    assert choice.taken == {
        "shared_preload_libraries": "pg_stat_statements",
        "pg_stat_statements.max": "100",
    }
    assert choice.skipped == {
        "shared_preload_libraries": "pgaudit cannot be loaded on this machine",
        "pgaudit.log": "the library pgaudit is not loaded",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rds.force_ssl", "1"),
        ("shared_buffers", "{DBInstanceClassMemory/32768}"),
        ("listen_addresses", "1"),
        ("archive_command", "1"),
    ],
)
def test_of_these_the_server_is_not_asked(name: str, value: str) -> None:
    asked: list[str] = []
    choice = choose({name: value}, asked.extend)
    assert not choice.taken
    assert set(choice.skipped) == {name}
    assert not asked


def test_what_is_tried_when_the_server_does_not_start() -> None:
    choice = Choice(taken={"a": "1", "b": "2"}, skipped={"c": "why"})
    tried = [(dict(one.taken), set(one.skipped)) for one in choice.fallbacks()]
    assert tried == [
        ({"a": "1", "b": "2"}, {"c"}),
        ({"b": "2"}, {"a", "c"}),
        ({"a": "1"}, {"b", "c"}),
        ({}, {"a", "b", "c"}),
    ]
    assert [dict(one.taken) for one in Choice().fallbacks()] == [{}]


GROUP = {
    "max_connections": ("57", "pending-reboot"),
    "work_mem": ("8192", "immediate"),
    "log_statement": ("ddl", "immediate"),
    "shared_preload_libraries": ("pg_stat_statements,no_such_library", "pending-reboot"),
    "no_such_library.level": ("1", "immediate"),
    "rds.log_retention_period": ("10080", "immediate"),
    "shared_buffers": ("{DBInstanceClassMemory/32768}", "pending-reboot"),
    "checkpoint_timeout": ("a while", "immediate"),
    "log_line_prefix": ("%t it's \\here ", "immediate"),
}


def parameter_group(server: Server, parameters: Mapping[str, tuple[str, str]]) -> str:
    rds, name = server.client("rds"), f"parameters-{uuid.uuid4().hex[:8]}"
    rds.create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description="d"
    )
    modify(server, name, parameters)
    return name


def modify(server: Server, group: str, parameters: Mapping[str, tuple[str, str]]) -> None:
    server.client("rds").modify_db_parameter_group(
        DBParameterGroupName=group,
        Parameters=[
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": method}
            for name, (value, method) in parameters.items()
        ],
    )


@pytest.fixture
def instance(local_aws: Server) -> Iterator[dict[str, Any]]:
    made = create(local_aws, DBParameterGroupName=parameter_group(local_aws, GROUP))
    yield made
    local_aws.client("rds").delete_db_instance(
        DBInstanceIdentifier=made["DBInstanceIdentifier"], SkipFinalSnapshot=True
    )


def group_of(instance: dict[str, Any]) -> str:
    return str(instance["DBParameterGroups"][0]["DBParameterGroupName"])


def show(server: Server, instance: dict[str, Any], name: str) -> str:
    with connect(server, instance) as connection:
        return str(connection.run("SELECT current_setting(:name)", name=name)[0][0])


@pytest.mark.server
def test_the_server_has_what_it_takes(local_aws: Server, instance: dict[str, Any]) -> None:
    found = {name: show(local_aws, instance, name) for name in GROUP if "." not in name}
    assert found == {
        "max_connections": "57",
        "work_mem": "8MB",
        "log_statement": "ddl",
        "shared_preload_libraries": "pg_stat_statements",
        "shared_buffers": "128MB",
        "checkpoint_timeout": "5min",
        "log_line_prefix": "%t it's \\here ",
    }


@pytest.mark.server
def test_what_it_has_not_is_logged(local_aws: Server, instance: dict[str, Any]) -> None:
    name = instance["DBInstanceIdentifier"]
    log = (local_aws.directory / "server.log").read_text().splitlines()
    skipped = {line.split()[4].rstrip(":") for line in log if line.startswith(f"{name} has no parameter")}
    assert skipped == {
        "checkpoint_timeout",
        "no_such_library.level",
        "rds.log_retention_period",
        "shared_buffers",
        "shared_preload_libraries",
    }


@pytest.mark.server
def test_a_change_is_applied_at_once_or_at_a_reboot(local_aws: Server, instance: dict[str, Any]) -> None:
    group = group_of(instance)
    modify(
        local_aws,
        group,
        {
            "work_mem": ("16384", "immediate"),
            "log_statement": ("all", "pending-reboot"),
            "max_connections": ("58", "pending-reboot"),
        },
    )
    now = {name: show(local_aws, instance, name) for name in ("work_mem", "log_statement", "max_connections")}
    assert now == {"work_mem": "16MB", "log_statement": "ddl", "max_connections": "57"}
    local_aws.client("rds").reboot_db_instance(DBInstanceIdentifier=instance["DBInstanceIdentifier"])
    then = {name: show(local_aws, instance, name) for name in now}
    assert then == {"work_mem": "16MB", "log_statement": "all", "max_connections": "58"}


@pytest.mark.server
def test_a_reset_gives_the_default_back(local_aws: Server, instance: dict[str, Any]) -> None:
    local_aws.client("rds").reset_db_parameter_group(
        DBParameterGroupName=group_of(instance),
        Parameters=[{"ParameterName": "work_mem", "ApplyMethod": "immediate"}],
    )
    assert show(local_aws, instance, "work_mem") == "4MB"
    assert show(local_aws, instance, "log_statement") == "ddl"


@pytest.mark.server
def test_tls_is_forced_as_soon_as_the_group_says_so(local_aws: Server) -> None:
    made = create(
        local_aws, DBParameterGroupName=parameter_group(local_aws, {"rds.force_ssl": ("0", "immediate")})
    )
    connect(local_aws, made, tls=False).close()
    modify(local_aws, group_of(made), {"rds.force_ssl": ("1", "immediate")})
    with pytest.raises(DatabaseError, match="no encryption"):
        connect(local_aws, made, tls=False)


@pytest.mark.server
def test_what_the_machine_cannot_bear_does_not_keep_it_from_starting(local_aws: Server) -> None:
    # Each is a valid value, and the server finds out at its start; no machine has set aside pages of 16 GB.
    enormous = {"huge_pages": ("on", "pending-reboot"), "huge_page_size": ("16777216", "pending-reboot")}
    group = parameter_group(local_aws, {**enormous, "work_mem": ("8192", "immediate")})
    made = create(local_aws, DBParameterGroupName=group)
    assert (show(local_aws, made, "huge_pages"), show(local_aws, made, "huge_page_size")) != ("on", "16GB")
    assert show(local_aws, made, "work_mem") == "8MB"
    log = (local_aws.directory / "server.log").read_text()
    assert f"{made['DBInstanceIdentifier']} has no parameter huge_page" in log


@pytest.mark.server
def test_ciphers_that_do_not_exist_do_not_keep_it_from_starting(local_aws: Server) -> None:
    group = {"ssl_ciphers": ("NONE-SUCH", "pending-reboot"), "work_mem": ("8192", "immediate")}
    made = create(local_aws, DBParameterGroupName=parameter_group(local_aws, group))
    assert show(local_aws, made, "ssl_ciphers") != "NONE-SUCH"
    assert show(local_aws, made, "work_mem") == "8MB"
    log = (local_aws.directory / "server.log").read_text()
    assert f"{made['DBInstanceIdentifier']} has no parameter ssl_ciphers" in log


@pytest.mark.server
def test_a_group_that_forbids_writing_does_not_keep_it_from_being_made(local_aws: Server) -> None:
    read_only = {"default_transaction_read_only": ("on", "immediate")}
    made = create(local_aws, DBParameterGroupName=parameter_group(local_aws, read_only))
    with connect(local_aws, made) as connection, pytest.raises(DatabaseError, match="read-only transaction"):
        connection.run("CREATE TABLE citizen (id int)")
    local_aws.client("rds").modify_db_instance(
        DBInstanceIdentifier=made["DBInstanceIdentifier"], MasterUserPassword="another-password"
    )
    connect(local_aws, made, "another-password").close()
