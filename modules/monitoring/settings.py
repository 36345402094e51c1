"""Settings of alarms and notifications."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings import Settings


class AlarmSettings(Settings):
    """Thresholds of the alarms, and who is notified.

    Args:
        email: address that gets alarms and events; it must confirm the subscription once.
        cpu_percent: CPU utilisation, in percent.
        connections_percent: connections, in percent of the ``max_connections`` that the parameter group sets.
        free_storage_gb: free storage below which the alarm rises, in GiB.
        read_latency_ms: average time of a read, in milliseconds.
        write_latency_ms: average time of a write, in milliseconds.
        evaluation_periods: one-minute periods in a row that must breach.
        rotation_margin_days: days that a rotation may be late, 1 to 30: Secrets Manager rotates at some time of the day,
            and tries again after a failure.
    """

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    cpu_percent: Annotated[int, Field(ge=1, le=100)] = 80
    connections_percent: Annotated[int, Field(ge=1, le=100)] = 80
    free_storage_gb: Annotated[int, Field(ge=1)] = 10
    read_latency_ms: Annotated[int, Field(ge=1)] = 100
    write_latency_ms: Annotated[int, Field(ge=1)] = 100
    evaluation_periods: Annotated[int, Field(ge=1, le=60)] = 5
    rotation_margin_days: Annotated[int, Field(ge=1, le=30)] = 2
