"""A PostgreSQL server that may be stopped, frozen, made a standby, or run without TLS."""

from __future__ import annotations

import signal
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.functions.server import HOST, START_SECONDS, PostgreSQLServer, create, start, stop

MAX_CONNECTIONS = 12
RESERVED = 3
"""Of them, for superusers."""


class Spare:
    """The server, and what can happen to it.

    Args:
        folder: for its files.
    """

    def __init__(self, folder: Path) -> None:
        self.server: PostgreSQLServer = create(folder)
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write(f"max_connections = {MAX_CONNECTIONS}\n")
        self._process: subprocess.Popen[bytes] | None = start(self.server)

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """It does not run."""
        self.stop()
        try:
            yield
        finally:
            self._process = start(self.server)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The system takes connections for it, and it answers none."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def standby(self) -> Iterator[None]:
        """It is in recovery, and takes no changes."""
        mark = self.server.folder / "data" / "standby.signal"
        with self.stopped():
            mark.touch()
        try:
            yield
        finally:
            with self.stopped():
                mark.unlink()

    @contextmanager
    def without_tls(self) -> Iterator[None]:
        """It answers requests for TLS with no."""
        with self.server.connect() as connection:  # one that lasts, to turn it on again
            self._set_tls(connection, "off", b"N")
            try:
                yield
            finally:
                self._set_tls(connection, "on", b"S")

    @contextmanager
    def rule(self, line: str) -> Iterator[None]:
        """It has a first line in pg_hba.conf."""
        rules = self.server.folder / "data" / "pg_hba.conf"
        before = rules.read_text()
        with self.stopped():
            rules.write_text(f"{line}\n{before}")
        try:
            yield
        finally:
            with self.stopped():
                rules.write_text(before)

    def _set_tls(self, connection: Any, state: str, answer: bytes) -> None:
        connection.run(f"ALTER SYSTEM SET ssl = {state}")
        connection.run("SELECT pg_reload_conf()")
        deadline = time.monotonic() + START_SECONDS
        while self._answer_to_a_request_for_tls() != answer:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _answer_to_a_request_for_tls(self) -> bytes:
        with socket.create_connection((HOST, self.server.port), timeout=10) as connection:
            connection.sendall(struct.pack("!ii", 8, 80877103))
            return connection.recv(1)

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self._process is not None:
            stop(self._process)
            self._process = None
