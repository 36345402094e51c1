"""EFS: replication to another region.

moto 5.2.5 has none of its calls. Here a replication is kept as EFS describes it, in both regions, and the destination file
system is made, protected from being overwritten, and left when the replication ends; no file is copied.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeAlias

from localcloud.gaps import efs

Response: TypeAlias = Any
"""moto's ``EFSResponse``."""
Backend: TypeAlias = Any
"""moto's ``EFSBackend``, with the attribute ``holdfast_replications`` that is added here."""
Replication: TypeAlias = dict[str, Any]
"""As DescribeReplicationConfigurations answers it."""


def install() -> None:
    """Patch moto's EFS once."""
    from moto.efs import models, urls  # noqa: PLC0415 - moto comes after its settings
    from moto.efs.responses import EFSResponse  # noqa: PLC0415

    response: Any = EFSResponse
    if hasattr(response, "create_replication_configuration"):
        return
    response.create_replication_configuration = _create
    response.describe_replication_configurations = _describe
    response.delete_replication_configuration = _delete
    backend: Any = models.EFSBackend
    backend.delete_file_system = _unless_replicated(backend.delete_file_system)
    urls.url_paths[f"{efs.ROOT}/replication-configuration"] = urls.response.dispatch


def _replications(backend: Backend) -> dict[str, Replication]:
    """Return the replications that a region knows, by source."""
    found: dict[str, Replication] = backend.__dict__.setdefault("holdfast_replications", {})
    return found


def _error(code: int, kind: str, message: str) -> Exception:
    from moto.efs.exceptions import EFSError  # noqa: PLC0415

    error = EFSError(kind, message)
    error.code = code
    return error


def _members(replication: Replication) -> set[str]:
    return {
        replication["SourceFileSystemId"],
        *(destination["FileSystemId"] for destination in replication["Destinations"]),
    }


def _create(self: Response) -> Any:  # noqa: ANN401 - moto's
    """CreateReplicationConfiguration."""
    backend: Backend = self.efs_backend
    name = self._get_param("SourceFileSystemId")
    _, (source,) = backend.describe_file_systems(file_system_id=name)
    if any(name in _members(one) for one in _replications(backend).values()):
        raise _error(409, "ReplicationAlreadyExists", f"File system {name} is in a replication already.")
    wanted = self._get_param("Destinations")[0]
    region = wanted.get("Region") or backend.region_name
    there = _backend_of(backend.account_id, region)
    destination = _destination(there, source, wanted)
    replication = {
        "SourceFileSystemId": name,
        "SourceFileSystemRegion": backend.region_name,
        "SourceFileSystemArn": source.file_system_arn,
        "OriginalSourceFileSystemArn": source.file_system_arn,
        "SourceFileSystemOwnerId": backend.account_id,
        "CreationTime": time.time(),
        "Destinations": [
            {
                "Status": "ENABLED",
                "FileSystemId": destination.file_system_id,
                "Region": region,
                "OwnerId": backend.account_id,
                "LastReplicatedTimestamp": time.time(),
            }
        ],
    }
    destination._overwrite_protection = "REPLICATING"  # noqa: SLF001 - ours
    for one in (backend, there):
        _replications(one)[name] = replication
    return efs.answer(replication)


def _destination(backend: Backend, source: Any, wanted: dict[str, Any]) -> Any:  # noqa: ANN401 - moto's
    """Return the file system that gets the copy: the one that is named, or a new one."""
    if name := wanted.get("FileSystemId"):
        _, (found,) = backend.describe_file_systems(file_system_id=name.rpartition("/")[2])
        if found._overwrite_protection == "ENABLED":  # noqa: SLF001 - ours
            raise _error(400, "BadRequest", "The destination's replication overwrite protection is enabled.")
        return found
    # The destination is always encrypted, with the service's own key unless one is given.
    return backend.create_file_system(
        creation_token=f"replica-of-{source.file_system_id}-{time.time_ns()}",
        performance_mode=source.performance_mode,
        encrypted=True,
        kms_key_id=wanted.get("KmsKeyId")
        or f"arn:{backend.partition}:kms:{backend.region_name}:{backend.account_id}:alias/aws/elasticfilesystem",
        throughput_mode=source.throughput_mode,
        provisioned_throughput_in_mibps=source.provisioned_throughput_in_mibps,
        availability_zone_name=wanted.get("AvailabilityZoneName"),
        backup=False,
        tags=[],
    )


def _backend_of(account: str, region: str) -> Backend:
    from moto.efs.models import efs_backends  # noqa: PLC0415

    return efs_backends[account][region]


def _describe(self: Response) -> Any:  # noqa: ANN401 - moto's
    """DescribeReplicationConfigurations."""
    name = self._get_param("FileSystemId")
    found = [one for one in _replications(self.efs_backend).values() if name is None or name in _members(one)]
    if name and not found:
        raise _error(404, "ReplicationNotFound", f"File system {name} is in no replication.")
    return efs.answer({"Replications": found})


def _delete(self: Response) -> Any:  # noqa: ANN401 - moto's
    """DeleteReplicationConfiguration; the destination stays, and can be written from now on."""
    backend: Backend = self.efs_backend
    name = self._get_param("SourceFileSystemId")
    replication = _replications(backend).get(name)
    if replication is None:
        raise _error(404, "ReplicationNotFound", f"File system {name} is the source of no replication.")
    (destination,) = replication["Destinations"]
    there = _backend_of(backend.account_id, destination["Region"])
    here = _backend_of(backend.account_id, replication["SourceFileSystemRegion"])
    for one in (here, there):
        _replications(one).pop(name, None)
    there.file_systems_by_id[destination["FileSystemId"]]._overwrite_protection = "ENABLED"  # noqa: SLF001 - ours
    return efs.answer({}, 204)


def _unless_replicated(delete: Callable[[Backend, str], None]) -> Callable[[Backend, str], None]:
    def delete_file_system(self: Backend, file_system_id: str) -> None:
        from moto.efs.exceptions import FileSystemInUse  # noqa: PLC0415

        if any(file_system_id in _members(one) for one in _replications(self).values()):
            raise FileSystemInUse("Delete the replication configuration of the file system first.")
        delete(self, file_system_id)

    return delete_file_system
