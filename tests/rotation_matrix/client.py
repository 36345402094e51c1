"""Clients of the database: they read AWSCURRENT, log in, and read it again before the next login."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from pg8000.native import DatabaseError, InterfaceError  # type: ignore[import-untyped]

from tests.functions.server import PostgreSQLServer

PAUSE_SECONDS = 0.2
Answer = Literal["opened", "refused", "no answer"]
"""`refused`: the credential is wrong or may not be used (SQLSTATE class 28). `no answer`: the server is not there, or
turns away everybody."""


def log_in(server: PostgreSQLServer, entry: Mapping[str, Any] | None) -> Answer:
    """Log in with an entry's username and password."""
    if not entry or not entry.get("username") or not entry.get("password"):
        return "refused"
    try:
        server.connect(entry["username"], entry["password"], entry.get("dbname", "postgres")).close()
    except DatabaseError as error:
        return "refused" if str(error.args[0].get("C", "")).startswith("28") else "no answer"
    except (InterfaceError, OSError):
        return "no answer"
    return "opened"


@dataclass
class Client:
    """Logs in again and again, and counts.

    Args:
        server: the database.
        current: reads the entry of AWSCURRENT.
        answers: gets every answer.
        pause: seconds between two logins.
    """

    server: PostgreSQLServer
    current: Callable[[], Mapping[str, Any] | None]
    answers: list[Answer]
    pause: float = PAUSE_SECONDS
    counts: dict[Answer, int] = field(default_factory=lambda: {"opened": 0, "refused": 0, "no answer": 0})
    longest_gap: float = 0.0
    """Seconds from a refused login to the next one that opened."""
    _refused_since: float | None = None

    @contextmanager
    def running(self) -> Iterator[Client]:
        """Log in until the end of the block."""
        over = threading.Event()

        def work() -> None:
            while not over.wait(self.pause):
                self.log_in()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            over.set()
            thread.join()

    def log_in(self) -> None:
        """Read the secret and log in, once.

        Where the machine is so busy that whole rotations pass between the two, the secret is read again.
        """
        begun = time.monotonic()
        entry = self.current()
        answer = log_in(self.server, entry)
        while answer == "refused" and (newer := self.current()) != entry:
            entry = newer
            answer = log_in(self.server, entry)
        self.counts[answer] += 1
        self.answers.append(answer)
        if answer == "refused":
            self._refused_since = self._refused_since or begun
        elif answer == "opened" and self._refused_since is not None:
            self.longest_gap = max(self.longest_gap, time.monotonic() - self._refused_since)
            self._refused_since = None
