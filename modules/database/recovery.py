"""Whether a configuration can keep the recovery targets (RPO, RTO) that the settings promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from modules.database.settings import DatabaseSettings
from modules.settings import Settings, refusal

LOG_SHIPPING_MINUTES = 5
"""RDS uploads transaction logs every five minutes: the RPO of point-in-time recovery
(constraint C37; source: RDS user guide, USER_PIT)."""

FAILOVER_MINUTES = 2
"""A Multi-AZ failover takes 60 to 120 seconds (constraint C37; source: RDS user guide, Concepts.MultiAZ.Failover)."""

CLUSTER_FAILOVER_MINUTES = 1
"""A Multi-AZ cluster fails over in less than 35 seconds, typically (constraint C49; source: RDS API, FailoverDBCluster)."""


class RecoverySettings(Settings):
    """Recovery targets for the database.

    Args:
        rpo_minutes: minutes of changes that may be lost at most; 5 or more (constraint C37).
        rto_minutes: minutes at most until the database works again after the loss of a zone or of the primary;
            2 or more, and only with ``database.multi_az`` (C37); 1 or more with ``database.cluster`` (C49).
    """

    rpo_minutes: Annotated[int, Field(ge=1)] = 60
    rto_minutes: Annotated[int, Field(ge=1)] = 15


@dataclass(frozen=True)
class Recovery:
    """What a configuration gives.

    Args:
        rpo_minutes: minutes of changes that a point-in-time recovery can lose.
        rto_minutes: minutes of a failover; ``None`` when only a restore helps, whose time depends on the data.
    """

    rpo_minutes: int
    rto_minutes: int | None


def achievable(database: DatabaseSettings) -> Recovery:
    """Return what the database's configuration gives."""
    # Retention is at least one day, so point-in-time recovery is always there: of a cluster from the automated backups
    # of RDS itself, because AWS Backup makes no continuous ones (constraint C47).
    if database.cluster is not None:
        return Recovery(rpo_minutes=LOG_SHIPPING_MINUTES, rto_minutes=CLUSTER_FAILOVER_MINUTES)
    return Recovery(
        rpo_minutes=LOG_SHIPPING_MINUTES, rto_minutes=FAILOVER_MINUTES if database.multi_az else None
    )


def check_recovery(database: DatabaseSettings, promised: RecoverySettings) -> None:
    """Refuse targets that the configuration cannot keep.

    Raises:
        ValueError: with what it can keep.
    """
    given = achievable(database)
    if promised.rpo_minutes < given.rpo_minutes:
        raise refusal(
            f"recovery.rpo_minutes is {promised.rpo_minutes}",
            allowed=f"{given.rpo_minutes} or more: RDS ships its transaction logs every {given.rpo_minutes} minutes",
            fix=f"write rpo_minutes = {given.rpo_minutes}",
            constraint="C37",
        )
    if given.rto_minutes is None:
        raise refusal(
            f"recovery.rto_minutes is {promised.rto_minutes} with database.multi_az = false",
            allowed="no recovery time at all: without a standby the database is restored, as long as its data takes",
            fix="write multi_az = true, or take the recovery block out of a disposable environment (recovery = null)",
            constraint="C37",
        )
    if promised.rto_minutes < given.rto_minutes:
        raise refusal(
            f"recovery.rto_minutes is {promised.rto_minutes}",
            allowed=f"{given.rto_minutes} or more: a Multi-AZ failover takes 60 to 120 seconds",
            fix=f"write rto_minutes = {given.rto_minutes}",
            constraint="C37",
        )
