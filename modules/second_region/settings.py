"""Settings of backups in a second region."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from modules import facts
from modules.common import Region
from modules.settings import Settings, refusal


class SecondRegionSettings(Settings):
    """Backups in another region, for the loss of the first one.

    Args:
        region: the other region, of the same partition.
        automated_backup_days: days for which the automated backups are kept there, with point-in-time recovery, 1 to 35 (C13);
            RDS brings them to some of the other regions only (C56); ``null`` for none.
        recovery_points: copy the recovery points of AWS Backup there, and keep them as long as here.
    """

    region: Region
    automated_backup_days: Annotated[int, Field(ge=1, le=35)] | None = 7
    recovery_points: bool = True

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.automated_backup_days is None and not self.recovery_points:
            raise refusal(
                "second_region gets neither automated backups nor recovery points",
                allowed="one of them, or both",
                fix="take second_region out",
            )
        return self


def check_second_region(settings: SecondRegionSettings, region: str, *, cluster: bool = False) -> None:
    """Refuse a region that cannot have backups of another one.

    Args:
        settings: with the second region.
        region: where the system is.
        cluster: whether the database is a Multi-AZ cluster.

    Raises:
        ValueError: it is not known, is the system's own, or is in another partition; or no backups of the database can be
            brought there (C47, C56).
    """
    if cluster:
        raise refusal(
            "second_region with database.cluster",
            allowed="an instance: no backup of a Multi-AZ cluster leaves its region, neither automated backups (C46)"
            " nor recovery points",
            fix="take second_region or database.cluster out",
            constraint="C47",
        )
    others = facts.other_regions(region)
    if settings.region not in others:
        raise refusal(
            f"second_region.region is {settings.region} for a system in {region}",
            allowed=", ".join(others),
            fix="name another region of the same partition",
        )
    replicated = facts.automated_backup_regions(region)
    if settings.automated_backup_days is not None and settings.region not in replicated:
        raise refusal(
            f"second_region.automated_backup_days with region {settings.region}",
            allowed=f"RDS replicates automated backups of {region} to {', '.join(replicated) or 'no other region'}",
            fix="write another region, or automated_backup_days = null, which leaves the copies of recovery points",
            constraint="C56",
        )
