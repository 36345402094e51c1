"""RDS: an exported snapshot arrives in its bucket.

What moto 5.2.5 lacks: StartExportTask writes nothing, takes any bucket, and a task has neither the time of its snapshot nor
its own. Here the description that RDS puts beside the data is written, ``export_info_<task>.json``, and the task is over at
once. There is no data: what a snapshot holds is emulated.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeAlias

Backend: TypeAlias = Any
"""moto's ``RDSBackend``."""
Task: TypeAlias = Any
"""moto's ``ExportTask``, with the times that are added here."""


def install() -> None:
    """Patch moto's RDS once."""
    from moto.rds import models  # noqa: PLC0415 - moto comes after its settings

    backend: Any = models.RDSBackend
    if hasattr(backend, "holdfast_exports"):
        return
    backend.holdfast_exports = True
    backend.start_export_task = _written(backend.start_export_task)


def _written(start: Callable[[Backend, dict[str, Any]], Task]) -> Callable[[Backend, dict[str, Any]], Task]:
    def start_export_task(self: Backend, kwargs: dict[str, Any]) -> Task:
        from moto.core.utils import utcnow  # noqa: PLC0415
        from moto.rds.exceptions import RDSClientError  # noqa: PLC0415
        from moto.s3.exceptions import MissingBucket  # noqa: PLC0415
        from moto.s3.models import s3_backends  # noqa: PLC0415

        s3: Any = s3_backends[self.account_id][self.partition]
        try:
            s3.get_bucket(kwargs["s3_bucket_name"])
        except MissingBucket:
            raise RDSClientError(
                "InvalidS3BucketFault", f"The S3 bucket {kwargs['s3_bucket_name']} doesn't exist."
            ) from None
        task = start(self, kwargs)
        task.snapshot_time = task.snapshot.snapshot_create_time
        task.task_start_time = task.task_end_time = utcnow()
        task.percent_progress, task.status = 100, "COMPLETE"
        name = task.export_task_identifier
        key = "/".join(filter(None, (task.s3_prefix, name, f"export_info_{name}.json")))
        info = {
            "exportTaskIdentifier": name,
            "sourceArn": task.source_arn,
            "snapshotTime": str(task.snapshot_time),
            "kmsKeyId": task.kms_key_id,
            "status": task.status,
            "percentProgress": task.percent_progress,
        }
        s3.put_object(task.s3_bucket, key, json.dumps(info).encode())
        return task

    return start_export_task
