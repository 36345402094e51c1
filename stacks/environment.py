"""An environment: one ``environments/<name>.tfvars``, checked as a whole before anything is built from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from environments import hcl, selection
from environments.problem import Problem
from modules import facts
from modules.backup.settings import BackupSettings
from modules.credentials.settings import CredentialsSettings, check_application, check_replicas
from modules.database.recovery import RecoverySettings, check_recovery
from modules.database.settings import DatabaseSettings, check_region
from modules.filesystem.settings import FileSystemSettings
from modules.keys.settings import KeySettings
from modules.monitoring.settings import AlarmSettings
from modules.network.settings import NetworkSettings, check_subnets
from modules.settings import Profile, Settings, refusal

REGULATED_RETENTION_DAYS = 35
"""Days of backups that the FedRAMP Moderate pack of AWS Config requires (constraint C32)."""

Suffix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=20)]


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


class Environment(Settings):
    """Everything that an environment decides.

    Args:
        region: AWS region.
        availability_zones: two or more zones of the region (constraint C06); their order does not matter.
        suffix: ends every name; 1 to 20 lower-case letters, digits and hyphens.
        profile: ``ephemeral``: all of it can be destroyed; ``regulated``: what holds data is protected,
            backups are kept 35 days or more (C32), and there is a standby.
        tags: tags of every resource.
        network: see :class:`NetworkSettings`.
        keys: see :class:`KeySettings`.
        database: see :class:`DatabaseSettings`.
        filesystem: see :class:`FileSystemSettings`.
        credentials: see :class:`CredentialsSettings`.
        backup: see :class:`BackupSettings`.
        alarms: see :class:`AlarmSettings`.
        recovery: see :class:`RecoverySettings`; ``null`` promises nothing, for a disposable environment.
    """

    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    availability_zones: Annotated[tuple[str, ...], Field(min_length=2, max_length=6)]
    suffix: Suffix
    profile: Profile
    tags: TagSettings
    network: NetworkSettings = NetworkSettings()
    keys: KeySettings = KeySettings()
    database: DatabaseSettings = DatabaseSettings()
    filesystem: FileSystemSettings = FileSystemSettings()
    credentials: CredentialsSettings = CredentialsSettings()
    backup: BackupSettings = BackupSettings()
    alarms: AlarmSettings = AlarmSettings()
    recovery: RecoverySettings | None = RecoverySettings()

    @model_validator(mode="after")
    def _zones(self) -> Self:
        if len(set(self.availability_zones)) != len(self.availability_zones):
            raise refusal(
                "availability_zones names a zone twice",
                allowed="different zones of the region",
                fix="take one of the two out",
                constraint="C06",
            )
        offered = facts.zones(self.region)
        if offered is None:
            raise refusal(
                f"region {self.region} is not known",
                allowed=", ".join(facts.regions()),
                fix="correct region, or refresh modules/facts/availability_zones.tsv",
                constraint="C06",
            )
        foreign = [zone for zone in self.availability_zones if zone not in offered]
        if foreign:
            raise refusal(
                f"availability_zones names {', '.join(foreign)}, which {self.region} does not have",
                allowed=", ".join(offered),
                fix="name zones of the region, or correct region",
                constraint="C06",
            )
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        check_region(self.database, self.region, self.availability_zones)
        check_subnets(self.network, self.availability_zones)
        check_application(self.credentials, self.database.username)
        check_replicas(self.credentials, self.region)
        _check_endpoints(self.network)
        if self.recovery is not None:
            check_recovery(self.database, self.recovery)
        return self

    @model_validator(mode="after")
    def _regulated(self) -> Self:
        if self.profile != "regulated":
            return self
        for what, days in (
            ("database.backup_retention_days", self.database.backup_retention_days),
            ("backup.daily_retention_days", self.backup.daily_retention_days),
        ):
            if days < REGULATED_RETENTION_DAYS:
                raise refusal(
                    f'{what} is {days} with profile = "regulated"',
                    allowed=f"{REGULATED_RETENTION_DAYS} or more",
                    fix=f'write {what.split(".")[1]} = {REGULATED_RETENTION_DAYS}, or profile = "ephemeral"',
                    constraint="C32",
                )
        if not self.database.multi_az:
            raise refusal(
                'database.multi_az is false with profile = "regulated"',
                allowed="true",
                fix='write multi_az = true, or profile = "ephemeral"',
            )
        return self

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


def _check_endpoints(network: NetworkSettings) -> None:
    if network.vpc_id is None and "secretsmanager" not in network.interface_endpoints:
        raise refusal(
            "network.interface_endpoints lacks secretsmanager",
            allowed="secretsmanager among them: the functions that rotate credentials have no other way to it",
            fix='add "secretsmanager"',
        )


def load(name: str, *, folder: Path = selection.FOLDER, suffix: str | None = None) -> Environment:
    """Read and check an environment.

    Args:
        name: name of the file, without ``.tfvars``.
        folder: where the files lie.
        suffix: takes the place of the file's suffix.

    Raises:
        Problem: when the file is missing, broken, or says what AWS would refuse.
    """
    path = selection.file(name, folder)
    source = f"{folder.name}/{path.name}"
    document = hcl.load(path, source=source)
    values = {**document.values, "suffix": suffix} if suffix else document.values
    try:
        # As JSON, because strict models take a list for a tuple only there.
        return Environment.model_validate_json(json.dumps(values))
    except ValidationError as error:
        place = error.errors()[0]["loc"]
        if suffix and place == ("suffix",):
            source = f"{selection.SUFFIX_VARIABLE}, or {selection.SUFFIX_CONTEXT} in the cdktf context"
        elif line := document.line(place):
            source = f"{source}, line {line}"
        raise _problem(source, error) from None


def _problem(source: str, error: ValidationError) -> Problem:
    first, *others = error.errors()
    place = ".".join(str(part) for part in first["loc"]) or "environment"
    what, allowed, fix = _explain(first, place)
    more = f" ({len(others)} more after it)" if others else ""
    given = None if isinstance(first["input"], dict) else repr(first["input"])
    if first["type"] == "extra_forbidden":
        given = place
    return Problem(f"{source}: {what}{more}", given=given, allowed=allowed, fix=fix)


def _explain(error: Any, place: str) -> tuple[str, str | None, str | None]:  # noqa: ANN401 - pydantic's ErrorDetails
    if error["type"] == "extra_forbidden":
        known = _settings_at(error["loc"][:-1])
        close = get_close_matches(str(error["loc"][-1]), known, n=1)
        return f"unknown setting {place}", ", ".join(known), f"write {close[0]}" if close else "take it out"
    if error["type"] == "value_error":
        what, *lines = str(error["ctx"]["error"]).splitlines()
        parts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
        where = "" if place == "environment" or place in what else f"{place}: "
        return f"{where}{what}", parts.get("allowed"), parts.get("fix")
    if error["type"] == "missing":
        return f"{place} is missing", _allowed_at(error["loc"]), f"add {place}"
    return (
        f"{place}: {error['msg'][0].lower()}{error['msg'][1:]}",
        _allowed_at(error["loc"]),
        f"correct {place}",
    )


def _model_at(location: Iterable[int | str]) -> tuple[type[Settings], str | None]:
    model: type[Settings] = Environment
    field = None
    for part in location:
        info = model.model_fields.get(str(part))
        if info is None:
            break
        field = str(part)
        annotation = info.annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        inner = next(
            (item for item in candidates if isinstance(item, type) and issubclass(item, Settings)), None
        )
        if inner is not None:
            model, field = inner, None
    return model, field


def _settings_at(location: Iterable[int | str]) -> list[str]:
    return sorted(_model_at(location)[0].model_fields)


def _allowed_at(location: Iterable[int | str]) -> str | None:
    model, field = _model_at(location)
    # The models' docstrings say what is allowed, so that it is written once.
    about = model.about(field) if field is not None else None
    return about.replace("``", "") if about else None
