"""EFS: what can be changed after a file system was made.

What moto 5.2.5 lacks, and what Terraform shows:

- PutBackupPolicy: the provider waits ten minutes for a policy that is never there. Here it is kept; no backup is made.
- UpdateFileSystem, UpdateFileSystemProtection, DeleteFileSystemPolicy: no change can be applied, no policy destroyed.
- What is asked about a file system that is not there fails: it cannot be seen that one was deleted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

Response: TypeAlias = Any
"""moto's ``EFSResponse``."""
Backend: TypeAlias = Any
"""moto's ``EFSBackend``."""
FileSystem: TypeAlias = Any
"""moto's ``FileSystem``; attributes that start with ``_`` are not part of its description."""

JSON = {"Content-Type": "application/json"}
ROOT = "/2015-02-01/file-systems/<file_system_id>"
OVERWRITE_PROTECTION = ("ENABLED", "DISABLED")


def install() -> None:
    """Patch moto's EFS once."""
    from moto.efs import models, urls  # noqa: PLC0415 - moto comes after its settings
    from moto.efs.responses import EFSResponse  # noqa: PLC0415

    response: Any = EFSResponse
    if hasattr(response, "put_backup_policy"):
        return
    system: Any = models.FileSystem
    system._overwrite_protection = "ENABLED"  # noqa: SLF001 - the underscore keeps it out of the description
    system._backup_status = None  # noqa: SLF001 - the same
    system.backup_policy = property(_backup_policy)
    system.info_json = _with_protection(system.info_json)
    response.put_backup_policy = _put_backup_policy
    response.update_file_system = _update
    response.update_file_system_protection = _update_protection
    response.delete_file_system_policy = _delete_policy
    for name in ("describe_backup_policy", "describe_file_system_policy", "put_file_system_policy"):
        setattr(response, name, _of_a_file_system(getattr(response, name)))
    urls.url_paths[f"{ROOT}/protection"] = urls.response.dispatch


def file_system(response: Response) -> FileSystem:
    """Return the file system that a request names.

    Raises:
        FileSystemNotFound: there is none.
    """
    name = response._get_param("FileSystemId")  # noqa: SLF001 - moto's way to its input
    _, (found,) = response.efs_backend.describe_file_systems(file_system_id=name)
    return found


def answer(value: dict[str, Any], status: int = 200) -> tuple[str, dict[str, Any]]:
    """Return what moto takes for an answer."""
    return json.dumps(value), {"status": status, **JSON}


def _of_a_file_system(operation: Callable[[Response], Any]) -> Callable[[Response], Any]:
    def checked(self: Response) -> Any:  # noqa: ANN401 - moto's
        file_system(self)
        return operation(self)

    return checked


def _with_protection(info: Callable[[FileSystem], dict[str, Any]]) -> Callable[[FileSystem], dict[str, Any]]:
    def info_json(self: FileSystem) -> dict[str, Any]:
        protection = {"ReplicationOverwriteProtection": self._overwrite_protection}
        return {**info(self), "FileSystemProtection": protection}

    return info_json


def _backup_policy(system: FileSystem) -> dict[str, str] | None:
    """Return what was put, else what the file system was made with; one that was turned off is there, disabled."""
    status = system._backup_status or ("ENABLED" if system._backup else None)  # noqa: SLF001 - ours and moto's
    return {"Status": status} if status else None


def _put_backup_policy(self: Response) -> Any:  # noqa: ANN401 - moto's
    """PutBackupPolicy; AWS goes through ENABLING and DISABLING."""
    status = self._get_param("BackupPolicy")["Status"]
    file_system(self)._backup_status = status  # noqa: SLF001 - ours
    return answer({"BackupPolicy": {"Status": status}})


def _update(self: Response) -> Any:  # noqa: ANN401 - moto's
    """UpdateFileSystem."""
    found = file_system(self)
    found.throughput_mode = self._get_param("ThroughputMode") or found.throughput_mode
    provisioned = self._get_param("ProvisionedThroughputInMibps")
    if found.throughput_mode != "provisioned":
        found.provisioned_throughput_in_mibps = None
    elif provisioned:
        found.provisioned_throughput_in_mibps = provisioned
    return answer(found.info_json(), 202)


def _update_protection(self: Response) -> Any:  # noqa: ANN401 - moto's
    """UpdateFileSystemProtection: whether a replication may overwrite the file system."""
    from moto.efs.exceptions import BadRequest  # noqa: PLC0415

    found, wanted = file_system(self), self._get_param("ReplicationOverwriteProtection")
    if wanted not in OVERWRITE_PROTECTION or found._overwrite_protection == "REPLICATING":  # noqa: SLF001
        raise BadRequest(f"ReplicationOverwriteProtection cannot be set to {wanted} now")
    found._overwrite_protection = wanted  # noqa: SLF001 - ours
    return answer({"ReplicationOverwriteProtection": wanted})


def _delete_policy(self: Response) -> Any:  # noqa: ANN401 - moto's
    """DeleteFileSystemPolicy."""
    file_system(self).file_system_policy = None
    return answer({})
