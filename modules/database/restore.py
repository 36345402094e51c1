"""From which backup an instance is made, instead of empty."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from modules.settings import Settings, refusal


class RestoreSettings(Settings):
    """What the instance is restored from when Terraform makes it. It has no effect on an existing instance.

    Args:
        snapshot: identifier or ARN of a snapshot.
        instance: identifier of an instance whose automated backups are restored to a point in time.
        time: that point in time, in UTC, such as ``2026-11-25T12:00:00Z``; default: the latest possible.
    """

    snapshot: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9:_/-]{0,254}$")] | None = None
    instance: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=63)] | None = None
    time: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")] | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.snapshot is None) == (self.instance is None):
            raise refusal(
                "restore names " + ("two sources" if self.snapshot else "no source"),
                allowed="snapshot, or instance with or without a time",
                fix="keep one of them",
            )
        if self.snapshot is not None and self.time is not None:
            raise refusal(
                "restore.time with a snapshot",
                allowed="a time for the automated backups of an instance: a snapshot is of its own time",
                fix="take time out",
            )
        return self

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of ``aws_db_instance``."""
        if self.snapshot is not None:
            return {"snapshot_identifier": self.snapshot}
        point = {"restore_time": self.time} if self.time else {"use_latest_restorable_time": True}
        return {"restore_to_point_in_time": {"source_db_instance_identifier": self.instance, **point}}
