"""A server of its own, that can be stopped, broken and frozen, and its standby."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.functions import server as postgres
from tests.functions.server import HOST, PostgreSQLServer

RELOAD_SECONDS = 60


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the server's user can enter; away at the end."""
    made = Path(tempfile.mkdtemp(prefix="rotation-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@dataclass
class Machine:
    """A primary and its standby.

    Args:
        server: the primary.
        process: its postmaster.
        standby: follows the primary, and takes no changes.
    """

    server: PostgreSQLServer
    process: subprocess.Popen[bytes]
    standby: PostgreSQLServer

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Machine]:
        """Start both, and stop both at the end."""
        with folder() as home, folder() as other:
            server = postgres.create(home)
            with (home / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"hostssl replication all {HOST}/32 scram-sha-256\n")
            machine = cls(server, postgres.start(server), server)
            try:
                machine.standby = _copy(server, other)
                following = postgres.start(machine.standby)
                try:
                    yield machine
                finally:
                    postgres.stop(following)
            finally:
                postgres.stop(machine.process)

    @contextmanager
    def stopped(self, how: signal.Signals = signal.SIGINT) -> Iterator[None]:
        """Down in the block: SIGINT ends it in order, SIGQUIT at once, so that it has to recover."""
        postgres.stop(self.process, how)
        try:
            yield
        finally:
            self.process = postgres.start(self.server)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Connections are there in the block, and are made, but nothing answers."""
        _signal([self.process.pid], signal.SIGSTOP)  # it starts no others then
        processes = [self.process.pid, *_children(self.process.pid)]
        _signal(processes, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(processes, signal.SIGCONT)

    @contextmanager
    def configured(self, settings: Mapping[str, str], rule: str = "hostssl") -> Iterator[None]:
        """Other settings in the block, and another rule of who is let in.

        Args:
            settings: values that count without a restart.
            rule: connections that are let in: ``hostssl`` or ``host``.
        """
        files = {name: self.server.folder / "data" / name for name in ("postgresql.auto.conf", "pg_hba.conf")}
        before = {name: file.read_text() for name, file in files.items()}
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        files["postgresql.auto.conf"].write_text(before["postgresql.auto.conf"] + lines)
        files["pg_hba.conf"].write_text(before["pg_hba.conf"].replace("hostssl", rule))
        self._reload()
        try:
            yield
        finally:
            for name, file in files.items():
                file.write_text(before[name])
            self._reload()

    def caught_up(self) -> None:
        """Wait until the standby has what the primary has."""
        [[position]] = self.server.run("SELECT pg_current_wal_lsn()::text")
        _wait_for(
            lambda: self.standby.run(f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn") == [[True]]
        )

    def _reload(self) -> None:
        """The postmaster writes the line first, but accepts nobody before it has read its files."""
        line = "received SIGHUP"
        before = self.server.log.read_text(errors="replace").count(line)
        self.process.send_signal(signal.SIGHUP)
        _wait_for(lambda: self.server.log.read_text(errors="replace").count(line) > before)


def _copy(server: PostgreSQLServer, home: Path) -> PostgreSQLServer:
    """A standby that streams from the server."""
    shutil.chown(home, server.folder.owner(), server.folder.group())
    primary = (
        f"host={HOST} port={server.port} user={postgres.ADMINISTRATOR} password={server.password} "
        # No certificate of its own: libpq would look for one in root's home, which the server's user cannot enter.
        f"sslmode=verify-full sslrootcert={server.certificate} sslcert=none"
    )
    postgres.run(home, "pg_basebackup", "-D", "data", "-d", primary, "-R", "-c", "fast", "--no-sync")
    return replace(server, folder=home, port=postgres.free_port(), log=home / "server.log")


def _children(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = (map(int, line.split()) for line in listed.stdout.splitlines())
    return [process for process, its_parent in pairs if its_parent == parent]


def _signal(processes: list[int], signal_: signal.Signals) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal_)


def _wait_for(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + RELOAD_SECONDS
    while not happened():
        assert time.monotonic() < end, "the server did not do what it was asked for"
        time.sleep(0.02)
