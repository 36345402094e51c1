"""AWS Backup: jobs that are started by hand, and the recovery points that they make and use.

moto 5.2.5 has none of them. Here StartBackupJob makes a recovery point of an RDS instance: a snapshot ``awsbackup:job-...``,
which has the data when the instance is a real server (``rds_snapshots``). StartCopyJob copies it into another vault, also of
another region, with that vault's key; StartRestoreJob makes an instance from it. Each job is over at once. What a vault holds
keeps the vault from being deleted, and what a locked vault holds is not deleted.

Plans start no jobs here: there is nobody who waits for the hour.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from localcloud import actions

Response: TypeAlias = Any
"""moto's ``BackupResponse``."""
Job: TypeAlias = dict[str, Any]
"""A job or a recovery point, as it is described."""

RESTORED = {
    "DBInstanceClass": "db_instance_class",
    "DBInstanceIdentifier": "db_instance_identifier",
    "DBParameterGroupName": "db_parameter_group_name",
    "DBSubnetGroupName": "db_subnet_group_name",
    "MultiAZ": "multi_az",
    "Port": "port",
    "PubliclyAccessible": "publicly_accessible",
    "StorageType": "storage_type",
    "VpcSecurityGroupIds": "vpc_security_group_ids",
}
"""What the metadata of a restore says of an instance, and what CreateDBInstance calls it; lists and truths are JSON
(source: https://docs.aws.amazon.com/aws-backup/latest/devguide/restoring-rds.html)."""

_TEXT = (
    "DBInstanceClass",
    "DBInstanceIdentifier",
    "DBParameterGroupName",
    "DBSubnetGroupName",
    "StorageType",
)
_SAID = ("BackupVaultName", "IamRoleArn", "RecoveryPointArn", "ResourceArn")
_PATHS = (
    "{0}/backup-jobs/?$",
    "{0}/backup-jobs/(?P<job>[^/]+)/?$",
    "{0}/copy-jobs/?$",
    "{0}/copy-jobs/(?P<job>[^/]+)/?$",
    "{0}/restore-jobs/?$",
    "{0}/restore-jobs/(?P<job>[^/]+)/?$",
    "{0}/resources/(?P<resource>.+)$",
)


def install() -> None:
    """Patch moto's Backup once."""
    from moto.backup import urls  # noqa: PLC0415 - moto comes after its settings
    from moto.backup.responses import BackupResponse  # noqa: PLC0415

    response: Any = BackupResponse
    if hasattr(response, "start_backup_job"):
        return
    actions.add(
        response,
        urls,
        paths=_PATHS,
        operations=(
            start_backup_job,
            describe_backup_job,
            list_recovery_points_by_backup_vault,
            list_recovery_points_by_resource,
            describe_recovery_point,
            delete_recovery_point,
            get_recovery_point_restore_metadata,
            start_copy_job,
            describe_copy_job,
            start_restore_job,
            describe_restore_job,
        ),
    )
    response.delete_backup_vault = _when_empty(response.delete_backup_vault)


def start_backup_job(self: Response) -> str:
    """StartBackupJob."""
    asked = json.loads(self.body)
    vault, resource = (
        self.backup_backend.describe_backup_vault(asked["BackupVaultName"]),
        asked["ResourceArn"],
    )
    of_an_instance, _, name = resource.rpartition(":")
    if of_an_instance != f"arn:{self.partition}:rds:{self.region}:{self.current_account}:db":
        raise _error(
            "InvalidParameterValueException",
            f"Only RDS instances of the region are backed up here: {resource}",
        )
    job = str(uuid.uuid4()).upper()
    snapshot = _rds(self, self.region).create_db_snapshot(
        name, f"awsbackup:job-{job.lower()}", snapshot_type="awsbackup"
    )
    point = _point(vault, snapshot, resource, asked)
    return _started(self, "BackupJob", job, asked, RecoveryPointArn=point["RecoveryPointArn"])


def describe_backup_job(self: Response) -> str:
    """DescribeBackupJob."""
    return json.dumps(_job(self, "BackupJob"))


def list_recovery_points_by_backup_vault(self: Response) -> str:
    """ListRecoveryPointsByBackupVault."""
    vault = self.backup_backend.describe_backup_vault(self.uri_match["backupVaultName"])
    return json.dumps({"RecoveryPoints": list(points(vault).values())})


def list_recovery_points_by_resource(self: Response) -> str:
    """ListRecoveryPointsByResource."""
    found = [
        {**point, "ResourceName": point["ResourceArn"].rpartition(":")[2]}
        for vault in self.backup_backend.vaults.values()
        for point in points(vault).values()
        if point["ResourceArn"] == self.uri_match["resourceArn"]
    ]
    return json.dumps({"RecoveryPoints": found})


def describe_recovery_point(self: Response) -> str:
    """DescribeRecoveryPoint."""
    return json.dumps(_named_point(self)[1])


def delete_recovery_point(self: Response) -> str:
    """DeleteRecoveryPoint."""
    vault, point = _named_point(self)
    if vault.locked:
        raise _error("InvalidRequestException", f"Backup vault {vault.backup_vault_name} is locked")
    del points(vault)[point["RecoveryPointArn"]]
    vault.num_of_recovery_points = len(points(vault))
    _rds(self, self.region).delete_db_snapshot(_snapshot_name(point))
    return ""


def get_recovery_point_restore_metadata(self: Response) -> str:
    """GetRecoveryPointRestoreMetadata."""
    vault, point = _named_point(self)
    return json.dumps(
        {
            "BackupVaultArn": vault.backup_vault_arn,
            "RecoveryPointArn": point["RecoveryPointArn"],
            "RestoreMetadata": _metadata(
                _rds(self, self.region).get_db_snapshot(_snapshot_name(point)).database
            ),
        }
    )


def start_copy_job(self: Response) -> str:
    """StartCopyJob."""
    asked = json.loads(self.body)
    source = self.backup_backend.describe_backup_vault(asked["SourceBackupVaultName"])
    point = _of(source, asked["RecoveryPointArn"])
    _, _, _, region, account, _, name = asked["DestinationBackupVaultArn"].split(":", 6)
    target = _backends("backup")[account][region].describe_backup_vault(name)
    job = str(uuid.uuid4()).upper()
    snapshot = _rds(self, region).copy_db_snapshot(
        source_db_snapshot_identifier=asked["RecoveryPointArn"],
        target_db_snapshot_identifier=f"awsbackup:copyjob-{job.lower()}",
        kms_key_id=target.encryption_key_arn if region != self.region else None,
    )
    snapshot.snapshot_type = "awsbackup"
    copied = _point(
        target, snapshot, point["ResourceArn"], asked, SourceBackupVaultArn=source.backup_vault_arn
    )
    return _started(
        self,
        "CopyJob",
        job,
        asked,
        SourceBackupVaultArn=source.backup_vault_arn,
        SourceRecoveryPointArn=asked["RecoveryPointArn"],
        DestinationBackupVaultArn=target.backup_vault_arn,
        DestinationRecoveryPointArn=copied["RecoveryPointArn"],
    )


def describe_copy_job(self: Response) -> str:
    """DescribeCopyJob."""
    return json.dumps({"CopyJob": _job(self, "CopyJob")})


def start_restore_job(self: Response) -> str:
    """StartRestoreJob."""
    asked = json.loads(self.body)
    arn, metadata = asked["RecoveryPointArn"], asked["Metadata"]
    found = [vault for vault in self.backup_backend.vaults.values() if arn in points(vault)]
    if not found:
        raise _error("ResourceNotFoundException", f"Recovery point {arn} not found")
    if not metadata.get("DBInstanceIdentifier"):
        raise _error("InvalidParameterValueException", "The metadata has no DBInstanceIdentifier")
    made = _rds(self, self.region).restore_db_instance_from_db_snapshot(
        _snapshot_name(points(found[0])[arn]), _settings(metadata)
    )
    return _started(
        self,
        "RestoreJob",
        str(uuid.uuid4()).upper(),
        asked,
        Status="COMPLETED",
        CreatedResourceArn=made.db_instance_arn,
    )


def describe_restore_job(self: Response) -> str:
    """DescribeRestoreJob."""
    return json.dumps(_job(self, "RestoreJob"))


def points(vault: Any) -> dict[str, Job]:  # noqa: ANN401 - moto's
    """Return the recovery points of a vault, by ARN."""
    found: dict[str, Job] = vault.__dict__.setdefault("holdfast_points", {})
    return found


def _point(vault: Any, snapshot: Any, resource: str, asked: Job, **more: str) -> Job:  # noqa: ANN401 - moto's
    point = {
        "RecoveryPointArn": snapshot.db_snapshot_arn,
        "BackupVaultName": vault.backup_vault_name,
        "BackupVaultArn": vault.backup_vault_arn,
        "ResourceArn": resource,
        "ResourceType": "RDS",
        "IamRoleArn": asked["IamRoleArn"],
        "Status": "COMPLETED",
        "CreationDate": _now(),
        "CompletionDate": _now(),
        "EncryptionKeyArn": snapshot.kms_key_id,
        "IsEncrypted": bool(snapshot.encrypted),
        "Lifecycle": asked.get("Lifecycle", {}),
        **more,
    }
    points(vault)[point["RecoveryPointArn"]] = point
    vault.num_of_recovery_points = len(points(vault))
    return point


def _named_point(response: Response) -> tuple[Any, Job]:
    vault = response.backup_backend.describe_backup_vault(response.uri_match["backupVaultName"])
    return vault, _of(vault, response.uri_match["recoveryPointArn"])


def _of(vault: Any, arn: str) -> Job:  # noqa: ANN401 - moto's
    if arn not in points(vault):
        raise _error(
            "ResourceNotFoundException", f"Recovery point {arn} not found in {vault.backup_vault_name}"
        )
    return points(vault)[arn]


def _snapshot_name(point: Job) -> str:
    return str(point["RecoveryPointArn"]).split(":", 6)[6]


def _metadata(instance: Any) -> dict[str, str]:  # noqa: ANN401 - moto's
    had = {name.removeprefix("_"): value for name, value in vars(instance).items()}
    found = {name: had.get(ours) for name, ours in RESTORED.items()}
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in found.items()
        if value is not None
    }


def _settings(metadata: Mapping[str, str]) -> dict[str, Any]:
    return {
        RESTORED[name]: value if name in _TEXT else json.loads(value)
        for name, value in metadata.items()
        if name in RESTORED
    }


def _started(response: Response, kind: str, name: str, asked: Job, **more: Any) -> str:  # noqa: ANN401
    now = _now()
    said = {given: asked[given] for given in _SAID if given in asked}
    job = {
        f"{kind}Id": name,
        "AccountId": response.current_account,
        "State": "COMPLETED",
        "PercentDone": "100.0",
        "ResourceType": "RDS",
        "CreationDate": now,
        "CompletionDate": now,
    }
    job |= said | more
    _jobs(response)[name] = job
    return json.dumps({f"{kind}Id": name, "CreationDate": now, **more})


def _job(response: Response, kind: str) -> Job:
    name = response.uri_match[f"{kind[0].lower()}{kind[1:]}Id"]
    found = _jobs(response).get(name, {})
    if f"{kind}Id" not in found:
        raise _error("ResourceNotFoundException", f"There is no job {name}")
    return found


def _jobs(response: Response) -> dict[str, Job]:
    found: dict[str, Job] = response.backup_backend.__dict__.setdefault("holdfast_jobs", {})
    return found


def _rds(response: Response, region: str) -> Any:  # noqa: ANN401 - moto's
    return _backends("rds")[response.current_account][region]


def _backends(service: str) -> Any:  # noqa: ANN401 - moto's
    from moto.backends import get_backend  # noqa: PLC0415 - moto comes after its settings

    found: Any = get_backend
    return found(service)


def _when_empty(delete: Callable[[Response], Any]) -> Callable[[Response], Any]:
    def delete_backup_vault(self: Response) -> Any:  # noqa: ANN401 - moto's
        vault = self.backup_backend.vaults.get(self.uri_match["backupVaultName"])
        if vault and points(vault):
            raise _error(
                "InvalidRequestException",
                "Backup vault cannot be deleted because it contains recovery points.",
            )
        return delete(self)

    return delete_backup_vault


def _now() -> float:
    from moto.core.utils import unix_time  # noqa: PLC0415

    return unix_time()


def _error(code: str, message: str) -> Exception:
    from moto.core.exceptions import JsonRESTError  # noqa: PLC0415

    return JsonRESTError(code, message)
