"""Settings of the file system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from modules import facts
from modules.settings import LowerCaseName, Settings, one_of, refusal


def _lifecycle(value: str) -> str:
    values = facts.allowed("efs_lifecycle")
    if value not in values:
        raise refusal(
            "EFS does not know this lifecycle policy",
            allowed=", ".join(values),
            fix=f'write "{values[0]}"',
            constraint="C23",
        )
    return value


Transition = Annotated[str, AfterValidator(_lifecycle), one_of(facts.allowed("efs_lifecycle"))]


class AccessPointSettings(Settings):
    """A directory of the file system with an owner of its own.

    Args:
        path: directory; created when it does not exist.
        uid: POSIX user id that every access through the point gets.
        gid: POSIX group id.
        permissions: octal permissions of the directory when it is created.
    """

    path: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._-]+){1,4}$", max_length=100)]
    uid: Annotated[int, Field(ge=1, le=4294967295)] = 1000
    gid: Annotated[int, Field(ge=1, le=4294967295)] = 1000
    permissions: Annotated[str, Field(pattern=r"^0?[0-7]{3}$")] = "0750"


class FileSystemSettings(Settings):
    """An EFS file system; throughput is elastic, so the performance mode is general purpose (constraint C23).

    Args:
        transition_to_ia: when files move to Infrequent Access, ``AFTER_1_DAY`` to ``AFTER_365_DAYS`` (C23).
        access_points: name to directory and owner.
        replication_region: region of the same partition that gets a copy, within 15 minutes; default: none.
    """

    transition_to_ia: Transition = "AFTER_30_DAYS"
    access_points: Mapping[LowerCaseName, AccessPointSettings] = {
        "transaction-logs": AccessPointSettings(path="/transaction-logs")
    }
    replication_region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")] | None = None


def check_replication(settings: FileSystemSettings, region: str) -> None:
    """Refuse a region that cannot have a copy of the file system.

    Args:
        settings: with the region.
        region: where the system is; EFS makes copies in the same region, too.

    Raises:
        ValueError: it is not known, or is in another partition.
    """
    known = (region, *facts.other_regions(region))
    if settings.replication_region is not None and settings.replication_region not in known:
        raise refusal(
            f"filesystem.replication_region is {settings.replication_region}",
            allowed=", ".join(sorted(known)),
            fix="name one of them",
        )
