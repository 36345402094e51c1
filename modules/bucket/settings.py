"""Settings of a bucket whose objects age."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from modules.settings import Settings, refusal

_LEAST_DAYS = 30
"""Days that S3 wants an object to be in a storage class before it moves to a colder one (constraint C26)."""

Days = Annotated[int, Field(ge=1, le=36500)]


class AgeSettings(Settings):
    """What becomes of the objects of a bucket.

    Args:
        infrequent_access_after_days: days until objects move to Standard-IA, 30 or more (constraint C26).
        glacier_after_days: days until they move to Glacier Flexible Retrieval, 30 or more after that (C26).
        deep_archive_after_days: days until they move to Glacier Deep Archive, more than that.
        delete_after_days: days until they are deleted, more than that.
        old_versions_days: days for which versions are kept that were replaced or deleted.
        unfinished_uploads_days: days after which uploads that never ended are removed.
    """

    infrequent_access_after_days: Annotated[int, Field(ge=_LEAST_DAYS, le=36500)] = 30
    glacier_after_days: Days = 90
    deep_archive_after_days: Days = 365
    delete_after_days: Days = 2555
    old_versions_days: Days = 90
    unfinished_uploads_days: Days = 7

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        glacier, earliest = self.glacier_after_days, self.infrequent_access_after_days + _LEAST_DAYS
        if glacier < earliest:
            raise refusal(
                f"glacier_after_days is {glacier} with infrequent_access_after_days {earliest - _LEAST_DAYS}",
                allowed=f"{earliest} or more: objects stay {_LEAST_DAYS} days in Standard-IA",
                fix=f"write glacier_after_days = {earliest}",
                constraint="C26",
            )
        for colder, later, earlier in (
            ("deep_archive_after_days", self.deep_archive_after_days, glacier),
            ("delete_after_days", self.delete_after_days, self.deep_archive_after_days),
        ):
            if later <= earlier:
                raise refusal(
                    f"{colder} is {later}, and what comes before it is after {earlier} days",
                    allowed=f"more than {earlier}",
                    fix=f"write {colder} = {earlier + 1}, or more",
                )
        return self
