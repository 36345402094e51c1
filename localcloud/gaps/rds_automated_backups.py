"""RDS: automated backups that are replicated to another region, which moto 5.2.5 does not have.

The second region answers with them, and the instance names them. What is restored from them (``rds_snapshots``) has the data of
the instance, as long as that is there: the first region is not really lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeAlias

Response: TypeAlias = Any
"""moto's ``RDSResponse``."""
Backup: TypeAlias = dict[str, Any]
"""As DescribeDBInstanceAutomatedBackups answers it."""
Instance: TypeAlias = Any
"""moto's ``DBInstance``, with the attribute ``db_instance_automated_backups_replications`` that is added here."""


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds.responses import RDSResponse  # noqa: PLC0415 - moto comes after its settings

    response: Any = RDSResponse
    if hasattr(response, "start_db_instance_automated_backups_replication"):
        return
    response.start_db_instance_automated_backups_replication = _start
    response.stop_db_instance_automated_backups_replication = _stop
    response.describe_db_instance_automated_backups = _with_replicated(
        response.describe_db_instance_automated_backups
    )


def _start(self: Response) -> Any:  # noqa: ANN401 - moto's
    """StartDBInstanceAutomatedBackupsReplication, called in the second region."""
    from moto.core.responses import ActionResult  # noqa: PLC0415

    source = _source(self)
    name = f"auto-backup:ab-{uuid.uuid4().hex}"
    backup = {
        "DBInstanceArn": source.db_instance_arn,
        "DbiResourceId": source.dbi_resource_id,
        "DBInstanceIdentifier": source.db_instance_identifier,
        "Region": source.region,
        "Engine": source.engine,
        "EngineVersion": source.engine_version,
        "AllocatedStorage": source.allocated_storage,
        "Encrypted": source.storage_encrypted,
        "KmsKeyId": self.params.get("KmsKeyId"),
        "BackupRetentionPeriod": int(self.params.get("BackupRetentionPeriod", 7)),
        "Status": "replicating",
        "DBInstanceAutomatedBackupsArn": f"arn:{self.partition}:rds:{self.region}:{self.current_account}:{name}",
    }
    _replicated(self)[backup["DBInstanceAutomatedBackupsArn"]] = backup
    _name_at_source(source, [*_named_at_source(source), backup["DBInstanceAutomatedBackupsArn"]])
    return ActionResult({"DBInstanceAutomatedBackup": backup})


def _stop(self: Response) -> Any:  # noqa: ANN401 - moto's
    """StopDBInstanceAutomatedBackupsReplication."""
    from moto.core.responses import ActionResult  # noqa: PLC0415

    source = _source(self)
    ours = _replicated(self)
    arn = next((arn for arn, one in ours.items() if one["DBInstanceArn"] == source.db_instance_arn), None)
    if arn is None:
        raise _not_found(source.db_instance_arn)
    _name_at_source(source, [other for other in _named_at_source(source) if other != arn])
    return ActionResult({"DBInstanceAutomatedBackup": ours.pop(arn)})


def _with_replicated(describe: Callable[[Response], Any]) -> Callable[[Response], Any]:
    def describe_db_instance_automated_backups(self: Response) -> Any:  # noqa: ANN401 - moto's
        from moto.core.responses import ActionResult  # noqa: PLC0415

        asked = self.params.get("DBInstanceAutomatedBackupsArn")
        ours = _replicated(self)
        if asked is None:
            if not ours or self.params.get("DBInstanceIdentifier"):
                return describe(self)
            return ActionResult({"DBInstanceAutomatedBackups": list(ours.values())})
        if asked not in ours:
            raise _not_found(asked)
        return ActionResult({"DBInstanceAutomatedBackups": [ours[asked]]})

    return describe_db_instance_automated_backups


def _replicated(response: Response) -> dict[str, Backup]:
    found: dict[str, Backup] = response.backend.__dict__.setdefault("holdfast_replicated_backups", {})
    return found


def _source(response: Response) -> Instance:
    from moto.rds.exceptions import DBInstanceNotFoundError  # noqa: PLC0415
    from moto.rds.models import rds_backends  # noqa: PLC0415

    arn = str(response.params["SourceDBInstanceArn"])
    _, _, _, region, account, _, name = arn.split(":")
    found = rds_backends[account][region].databases.get(name)
    if found is None:
        raise DBInstanceNotFoundError(name)
    return found


def _named_at_source(instance: Instance) -> list[str]:
    named = getattr(instance, "db_instance_automated_backups_replications", [])
    return [one["DBInstanceAutomatedBackupsArn"] for one in named]


def _name_at_source(instance: Instance, arns: list[str]) -> None:
    instance.db_instance_automated_backups_replications = [
        {"DBInstanceAutomatedBackupsArn": arn} for arn in arns
    ]


def replicated(backend: Any, arn: str) -> Backup:  # noqa: ANN401 - moto's
    """Return a replicated backup of a region.

    Raises:
        RDSClientError: there is none.
    """
    found: dict[str, Backup] = backend.__dict__.get("holdfast_replicated_backups", {})
    if arn not in found:
        raise _not_found(arn)
    return found[arn]


def source_of(backup: Backup) -> Instance:
    """Return the instance of a replicated backup, whatever its name is by now.

    Raises:
        RDSClientError: it was deleted.
    """
    from moto.rds.models import rds_backends  # noqa: PLC0415

    _, _, _, region, account, *_ = backup["DBInstanceArn"].split(":")
    of_it = backup["DbiResourceId"]
    for instance in rds_backends[account][region].databases.values():
        if instance.dbi_resource_id == of_it and not instance.is_replica:
            return instance
    raise _not_found(of_it)


def _not_found(what: str) -> Exception:
    from moto.rds.exceptions import RDSClientError  # noqa: PLC0415

    return RDSClientError("DBInstanceAutomatedBackupNotFound", f"{what} has no replicated automated backup")
