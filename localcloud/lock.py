"""One server at a time for a directory: a lock that the operating system lets go when its process ends."""

from __future__ import annotations

import fcntl
import json
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO


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
        self._path = directory / "server.lock"
        self._held: TextIO | None = None

    def exists(self) -> bool:
        """Whether a server has ever had the directory."""
        return self._path.is_file()

    def take(self, holder: Holder, *, seconds: float = 0) -> bool:
        """Take the lock until the process ends.

        Args:
            holder: who takes it.
            seconds: how long to try; one who only looks at it has it for a moment, too.

        Returns:
            False when another process still has it.
        """
        file = self._path.open("a+", encoding="utf-8")
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    file.close()
                    return False
                time.sleep(0.05)
        file.truncate(0)
        file.write(json.dumps(asdict(holder)))
        file.flush()
        self._held = file
        return True

    def holder(self) -> Holder | None:
        """Return who has the lock now, or None; what the file says of a process that is gone does not count."""
        with suppress(FileNotFoundError, ValueError, TypeError), self._path.open(encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Holder(**json.load(file))
        return None

    def wait_until_free(self, seconds: float) -> bool:
        """Wait until nobody has the lock; False when somebody still has it after that time."""
        deadline = time.monotonic() + seconds
        while self.holder() is not None:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True
