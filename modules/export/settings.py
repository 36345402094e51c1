"""Settings of the export of snapshots."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from modules.bucket.settings import AgeSettings
from modules.settings import refusal

LONGEST_NAME = 58
"""Characters of a bucket's name: S3 takes 63, and the bucket of the logs ends with ``-logs``."""


def check_bucket_name(value: str) -> str:
    """Check the name of a bucket that has a bucket of logs beside it.

    Raises:
        ValueError: S3 would refuse one of the two names.
    """
    if not re.fullmatch(rf"(?=.{{3,{LONGEST_NAME}}}$)[a-z0-9]+(-[a-z0-9]+)*", value):
        raise refusal(
            f"{value!r} cannot be the name of a bucket",
            allowed=f"3 to {LONGEST_NAME} lower-case letters, digits and single hyphens: S3 takes 63, "
            "and the bucket of its logs ends with -logs",
            fix="write exports = { bucket_name = ... }",
        )
    return value


class ExportSettings(AgeSettings):
    """Snapshots that are exported to S3, in Parquet, and what becomes of them there.

    Args:
        every_days: days between the snapshots that are exported, 1 to 31.
        bucket_name: name of the bucket; default: ``rds-backups-<project>-<suffix>``.
    """

    every_days: Annotated[int, Field(ge=1, le=31)] = 1
    bucket_name: Annotated[str, AfterValidator(check_bucket_name)] | None = None
