from __future__ import annotations

import json

from tests.system.fixtures import Deployed


def test_it_is_encrypted_with_its_own_key(deployed: Deployed) -> None:
    (found,) = deployed.client("efs").describe_file_systems(FileSystemId=deployed.outputs["filesystem_id"])[
        "FileSystems"
    ]
    assert found["Encrypted"] is True
    assert found["KmsKeyId"] == deployed.outputs["key_arns_filesystem"]
    assert found["Name"] == f"dr-transaction-logs-{deployed.outputs['suffix']}"


def test_it_can_be_mounted_in_every_zone(deployed: Deployed) -> None:
    targets = deployed.client("efs").describe_mount_targets(FileSystemId=deployed.outputs["filesystem_id"])
    zones = sorted(target["AvailabilityZoneName"] for target in targets["MountTargets"])
    assert zones == [f"{deployed.outputs['region']}{letter}" for letter in "abc"]


def test_its_policy_asks_for_tls_and_an_identity(deployed: Deployed) -> None:
    policy = json.loads(
        deployed.client("efs").describe_file_system_policy(FileSystemId=deployed.outputs["filesystem_id"])[
            "Policy"
        ]
    )
    denied = [statement for statement in policy["Statement"] if statement["Effect"] == "Deny"]
    assert any(
        statement["Condition"].get("Bool", {}).get("aws:SecureTransport") == "false" for statement in denied
    )
    allowed = [statement for statement in policy["Statement"] if statement["Effect"] == "Allow"]
    assert not any(
        statement["Principal"] in ("*", {"AWS": "*"}) and not statement.get("Condition")
        for statement in allowed
    )


def test_it_is_backed_up_automatically(deployed: Deployed) -> None:
    policy = deployed.client("efs").describe_backup_policy(FileSystemId=deployed.outputs["filesystem_id"])
    assert policy["BackupPolicy"]["Status"] == "ENABLED"


def test_applications_enter_through_access_points(deployed: Deployed) -> None:
    points = deployed.client("efs").describe_access_points(FileSystemId=deployed.outputs["filesystem_id"])[
        "AccessPoints"
    ]
    outputs = deployed.outputs.items()
    assert {point["AccessPointId"] for point in points} == {
        value for name, value in outputs if name.startswith("access_point_ids_")
    }
    assert all(point["PosixUser"]["Uid"] > 0 for point in points)
    assert all(point["RootDirectory"]["Path"] != "/" for point in points)
