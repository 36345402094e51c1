"""RDS: what ModifyDBInstance refuses, and makes of what it is given.

In moto 5.2.5 it takes everything as it is. Here, for an instance of PostgreSQL:

- A major version becomes its newest minor one: a diff on every plan otherwise.
- An older version is refused, and a newer major one without ``AllowMajorVersionUpgrade``, or with a parameter group of another
  family; without a group it gets the default one of its family.
- Storage does not shrink; less than 10 % more becomes 10 % more.

The engine itself stays the one that is installed here: what an upgrade does to data, extensions and plans of queries shows in AWS
only. Changes come at once, whatever ``ApplyImmediately`` says: there is no maintenance window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from localcloud.gaps.rds import NEWEST_MINOR

Instance: TypeAlias = Any
"""moto's ``DBInstance``."""
Backend: TypeAlias = Any
"""moto's ``RDSBackend``."""
Changes: TypeAlias = Any
"""What ModifyDBInstance is given: moto's mapping."""


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings

    backend: Any = models.RDSBackend
    if hasattr(backend, "holdfast_upgrades"):
        return
    backend.holdfast_upgrades = True
    backend.modify_db_instance = _checked(backend.modify_db_instance)


def _checked(modify: Callable[[Backend, str, Changes], Instance]) -> Callable[..., Instance]:
    def modify_db_instance(self: Backend, db_instance_identifier: str, db_kwargs: Changes) -> Instance:
        found = self.databases.get(db_instance_identifier)
        if found is None or found.engine != "postgres" or found.db_cluster_identifier is not None:
            return modify(self, db_instance_identifier, db_kwargs)
        _storage(found, db_kwargs)
        _version(self, found, db_kwargs)
        instance = modify(self, db_instance_identifier, db_kwargs)
        if _family(self, instance.db_parameter_group_name) not in {None, _family_of(instance.engine_version)}:
            instance.db_parameter_group_name = None
        return instance

    return modify_db_instance


def _storage(instance: Instance, changes: Changes) -> None:
    wanted, has = changes.get("allocated_storage"), int(instance.allocated_storage)
    if wanted is None or int(wanted) == has:
        return
    if int(wanted) < has:
        raise _refusal(f"Invalid storage size for engine name postgres: {wanted} is less than {has}")
    changes["allocated_storage"] = max(int(wanted), -(-has * 11 // 10))


def _version(backend: Backend, instance: Instance, changes: Changes) -> None:
    group = changes.get("db_parameter_group_name")
    wanted = str(changes.get("engine_version") or instance.engine_version)
    wanted = NEWEST_MINOR.get(wanted, wanted)
    if changes.get("engine_version"):
        changes["engine_version"] = wanted
    if _number(wanted) < _number(instance.engine_version):
        raise _refusal(f"Cannot upgrade postgres from {instance.engine_version} to {wanted}")
    is_major = _family_of(wanted) != _family_of(instance.engine_version)
    if is_major and not changes.get("allow_major_version_upgrade"):
        raise _refusal(
            "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        )
    family = _family(backend, group)
    if family not in {None, _family_of(wanted)}:
        raise _refusal(
            f"The Parameter Group {group} with DBParameterGroupFamily {family} cannot be used for this instance. "
            f"Please use a Parameter Group with DBParameterGroupFamily {_family_of(wanted)}"
        )


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _family_of(version: str) -> str:
    return f"postgres{version.split('.', maxsplit=1)[0]}"


def _family(backend: Backend, group: str | None) -> str | None:
    """Return the family of a parameter group of ours, or None."""
    found = backend.db_parameter_groups.get(group) if group else None
    return None if found is None else str(found.family)


def _refusal(message: str) -> Exception:
    from moto.rds.exceptions import InvalidParameterCombination  # noqa: PLC0415 - moto comes after its settings

    return InvalidParameterCombination(message)
