"""Where the history of drift is kept: beside the state, so that every machine that can read the state has the same one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from environments import backend
from operations.aws import error_code, explained, session
from operations.drift import history
from operations.drift.history import History
from operations.state import places

if TYPE_CHECKING:
    from pathlib import Path

    from operations.project import Project

ENDING = ".drift.json"


class File:
    """A history in a file: for a project whose states are files too.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> History:
        """What was kept; nothing at first."""
        if not self._path.exists():
            return History()
        return history.parse(self._path.read_text(encoding="utf-8"), source=str(self._path))

    def save(self, kept: History) -> None:
        """Keep it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(history.text(kept), encoding="utf-8")


class Object:
    """A history in the bucket of the states; the bucket's default encryption is that of the states.

    Args:
        settings: the state backend.
        key: key of the object.
    """

    def __init__(self, settings: backend.Backend, key: str) -> None:
        self._bucket = settings.bucket
        self._key = key
        self._s3 = session(settings.region).client("s3")

    def load(self) -> History:
        """What was kept; nothing at first."""
        source = f"s3://{self._bucket}/{self._key}"
        with explained():
            try:
                found = self._s3.get_object(Bucket=self._bucket, Key=self._key)
                return history.parse(found["Body"].read().decode("utf-8", "replace"), source=source)
            except ClientError as error:
                if error_code(error) in places.ABSENT:
                    return History()
                raise

    def save(self, kept: History) -> None:
        """Keep it."""
        with explained():
            self._s3.put_object(
                Bucket=self._bucket,
                Key=self._key,
                Body=history.text(kept).encode(),
                ContentType="application/json",
            )


def of(project: Project, stack: str, *, environment: str) -> File | Object:
    """Where the history of a system is.

    Args:
        project: the project.
        stack: name of the system.
        environment: name of the environment.
    """
    place = places.chosen(project.root, stack, environment)
    settings = backend.read(project.backend)
    if settings is None:
        return File(project.work / "drift" / f"{place.environment}.{place.suffix}.{place.system}.json")
    return Object(settings, place.key(settings).removesuffix(places.STATE) + ENDING)
