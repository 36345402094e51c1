"""Where states are: one object in the bucket for each system, environment and suffix."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from environments import context, hcl, selection
from operations.aws import error_code

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from environments.backend import Backend

STATE = ".tfstate"
LOCK_FILE = f"{STATE}.tflock"
"""How Terraform's lock files end: they lie beside the states."""

ABSENT = {"404", "NoSuchBucket", "NoSuchKey"}

_PARTS = 3


@dataclass(frozen=True, kw_only=True, order=True)
class Place:
    """What a state is of.

    Attributes:
        environment: name of the environment, ``dev``.
        suffix: environment suffix, ``pr-42``.
        system: name of the system, ``citizen-data``.
    """

    environment: str
    suffix: str
    system: str

    def __str__(self) -> str:
        where = self.environment if self.suffix == self.environment else f"{self.environment}, {self.suffix}"
        return f"{self.system} ({where})"

    def key(self, backend: Backend) -> str:
        """Where its state is in the bucket."""
        return backend.key_for(self.system, self.environment, self.suffix)


def chosen(root: Path, system: str, environment: str | None) -> Place:
    """The state that a command is about, as synthesis would choose it; nothing is synthesized for that.

    Args:
        root: the project.
        system: name of the system.
        environment: name of the environment, the default one unless given.

    Raises:
        Problem: there is no such environment, or its file cannot be read.
    """
    name = environment or selection.environment()
    path = selection.file(name, root / selection.FOLDER.name)
    suffix = selection.suffix(context.read(root / context.FILE).get)
    if suffix is None:
        suffix = str(hcl.load(path, source=f"{path.parent.name}/{path.name}").values.get("suffix", name))
    return Place(environment=name, suffix=suffix, system=system)


def place_of(backend: Backend, key: str) -> Place | None:
    """What the state at a key is of; None when it is none of this project's."""
    prefix = f"{backend.key_prefix}/"
    parts = key.removeprefix(prefix).removesuffix(STATE).split("/")
    if not (key.startswith(prefix) and key.endswith(STATE)) or len(parts) != _PARTS:
        return None
    environment, suffix, system = parts
    return Place(environment=environment, suffix=suffix, system=system)


def objects(s3: S3Client, bucket: str) -> list[str]:
    """The keys of all objects in a bucket; none when there is no such bucket."""
    try:
        return [
            found["Key"]
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            for found in page.get("Contents", [])
        ]
    except ClientError as error:
        if error_code(error) in ABSENT:
            return []
        raise


def old_versions(s3: S3Client, bucket: str, ending: str) -> list[datetime]:
    """When the versions were written that are not the latest; none when there is no such bucket.

    Args:
        s3: client in the bucket's region.
        bucket: its name.
        ending: only of objects whose keys end so.
    """
    try:
        return [
            version["LastModified"]
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
            for version in page.get("Versions", [])
            if version["Key"].endswith(ending) and not version["IsLatest"]
        ]
    except ClientError as error:
        if error_code(error) in ABSENT:
            return []
        raise


def resources(state: bytes) -> int | None:
    """How many resources a state holds; None when it cannot be read."""
    try:
        document: dict[str, Any] = json.loads(state)
        return sum(
            len(resource.get("instances", []))
            for resource in document.get("resources", [])
            if resource.get("mode") == "managed"
        )
    except (ValueError, AttributeError, TypeError):
        return None
