"""Settings that every system has: where it is, how it ends, and what its resources are called and tagged."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from modules import facts
from modules.settings import Profile, Settings, refusal

Suffix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=20)]
Region = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]


def _tag_name(value: str) -> str:
    if not re.fullmatch(r"[\w .:/=+@-]{1,128}", value) or value.lower().startswith("aws:"):
        raise refusal(
            f"{value!r} cannot be the name of a tag",
            allowed="1 to 128 letters, digits, spaces and . : / = + @ - _, not starting with aws:",
            fix="write another name",
        )
    return value


class TagSettings(Settings):
    """Tags of every resource; ``Environment`` and ``ManagedBy`` are added.

    Args:
        project: tag ``Project``.
        cost_center: tag ``CostCenter``.
        additional: further tags, name to value.
    """

    project: Annotated[str, Field(min_length=1, max_length=256)]
    cost_center: Annotated[str, Field(min_length=1, max_length=256)]
    additional: Mapping[Annotated[str, AfterValidator(_tag_name)], Annotated[str, Field(max_length=256)]] = {}


class Common(Settings):
    """What every system of an environment has.

    Args:
        region: AWS region.
        availability_zones: two or more zones of the region (constraint C06); their order does not matter.
        suffix: ends every name; 1 to 20 lower-case letters, digits and hyphens.
        profile: ``ephemeral``: all of it can be destroyed; ``regulated``: what holds data is protected,
            backups are kept 35 days or more (C32), and there is a standby.
        tags: tags of every resource.
    """

    region: Region
    availability_zones: Annotated[tuple[str, ...], Field(min_length=2, max_length=6)]
    suffix: Suffix
    profile: Profile
    tags: TagSettings

    @field_validator("availability_zones")
    @classmethod
    def _zones(cls, zones: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        region = info.data.get("region")
        if region is None:
            return zones  # its own error is told
        if len(set(zones)) != len(zones):
            raise refusal(
                "availability_zones names a zone twice",
                allowed="different zones of the region",
                fix="take one of the two out",
                constraint="C06",
            )
        offered = facts.zones(region)
        if offered is None:
            raise refusal(
                f"region {region} is not known",
                allowed=", ".join(facts.regions()),
                fix="correct region, or refresh modules/facts/availability_zones.tsv",
                constraint="C06",
            )
        foreign = [zone for zone in zones if zone not in offered]
        if foreign:
            raise refusal(
                f"availability_zones names {', '.join(foreign)}, which {region} does not have",
                allowed=", ".join(offered),
                fix="name zones of the region, or correct region",
                constraint="C06",
            )
        return zones

    def name(self, prefix: str) -> Callable[[str], str]:
        """Return the function that makes names: ``dr-vpc-dev`` from ``vpc`` with the prefix ``dr``."""
        return lambda what: f"{prefix}-{what}-{self.suffix}"

    def all_tags(self) -> dict[str, str]:
        """Return the tags of every resource."""
        return {
            **self.tags.additional,
            "Environment": self.suffix,
            "Project": self.tags.project,
            "CostCenter": self.tags.cost_center,
            "ManagedBy": "cdktf",
        }
