"""RDS: snapshots hold data, and a point in time is one.

In moto 5.2.5 a snapshot is a description. A restore ignores the time that it is given, takes zone and groups of its source,
says that it is a read replica (a plan to promote it), and knows no replicated automated backups.

Here a snapshot of an instance that is a real PostgreSQL server (``rds_postgres``) is a copy of its files, with all that was
committed, and an instance that is restored from it has that data. The first automated snapshot of an instance is made with
it, and the log of changes is kept: RestoreDBInstanceToPointInTime gives the data of the time that was asked for, and refuses
a time before that snapshot or in the future. CopyDBSnapshot copies the data too, also to another region; DeleteDBSnapshot
deletes it.

Two more things that moto lacks: a second automated snapshot under one name within a minute is an error, and a snapshot of AWS
Backup, ``awsbackup:...``, is not found by its name.
"""

from __future__ import annotations

import copy
import datetime
import uuid
from collections.abc import Callable, Collection, Mapping
from functools import partial
from itertools import chain, count
from typing import Any, TypeAlias

from localcloud.gaps.rds_automated_backups import replicated, source_of
from localcloud.gaps.rds_postgres import FROM, Origin, attempt, directory, fill, server_of
from localcloud.postgres_copies import Copy

Instance: TypeAlias = Any
"""moto's ``DBInstance``."""
Snapshot: TypeAlias = Any
"""moto's ``DBSnapshot``, with what is added here: ``holdfast_copy``, name of the copy, and ``holdfast_copied``, when it was
complete."""
Backend: TypeAlias = Any
"""moto's ``RDSBackend``."""

OWN = frozenset(
    {
        "availability_zone",
        "backend",
        "db_parameter_group_name",
        "db_subnet_group",
        "db_subnet_group_name",
        "deletion_protection",
        "holdfast_parameters",
        "holdfast_server",
        "is_replica",
        "max_allocated_storage",
        "replicas",
        "source_db_instance_identifier",
        "vpc_security_group_ids",
    }
)
"""What an instance does not take from its source: RDS chooses its place, and gives it the default groups
(source: API reference, RestoreDBInstanceToPointInTime)."""


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings

    snapshot: Any = models.DBSnapshot
    backend: Any = models.RDSBackend
    if hasattr(snapshot, "holdfast_copy"):
        return
    snapshot.holdfast_copy = None
    snapshot.holdfast_copied = None
    backend.create_db_instance = with_a_first_snapshot(backend.create_db_instance)
    backend.create_db_snapshot = _taken(backend.create_db_snapshot)
    backend.copy_db_snapshot = _copied(backend.copy_db_snapshot)
    backend.delete_db_snapshot = deleted(backend.delete_db_snapshot)
    backend.describe_db_snapshots = _of_all_types_by_name(backend.describe_db_snapshots)
    backend.restore_db_instance_from_db_snapshot = _from_snapshot
    backend.restore_db_instance_to_point_in_time = _to_time


def copy_of(snapshot: Snapshot) -> Copy | None:
    """Return the files of a snapshot, or None when it has none."""
    if snapshot.holdfast_copy is None:
        return None
    found = Copy(directory=directory(), name=snapshot.holdfast_copy)
    return found if found.exists() else None


def as_of(instance: Instance, time: datetime.datetime | None = None) -> Origin | None:
    """Return what another instance is made from, to be as this one was.

    Args:
        instance: the source.
        time: when; None: now.

    Returns:
        None when the instance is no real server.

    Raises:
        RDSClientError: there is no backup from before that time, or it is yet to come.
    """
    if not instance.holdfast_server:
        return None
    until = _plain(time) if time else None
    found = [
        (snapshot.holdfast_copied, files)
        for snapshot in snapshots_of(instance)
        if snapshot.snapshot_type == "automated"
        and (files := copy_of(snapshot))
        and (until is None or snapshot.holdfast_copied <= until)
    ]
    if not found or (until and until > _now()):
        from moto.rds.exceptions import RDSClientError  # noqa: PLC0415 - moto comes after its settings

        raise RDSClientError(
            "InvalidRestoreFault",
            f"{instance.db_instance_identifier} cannot be restored to {time}: it has no backup from before that time, "
            "or the time is yet to come",
        )
    _, newest = max(found, key=lambda one: one[0])
    return Origin(
        copy=newest, changes_of=instance, until=until.replace(tzinfo=datetime.UTC) if until else None
    )


def refill(instance: Instance, origin: Origin) -> None:
    """Give an instance that there is other data; what its snapshots held before is gone with the old data."""
    fill(instance, origin)
    for snapshot in snapshots_of(instance):
        if files := copy_of(snapshot):
            files.remove()
        _take(snapshot, instance)


def snapshots_of(instance: Instance) -> list[Snapshot]:
    """Return the snapshots of an instance, or of a cluster in the same words."""
    backend = instance.backend
    of_cluster = hasattr(instance, "db_cluster_resource_id")
    every = backend.cluster_snapshots if of_cluster else backend.database_snapshots
    return [snapshot for snapshot in every.values() if snapshot.dbi_resource_id == instance.dbi_resource_id]


def take(snapshot: Snapshot, instance: Instance) -> None:
    """Give a snapshot the data of its instance, if that is a real server."""
    if instance.holdfast_server:
        attempt("copy", instance, partial(_take, snapshot))


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name for an automated snapshot: of two within a minute the second one gets a number."""
    numbered = (f"{name}-{number}" for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)


def _plain(time: datetime.datetime) -> datetime.datetime:
    """Return a time as moto has them: UTC, without saying so."""
    return time.astimezone(datetime.UTC).replace(tzinfo=None) if time.tzinfo else time


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)


def _take(snapshot: Snapshot, instance: Instance) -> None:
    files = Copy(directory=directory(), name=uuid.uuid4().hex)
    files.take(server_of(instance))
    snapshot.holdfast_copy, snapshot.holdfast_copied = files.name, _now()


def with_a_first_snapshot(create: Callable[[Backend, Any], Instance]) -> Callable[..., Instance]:
    """Take the automated snapshot of an instance, or a cluster, that is new: moto makes it before there is a server."""

    def create_with_snapshot(self: Backend, kwargs: Any) -> Instance:  # noqa: ANN401 - moto's
        instance = create(self, kwargs)
        for snapshot in snapshots_of(instance):
            take(snapshot, instance)
        return instance

    return create_with_snapshot


def _taken(create: Callable[..., Snapshot]) -> Callable[..., Snapshot]:
    def create_db_snapshot(
        self: Backend,
        db_instance_identifier: str,
        db_snapshot_identifier: str,
        snapshot_type: str = "manual",
        **settings: Any,  # noqa: ANN401 - moto's
    ) -> Snapshot:
        name = db_snapshot_identifier
        if snapshot_type == "automated":
            name = free_name(name, self.database_snapshots)
        snapshot = create(self, db_instance_identifier, name, snapshot_type, **settings)
        take(snapshot, self.databases[db_instance_identifier])
        return snapshot

    return create_db_snapshot


def _copied(make: Callable[..., Snapshot]) -> Callable[..., Snapshot]:
    def copy_db_snapshot(self: Backend, source_db_snapshot_identifier: str, **settings: Any) -> Snapshot:  # noqa: ANN401
        snapshot = make(self, source_db_snapshot_identifier=source_db_snapshot_identifier, **settings)
        source = self.get_db_snapshot(source_db_snapshot_identifier)
        if files := copy_of(source):
            snapshot.holdfast_copy = files.again(uuid.uuid4().hex).name
            snapshot.holdfast_copied = source.holdfast_copied
        return snapshot

    return copy_db_snapshot


def deleted(delete: Callable[[Backend, str], Snapshot]) -> Callable[[Backend, str], Snapshot]:
    """Delete the files of a snapshot with it."""

    def delete_with_files(self: Backend, db_snapshot_identifier: str) -> Snapshot:
        snapshot = delete(self, db_snapshot_identifier)
        if files := copy_of(snapshot):
            files.remove()
        return snapshot

    return delete_with_files


def _of_all_types_by_name(describe: Callable[..., list[Snapshot]]) -> Callable[..., list[Snapshot]]:
    def describe_db_snapshots(
        self: Backend,
        db_instance_identifier: str | None,
        db_snapshot_identifier: str | None = None,
        snapshot_type: str | None = None,
        filters: Any = None,  # noqa: ANN401 - moto's
    ) -> list[Snapshot]:
        named = self.database_snapshots.get(db_snapshot_identifier) if db_snapshot_identifier else None
        if named and snapshot_type is None:
            snapshot_type = named.snapshot_type
        return describe(self, db_instance_identifier, db_snapshot_identifier, snapshot_type, filters)

    return describe_db_snapshots


def _from_snapshot(self: Backend, from_snapshot_id: str, overrides: Any) -> Instance:  # noqa: ANN401 - moto's
    """RestoreDBInstanceFromDBSnapshot."""
    snapshot = self.get_db_snapshot(from_snapshot_id)
    files = copy_of(snapshot)
    settings = {"kms_key_id": snapshot.kms_key_id, "storage_encrypted": snapshot.encrypted, **overrides}
    return make_alike(self, snapshot.database, settings, Origin(copy=files) if files else None)


def _to_time(self: Backend, source_name: str | None, target_name: str, overrides: Any) -> Instance:  # noqa: ANN401 - moto's
    """RestoreDBInstanceToPointInTime."""
    settings = {**overrides, "db_instance_identifier": target_name}
    if backups := overrides.get("source_db_instance_automated_backups_arn"):
        backup = replicated(self, backups)
        source, settings["kms_key_id"] = source_of(backup), settings.get("kms_key_id") or backup["KmsKeyId"]
    else:
        source = self.find_db_from_id(source_name)
    return make_alike(self, source, settings, as_of(source, overrides.get("restore_time")))


def make_alike(
    backend: Backend, source: Instance, settings: Mapping[str, Any], origin: Origin | None
) -> Instance:
    """Make an instance like another one.

    Args:
        backend: of the region.
        source: the other one; what belongs to its place or its role is not taken.
        settings: what is different, as CreateDBInstance takes it.
        origin: its data; None: it is empty.
    """
    from moto.rds.exceptions import InvalidParameterValue  # noqa: PLC0415 - moto comes after its settings

    alike = {name.removeprefix("_"): copy.copy(value) for name, value in vars(source).items()}
    own = OWN if source.option_group_supplied else OWN | {"option_group_name"}
    wanted = {name: value for name, value in alike.items() if name not in own}
    wanted |= {
        name: value
        for name, value in settings.items()
        if value is not None and name != "source_db_instance_identifier"
    }
    if int(wanted["allocated_storage"]) < int(source.allocated_storage):
        raise InvalidParameterValue("The allocated storage size can't be less than the source's.")
    made: Instance = backend.create_db_instance({**wanted, FROM: origin})
    return made
