"""EFS: file systems, their policies, access points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.live.aws import absent_as_none, first

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State

_GONE = ("FileSystemNotFound", "PolicyNotFound", "AccessPointNotFound")


def filesystem(aws: Aws, state: State) -> Arguments | None:
    """A file system."""
    found = absent_as_none(
        lambda: first(aws.client("efs").describe_file_systems(FileSystemId=state["id"])["FileSystems"]),
        *_GONE,
    )
    return found and {"encrypted": found["Encrypted"], "kms_key_id": found.get("KmsKeyId")}


def policy(aws: Aws, state: State) -> Arguments | None:
    """The policy of a file system."""
    name = state["file_system_id"]
    found = absent_as_none(lambda: aws.client("efs").describe_file_system_policy(FileSystemId=name), *_GONE)
    return found and {"file_system_id": name, "policy": found["Policy"]}


def backup_policy(aws: Aws, state: State) -> Arguments | None:
    """Whether EFS backs a file system up by itself."""
    name = state["file_system_id"]
    found = absent_as_none(lambda: aws.client("efs").describe_backup_policy(FileSystemId=name), *_GONE)
    return found and {
        "file_system_id": name,
        "backup_policy": {"status": found["BackupPolicy"]["Status"]},
    }


def access_point(aws: Aws, state: State) -> Arguments | None:
    """An access point."""
    found = absent_as_none(
        lambda: first(aws.client("efs").describe_access_points(AccessPointId=state["id"])["AccessPoints"]),
        *_GONE,
    )
    user = found and found.get("PosixUser")
    return found and {
        "file_system_id": found["FileSystemId"],
        "root_directory": {"path": found.get("RootDirectory", {}).get("Path")},
        "posix_user": {"uid": user["Uid"], "gid": user["Gid"]} if user else None,
    }


READERS: dict[str, Reader] = {
    "aws_efs_file_system": filesystem,
    "aws_efs_file_system_policy": policy,
    "aws_efs_backup_policy": backup_policy,
    "aws_efs_access_point": access_point,
}
