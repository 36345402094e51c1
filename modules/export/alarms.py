"""Alarms on the export of snapshots: it fails, or its last result is too old."""

from __future__ import annotations

from collections.abc import Callable

from constructs import Construct

from modules.export.metrics import AGE, NAMESPACE
from modules.export.snapshot_export import SnapshotExport
from modules.monitoring.metric_alarms import HOURS, Alarm, make_alarms, of_function
from modules.monitoring.topic import Topic

_MARGIN_HOURS = 24
"""Hours from a snapshot to the end of its export, and for a second attempt."""


class ExportAlarms(Construct):
    """Alarms of one export.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        topic: where alarms go.
        export: the function.
        every_days: days between the snapshots that are exported.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        topic: Topic,
        export: SnapshotExport,
        every_days: int,
    ) -> None:
        super().__init__(scope, id)
        hours = every_days * 24 + _MARGIN_HOURS
        overdue = Alarm(
            namespace=NAMESPACE,
            metric=AGE,
            dimensions=export.export_metric_dimensions(),
            description=f"The newest exported snapshot of the database is older than {hours} hours",
            statistic="Minimum",
            threshold=hours,
            period=3 * HOURS,
            # Nobody looks any more: that is worth a notification of its own.
            missing="missing",
        )
        self.alarm_arns = make_alarms(
            self, {"export-overdue": overdue, **of_function("export", export)}, name=name, topic=topic
        )
