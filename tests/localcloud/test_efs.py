"""EFS: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import Server

pytestmark = pytest.mark.server

Check = Callable[[Server], None]


def create(server: Server, region: str = "eu-central-2", **settings: Any) -> str:
    made = server.client("efs", region).create_file_system(CreationToken=uuid.uuid4().hex, **settings)
    return str(made["FileSystemId"])


def describe(server: Server, name: str, region: str = "eu-central-2") -> dict[str, Any]:
    return dict(server.client("efs", region).describe_file_systems(FileSystemId=name)["FileSystems"][0])


def a_backup_policy_is_kept(server: Server) -> None:
    efs, name = server.client("efs"), create(server)
    answer = efs.put_backup_policy(FileSystemId=name, BackupPolicy={"Status": "ENABLED"})
    assert answer["BackupPolicy"] == {"Status": "ENABLED"}
    assert efs.describe_backup_policy(FileSystemId=name)["BackupPolicy"] == {"Status": "ENABLED"}


def a_file_system_policy_can_be_deleted(server: Server) -> None:
    efs, name = server.client("efs"), create(server)
    efs.put_file_system_policy(FileSystemId=name, Policy='{"Statement": []}')
    efs.delete_file_system_policy(FileSystemId=name)
    with pytest.raises(ClientError, match="PolicyNotFound"):
        efs.describe_file_system_policy(FileSystemId=name)


def the_throughput_can_be_changed(server: Server) -> None:
    efs, name = server.client("efs"), create(server, ThroughputMode="bursting")
    answer = efs.update_file_system(
        FileSystemId=name, ThroughputMode="provisioned", ProvisionedThroughputInMibps=64.0
    )
    assert answer["ThroughputMode"] == "provisioned"
    assert describe(server, name)["ProvisionedThroughputInMibps"] == 64
    efs.update_file_system(FileSystemId=name, ThroughputMode="elastic")
    found = describe(server, name)
    assert found["ThroughputMode"] == "elastic"
    assert "ProvisionedThroughputInMibps" not in found


def overwriting_is_prevented_until_it_is_allowed(server: Server) -> None:
    name = create(server)
    assert describe(server, name).get("FileSystemProtection") == {"ReplicationOverwriteProtection": "ENABLED"}
    server.client("efs").update_file_system_protection(
        FileSystemId=name, ReplicationOverwriteProtection="DISABLED"
    )
    assert describe(server, name)["FileSystemProtection"] == {"ReplicationOverwriteProtection": "DISABLED"}


def policies_of_no_file_system_are_not_found(server: Server) -> None:
    efs, none = server.client("efs"), "fs-0123456789abcdef0"
    for call, settings in (
        (efs.describe_backup_policy, {}),
        (efs.describe_file_system_policy, {}),
        (efs.put_file_system_policy, {"Policy": "{}"}),
        (efs.put_backup_policy, {"BackupPolicy": {"Status": "ENABLED"}}),
    ):
        with pytest.raises(ClientError, match="FileSystemNotFound"):
            call(FileSystemId=none, **settings)


def replicate(server: Server, name: str, **destination: Any) -> dict[str, Any]:
    return dict(
        server.client("efs").create_replication_configuration(
            SourceFileSystemId=name, Destinations=[{"Region": "eu-central-1", **destination}]
        )
    )


def a_replication_is_described_in_both_regions(server: Server) -> None:
    name = create(server)
    made = replicate(server, name)["Destinations"][0]
    for region, member in (("eu-central-2", name), ("eu-central-1", made["FileSystemId"])):
        answer = server.client("efs", region).describe_replication_configurations(FileSystemId=member)
        (found,) = answer["Replications"]
        assert found["SourceFileSystemId"] == name
        assert found["SourceFileSystemRegion"] == "eu-central-2"
        assert found["Destinations"][0]["Status"] == "ENABLED"
    copy = describe(server, made["FileSystemId"], "eu-central-1")
    assert copy["Encrypted"] is True
    assert copy["FileSystemProtection"] == {"ReplicationOverwriteProtection": "REPLICATING"}


GAPS: list[Check] = [
    a_backup_policy_is_kept,
    a_file_system_policy_can_be_deleted,
    the_throughput_can_be_changed,
    overwriting_is_prevented_until_it_is_allowed,
    policies_of_no_file_system_are_not_found,
    a_replication_is_described_in_both_regions,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, KeyError, pytest.fail.Exception, ClientError)):
        check(plain_moto)


def test_a_backup_policy_can_be_turned_off(local_aws: Server) -> None:
    efs, name = local_aws.client("efs"), create(local_aws, Backup=True)
    efs.put_backup_policy(FileSystemId=name, BackupPolicy={"Status": "DISABLED"})
    assert efs.describe_backup_policy(FileSystemId=name)["BackupPolicy"] == {"Status": "DISABLED"}


def test_a_replicated_file_system_is_not_deleted(local_aws: Server) -> None:
    efs, name = local_aws.client("efs"), create(local_aws)
    replicate(local_aws, name)
    with pytest.raises(ClientError, match="FileSystemInUse"):
        efs.delete_file_system(FileSystemId=name)
    efs.delete_replication_configuration(SourceFileSystemId=name)
    efs.delete_file_system(FileSystemId=name)


def test_a_replication_ends_from_either_side_and_leaves_its_copy(local_aws: Server) -> None:
    for region in ("eu-central-2", "eu-central-1"):
        name = create(local_aws)
        copy = replicate(local_aws, name)["Destinations"][0]["FileSystemId"]
        local_aws.client("efs", region).delete_replication_configuration(SourceFileSystemId=name)
        for where, member in (("eu-central-2", name), ("eu-central-1", copy)):
            with pytest.raises(ClientError, match="ReplicationNotFound"):
                local_aws.client("efs", where).describe_replication_configurations(FileSystemId=member)
        with pytest.raises(ClientError, match="ReplicationNotFound"):
            local_aws.client("efs", region).delete_replication_configuration(SourceFileSystemId=name)
        found = describe(local_aws, copy, "eu-central-1")
        assert found["FileSystemProtection"] == {"ReplicationOverwriteProtection": "ENABLED"}


def test_only_a_file_system_that_allows_it_is_overwritten(local_aws: Server) -> None:
    name, other = create(local_aws), create(local_aws, "eu-central-1")
    with pytest.raises(ClientError, match="overwrite protection"):
        replicate(local_aws, name, FileSystemId=other)
    local_aws.client("efs", "eu-central-1").update_file_system_protection(
        FileSystemId=other, ReplicationOverwriteProtection="DISABLED"
    )
    assert replicate(local_aws, name, FileSystemId=other)["Destinations"][0]["FileSystemId"] == other
    with pytest.raises(ClientError, match="ReplicationAlreadyExists"):
        replicate(local_aws, name)
