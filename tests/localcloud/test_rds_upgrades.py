"""RDS: what ModifyDBInstance makes of a change, and refuses; each is told apart from moto."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud.gaps.rds import NEWEST_MINOR
from tests.localcloud.leftovers import delete_databases
from tests.localcloud.server import Server, free_port
from tests.localcloud.test_rds import create, modify

pytestmark = pytest.mark.server

Check = Callable[[Server], None]


def postgres(server: Server, version: str = "15.14", **settings: Any) -> str:
    made = create(server, Engine="postgres", EngineVersion=version, Port=free_port(), **settings)
    return str(made["DBInstanceIdentifier"])


def group(server: Server, family: str) -> str:
    name = f"parameters-{uuid.uuid4().hex[:8]}"
    server.client("rds").create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily=family, Description="parameters"
    )
    return name


def group_of(instance: dict[str, Any]) -> str:
    return str(instance["DBParameterGroups"][0]["DBParameterGroupName"])


def a_major_version_becomes_a_minor_one(server: Server) -> None:
    assert modify(server, postgres(server), EngineVersion="15")["EngineVersion"] == NEWEST_MINOR["15"]


def an_older_version_is_refused(server: Server) -> None:
    with pytest.raises(ClientError, match=r"Cannot upgrade postgres from 15\.14 to 15\.13"):
        modify(server, postgres(server), EngineVersion="15.13")


def a_major_upgrade_wants_to_be_asked_for(server: Server) -> None:
    name = postgres(server)
    with pytest.raises(ClientError, match="AllowMajorVersionUpgrade flag must be present"):
        modify(server, name, EngineVersion="16")
    upgraded = modify(server, name, EngineVersion="16", AllowMajorVersionUpgrade=True)
    assert upgraded["EngineVersion"] == NEWEST_MINOR["16"]


def a_group_of_another_family_is_refused(server: Server) -> None:
    name = postgres(server)
    with pytest.raises(
        ClientError, match="Please use a Parameter Group with DBParameterGroupFamily postgres15"
    ):
        modify(server, name, DBParameterGroupName=group(server, "postgres16"))
    with pytest.raises(ClientError, match="with DBParameterGroupFamily postgres15 cannot be used"):
        modify(
            server,
            name,
            EngineVersion="16",
            AllowMajorVersionUpgrade=True,
            DBParameterGroupName=group(server, "postgres15"),
        )


def an_upgrade_without_a_group_gets_the_default_one(server: Server) -> None:
    name = postgres(server, DBParameterGroupName=group(server, "postgres15"))
    upgraded = modify(server, name, EngineVersion="16", AllowMajorVersionUpgrade=True)
    assert group_of(upgraded) == "default.postgres16"


def storage_does_not_shrink(server: Server) -> None:
    with pytest.raises(ClientError, match="50 is less than 100"):
        modify(server, postgres(server, AllocatedStorage=100), AllocatedStorage=50)


def a_little_more_storage_is_ten_percent_more(server: Server) -> None:
    name = postgres(server, AllocatedStorage=105)
    assert modify(server, name, AllocatedStorage=106)["AllocatedStorage"] == 116
    assert modify(server, name, AllocatedStorage=200)["AllocatedStorage"] == 200


GAPS: list[Check] = [
    a_major_version_becomes_a_minor_one,
    an_older_version_is_refused,
    a_major_upgrade_wants_to_be_asked_for,
    a_group_of_another_family_is_refused,
    an_upgrade_without_a_group_gets_the_default_one,
    storage_does_not_shrink,
    a_little_more_storage_is_ten_percent_more,
]


@pytest.fixture(scope="module", autouse=True)
def _nothing_left(local_aws: Server) -> Iterator[None]:
    yield
    delete_databases(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception, ClientError)):
        check(plain_moto)


def test_a_group_of_the_new_family_comes_with_the_upgrade(local_aws: Server) -> None:
    name = postgres(local_aws, DBParameterGroupName=group(local_aws, "postgres15"))
    new = group(local_aws, "postgres16")
    upgraded = modify(
        local_aws, name, EngineVersion="16", AllowMajorVersionUpgrade=True, DBParameterGroupName=new
    )
    assert (group_of(upgraded), upgraded["EngineVersion"]) == (new, NEWEST_MINOR["16"])
