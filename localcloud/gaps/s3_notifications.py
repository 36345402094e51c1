"""S3: whoever asked for it hears that an object was deleted, or one of its versions.

What moto 5.2.5 lacks: in a bucket that keeps versions it tells of the last version of an object only. A delete marker, and
a version that is not the last, go without a word; and a marker that is the last version ends in an error, once there are
notifications, because it has neither a size nor a tag.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

Backend: TypeAlias = Any
"""moto's ``S3Backend``."""
Delete: TypeAlias = Callable[..., tuple[bool, dict[str, Any]]]


def install() -> None:
    """Patch moto's S3 once."""
    from moto.s3 import models  # noqa: PLC0415 - moto comes after its settings

    backend: Any = models.S3Backend
    marker: Any = models.FakeDeleteMarker
    if hasattr(marker, "etag"):
        return
    marker.etag, marker.size = "", 0
    backend.delete_object = _told(backend.delete_object)


def _told(delete: Delete) -> Delete:
    def delete_object(
        self: Backend,
        bucket_name: str,
        key_name: str,
        version_id: str | None = None,
        bypass: bool = False,
    ) -> tuple[bool, dict[str, Any]]:
        from moto.s3.notifications import S3NotificationEvent, send_event  # noqa: PLC0415

        bucket = self.get_bucket(bucket_name)
        versioning = bucket.versioning_status
        object_ = bucket.keys.get(key_name)
        answer = delete(self, bucket_name, key_name, version_id, bypass)
        moto_told = versioning == "Enabled" and key_name not in bucket.keys
        if versioning and object_ is not None and not moto_told:
            event = (
                S3NotificationEvent.OBJECT_REMOVED_DELETE_EVENT
                if version_id
                else S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT
            )
            send_event(self.account_id, event, bucket, object_)
        return answer

    return delete_object
