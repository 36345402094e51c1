"""One server at a time for a directory: a lock that the operating system lets go when its process ends."""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "server.lock"
_PAUSE = 0.05
_UNWRITTEN_SECONDS = 1.0
"""How long a holder may take between having the lock and writing who it is."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who has the lock.

    Args:
        pid: process id.
        port: TCP port that it serves.
    """

    pid: int
    port: int


class DirectoryLock:
    """The lock of one directory.

    Args:
        directory: of a local AWS.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE

    def exists(self) -> bool:
        """Whether the directory is that of a local AWS."""
        return self._path.is_file()

    def mark(self) -> None:
        """Make the directory, if need be, and make it known as that of a local AWS."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch()

    def take(self, holder: Holder, *, seconds: float = 0) -> bool:
        """Take the lock until the process ends.

        Args:
            holder: who takes it.
            seconds: how long to try; one who only looks at it has it for a moment, too.

        Returns:
            False when another process still has it.
        """
        # A descriptor and not a file object: that would be closed, and the lock let go, with its last reference.
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(descriptor)
                    return False
                time.sleep(_PAUSE)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)
        return True

    def holder(self) -> Holder | None:
        """Return who has the lock now, or None; what the file says of a process that is gone does not count."""
        deadline = time.monotonic() + _UNWRITTEN_SECONDS
        with suppress(FileNotFoundError), self._path.open(encoding="utf-8") as file:
            while time.monotonic() < deadline:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass
                else:
                    return None
                file.seek(0)
                with suppress(ValueError, TypeError):
                    return Holder(**json.load(file))
                time.sleep(_PAUSE)
        return None
