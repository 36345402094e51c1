"""Copies of a PostgreSQL server's files, made while it runs, and servers that are made from them.

A copy is what ``pg_basebackup`` makes: the files between the start and the end of a backup, and the log of changes in
between. With the log that the source has written since then, a server is made as the source was at any time.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pg8000.native import DatabaseError, InterfaceError  # type: ignore[import-untyped]

from localcloud import postgres
from localcloud.postgres_machine import PostgresError, home, server_owner
from localcloud.postgres_parameters import Choice

NEW_NAMES_SINCE = 15
"""Major version in which ``pg_start_backup`` became ``pg_backup_start``."""

_PAUSE = 0.05
_PLACE = "snapshots"
_PASSWORD = "rdsadmin.password"  # noqa: S105 - a file's name
_OF_A_RUN = frozenset({"postmaster.pid", "postmaster.opts", "pg_wal"})
_SEGMENT = re.compile(r"[0-9A-F]{24}|[0-9A-F]{8}\.history")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The copy of a server's files. Nothing changes it once it is made.

    Args:
        directory: of the local AWS.
        name: of the folder.
    """

    directory: Path
    name: str

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return home(self.directory) / _PLACE / self.name

    def exists(self) -> bool:
        """Whether it was made and is not removed."""
        return self.folder.is_dir()

    def take(self, server: postgres.Server) -> None:
        """Copy a server's files; one that runs goes on.

        Raises:
            PostgresError: the server has none.
        """
        if not server.exists():
            raise PostgresError("the server has no files")
        data = self.folder / "data"
        if server.runs:
            with server.connect() as connection:
                start, end = _start_and_end()
                connection.run(start)
                _copy(server.data, data, without=_OF_A_RUN)
                ((_, label, _),) = connection.run(end)
            (data / "backup_label").write_text(label)
            first = str(re.findall(r"\(file (\w+)\)", label)[0])
            _copy_log(server.data, data, since=first)
        else:
            _copy(server.data, data)
        shutil.copy2(server.folder / _PASSWORD, self.folder)
        _give_to_owner(self.folder)

    def again(self, name: str) -> Copy:
        """Copy the copy, which takes no place: neither of them ever changes."""
        other = Copy(directory=self.directory, name=name)
        shutil.copytree(self.folder, other.folder, copy_function=os.link)
        return other

    def remove(self) -> None:
        """Delete its files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def restore(
        self,
        server: postgres.Server,
        *,
        force_tls: bool,
        parameters: Mapping[str, str],
        changes_of: postgres.Server | None = None,
        until: datetime | None = None,
    ) -> Choice:
        """Make a server from it, and start it.

        Args:
            server: the new one.
            force_tls: refuse connections without TLS.
            parameters: of the parameter group.
            changes_of: the server that was copied: what it wrote since then is done again.
            until: leave out what it wrote later.

        Returns:
            What became of the parameters.

        Raises:
            PostgresError: it does not start; says what it logged.
        """
        server.remove()
        server.folder.mkdir(parents=True)
        _copy(self.folder / "data", server.data)
        shutil.copy2(self.folder / _PASSWORD, server.folder)
        settings = server.data / "postgresql.auto.conf"
        usual = settings.read_text()
        if changes_of is not None:
            _end_a_transaction(changes_of)
            _copy_log(changes_of.data, server.data)
            (server.data / "recovery.signal").touch()
            settings.write_text(usual + _recovery(until))
        _give_to_owner(server.folder)
        choice = server.start(force_tls=force_tls, parameters=parameters)
        if changes_of is not None:
            _wait_for(server)
        settings.write_text(usual)
        return choice


def _start_and_end() -> tuple[str, str]:
    if postgres.has(NEW_NAMES_SINCE):
        return "SELECT pg_backup_start('snapshot', true)", "SELECT * FROM pg_backup_stop(false)"
    return "SELECT pg_start_backup('snapshot', true, false)", "SELECT * FROM pg_stop_backup(false, false)"


def _end_a_transaction(server: postgres.Server) -> None:
    """Let the log go beyond the present: PostgreSQL recovers to a time only when something ended after it."""
    if server.runs:
        with server.connect() as connection:
            connection.run("SELECT pg_current_xact_id()")
            connection.run("SELECT pg_switch_wal()")


def _wait_for(server: postgres.Server) -> None:
    """Wait until a server has recovered: for ``pg_ctl`` it has started before."""
    deadline = time.monotonic() + postgres.START_SECONDS
    while True:
        try:
            server.connect().close()
        except (DatabaseError, InterfaceError) as error:
            if time.monotonic() > deadline or not server.runs:
                raise PostgresError(f"it does not recover: {error}") from error
            time.sleep(_PAUSE)
        else:
            return


def _recovery(until: datetime | None) -> str:
    settings = {
        # All there is lies in pg_wal.
        "restore_command": "false",
        # Nobody is let in before it is done.
        "hot_standby": "off",
        "recovery_target_action": "promote",
        **({"recovery_target_time": until.isoformat(sep=" ")} if until else {}),
    }
    return "".join(f"{name} = '{value}'\n" for name, value in settings.items())


def _copy(source: Path, target: Path, *, without: frozenset[str] = frozenset()) -> None:
    def left_out(folder: str, names: list[str]) -> set[str]:
        # A slot would keep the log for a client that the copy does not have.
        return set(names) if Path(folder).name == "pg_replslot" else set(without.intersection(names))

    shutil.copytree(source, target, ignore=left_out, copy_function=_unless_gone)


def _copy_log(source: Path, target: Path, *, since: str = "") -> None:
    (target / "pg_wal").mkdir(mode=0o700, exist_ok=True)
    for piece in sorted((source / "pg_wal").iterdir()):
        if _SEGMENT.fullmatch(piece.name) and (piece.name >= since or piece.suffix):
            _unless_gone(piece, target / "pg_wal" / piece.name)


def _unless_gone(source: str | Path, target: str | Path) -> None:
    # PostgreSQL deletes files meanwhile; what it needs of them is in the log.
    with suppress(FileNotFoundError):
        shutil.copy2(source, target)


def _give_to_owner(folder: Path) -> None:
    owner = server_owner()
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.pw_uid, owner.pw_gid)
