"""Real PostgreSQL servers on loopback, one for each RDS instance, if PostgreSQL is installed on this machine."""

from __future__ import annotations

import os
import secrets
import shutil
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pg8000.native import Connection, identifier, literal  # type: ignore[import-untyped]
from scramp import ScramException, ScramMechanism  # type: ignore[import-untyped]

from localcloud import authority, postgres_parameters
from localcloud.postgres_machine import ELSEWHERE, PostgresError, home, installed, server_owner
from localcloud.postgres_parameters import Choice

ADMINISTRATOR = "rdsadmin"
"""The superuser, as in RDS; its password is made here and stays in the server's folder."""

START_SECONDS = 60

NO_PARAMETERS: Mapping[str, str] = MappingProxyType({})

COMPUTED_SINCE = 15
"""Major version from which ``postgres -C`` computes what depends on the libraries."""

WAL_KEPT = "2GB"
"""How much of the log of changes an instance keeps (PostgreSQL 13 or newer): as far back it can be restored to."""

_ROLES = ("rds_superuser", "rds_iam", "rds_password", "rds_replication")


@dataclass(frozen=True, kw_only=True)
class Server:
    """The server of one instance.

    Args:
        directory: of the local AWS.
        name: of the folder, such as ``eu-central-2/citizen-db``.
        address: on loopback.
        port: TCP port.
    """

    directory: Path
    name: str
    address: str
    port: int

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return home(self.directory) / self.name

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "data"

    @property
    def runs(self) -> bool:
        """Whether it was started and not stopped."""
        return (self.data / "postmaster.pid").is_file()

    def create(
        self,
        *,
        username: str,
        password: str,
        database: str | None,
        force_tls: bool,
        parameters: Mapping[str, str] = NO_PARAMETERS,
    ) -> Choice:
        """Make the cluster, start it, and make the master user and the database.

        Args:
            username: master user; not a superuser, as in RDS.
            password: of the master user.
            database: made beside ``postgres``; none when empty.
            force_tls: refuse connections without TLS.
            parameters: of the parameter group.

        Returns:
            What became of the parameters.

        Raises:
            PostgresError: PostgreSQL is not installed, or refuses.
        """
        if installed() is None:
            raise PostgresError("PostgreSQL is not installed on this machine")
        self.remove()
        owner = server_owner()
        self.folder.mkdir(parents=True)
        secret = self.folder / "rdsadmin.password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(32))
        for path in (self.folder, secret):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", "--no-sync", "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "-U", ADMINISTRATOR,
            # In small pieces, because a snapshot is a copy with whole pieces.
            "--wal-segsize=1", "--pwfile", str(secret), "-D", str(self.data),
        )  # fmt: skip
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write("include 'holdfast.conf'\n")
        self.start(force_tls=force_tls)
        with self.connect() as connection:
            for role in _ROLES:
                connection.run(f"CREATE ROLE {identifier(role)}")
            connection.run(
                "GRANT pg_monitor, pg_signal_backend, rds_password, rds_replication TO rds_superuser"
            )
            connection.run(f"CREATE ROLE {identifier(username)} LOGIN CREATEDB CREATEROLE")
            connection.run(f"GRANT rds_superuser TO {identifier(username)} WITH ADMIN OPTION")
            if database and database != "postgres":
                connection.run(f"CREATE DATABASE {identifier(database)} OWNER {identifier(username)}")
        self.set_password(username, password)
        # After that, because a parameter may forbid to write.
        return self.start(force_tls=force_tls, parameters=parameters) if parameters else Choice()

    def start(self, *, force_tls: bool, parameters: Mapping[str, str] = NO_PARAMETERS) -> Choice:
        """Start it, or restart it when it runs; a server that was killed recovers.

        Args:
            force_tls: refuse connections without TLS.
            parameters: of the parameter group; none of them keeps it from starting.

        Returns:
            What became of the parameters.

        Raises:
            PostgresError: it does not start; says what it logged.
        """
        self.stop()
        owner = server_owner()
        certificate, key = self.folder / "server.crt", self.folder / "server.key"
        authority.issue(self.directory / "postgres", address=self.address, certificate=certificate, key=key)
        os.chown(key, owner.pw_uid, owner.pw_gid)
        self._write_settings({}, force_tls=force_tls)
        choice = postgres_parameters.choose(parameters, self._complaint)
        # What the machine does not have, huge pages for example, shows only now.
        *attempts, last = choice.fallbacks()
        for attempt in attempts:
            with suppress(PostgresError):
                return self._started(attempt, force_tls=force_tls)
        return self._started(last, force_tls=force_tls)

    def reload(self, *, force_tls: bool, parameters: Mapping[str, str]) -> Choice:
        """Give the running server other parameters; it takes what needs no restart.

        Args:
            force_tls: refuse new connections without TLS.
            parameters: of the parameter group.

        Returns:
            What became of the parameters.

        Raises:
            PostgresError: it does not run.
        """
        choice = postgres_parameters.choose(parameters, self._complaint)
        self._write_settings(choice.taken, force_tls=force_tls)
        self._run("pg_ctl", "reload", "-D", str(self.data), "-s")
        return choice

    def stop(self) -> None:
        """Stop it, if it runs; open connections are closed."""
        if self.runs and installed():
            self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-s", check=False)

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def exists(self) -> bool:
        """Whether it was made and is not removed."""
        return (self.data / "PG_VERSION").is_file()

    def set_password(self, username: str, password: str) -> None:
        """Change a password. The server gets the SCRAM verifier, so that no log can have the password.

        Raises:
            PostgresError: the password has characters that SCRAM prohibits (RFC 4013).
        """
        try:
            salt, stored_key, server_key, iterations = ScramMechanism().make_auth_info(password)
        except ScramException:
            # Not chained: the error may quote the character.
            raise PostgresError("the password has characters that SCRAM prohibits (RFC 4013)") from None
        parts = [b64encode(part).decode("ascii") for part in (salt, stored_key, server_key)]
        verifier = f"SCRAM-SHA-256${iterations}:{parts[0]}${parts[1]}:{parts[2]}"
        with self.connect() as connection:
            connection.run(f"ALTER ROLE {identifier(username)} PASSWORD {literal(verifier)}")

    def connect(self, database: str = "postgres") -> Any:  # noqa: ANN401 - pg8000 has no types
        """Log in as the administrator."""
        tls = ssl.create_default_context(cafile=str(self.directory / "postgres" / authority.CERTIFICATE))
        connection = Connection(
            ADMINISTRATOR,
            host=self.address,
            port=self.port,
            database=database,
            password=(self.folder / "rdsadmin.password").read_text(),
            ssl_context=tls,
            timeout=20,
        )
        # Whatever the parameter group says.
        connection.run("SET default_transaction_read_only = off")
        return connection

    def _write_settings(self, parameters: Mapping[str, str], *, force_tls: bool) -> None:
        settings = {
            "ssl_min_protocol_version": "TLSv1.2",
            **parameters,
            "listen_addresses": self.address,
            "port": self.port,
            "unix_socket_directories": "",
            "ssl": "on",
            "ssl_cert_file": self.folder / "server.crt",
            "ssl_key_file": self.folder / "server.key",
            "password_encryption": "scram-sha-256",
            "timezone": "UTC",
            # What is lost when this machine stops is an emulated database.
            "fsync": "off",
            # The log of changes is kept, to restore to a point in time from it.
            "wal_keep_size": WAL_KEPT,
        }
        (self.data / "holdfast.conf").write_text(
            "".join(f"{name} = {_quoted(str(value))}\n" for name, value in settings.items())
        )
        kind = "hostssl" if force_tls else "host"
        (self.data / "pg_hba.conf").write_text(f"{kind} all all 127.0.0.0/8 scram-sha-256\n")

    def _started(self, choice: Choice, *, force_tls: bool) -> Choice:
        self._write_settings(choice.taken, force_tls=force_tls)
        log = self.folder / "server.log"
        wait = ("-w", "-t", str(START_SECONDS))
        try:
            self._run("pg_ctl", "start", "-D", str(self.data), *wait, "-s", "-l", str(log))
        except PostgresError as error:
            lines = log.read_text(errors="replace").splitlines()[-5:] if log.is_file() else [str(error)]
            raise PostgresError("\n".join(lines)) from error
        return choice

    def _complaint(self, parameters: Mapping[str, str]) -> str | None:
        """Ask PostgreSQL whether it takes parameters; return what it says against them."""
        asked = "port"
        # This one is computed as at a start, with the libraries loaded; not while the server runs.
        if has(COMPUTED_SINCE) and not self.runs:
            asked = "shared_memory_size"
        given = [argument for name, value in parameters.items() for argument in ("-c", f"{name}={value}")]
        done = self._execute(
            "postgres",
            "-D",
            str(self.data),
            "-C",
            asked,
            *given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        if done.returncode == 0:
            return None
        said = done.stderr.decode(errors="replace").strip()
        return said.rpartition("FATAL:")[2].strip() or f"PostgreSQL ends with {done.returncode}"

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        # Not captured through a pipe: the server would hold its end open.
        output = self.folder / "commands.log"
        with output.open("ab") as log:
            done = self._execute(program, *arguments, stdout=log, stderr=log)
        if check and done.returncode:
            tail = output.read_text(errors="replace").splitlines()[-5:]
            raise PostgresError(f"{program} ends with {done.returncode}: " + "\n".join(tail))

    def _execute(self, program: str, *arguments: str, **streams: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: ANN401
        """Run a program as the servers' owner, with nothing of our environment but the path."""
        installation, owner = installed(), server_owner()
        if installation is None:
            raise PostgresError("PostgreSQL is not installed on this machine")
        as_owner: dict[str, Any] = {}
        if os.geteuid() != owner.pw_uid:
            as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        return subprocess.run(
            [installation.programs / program, *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            check=False,
            **streams,
            **as_owner,
        )


def stop_all(directory: Path) -> None:
    """Stop every server of a local AWS, whoever started it; files of instances stay.

    Args:
        directory: of the local AWS.
    """
    if not (directory / "postgres").is_dir():
        return
    place = home(directory)
    for data in place.glob("*/*/data"):
        name = str(data.parent.relative_to(place))
        Server(directory=directory, name=name, address="", port=0).stop()
    if place.parent == ELSEWHERE:
        for empty in (*place.glob("*"), place):
            with suppress(OSError):
                empty.rmdir()


def remove_all(directory: Path) -> None:
    """Stop every server of a local AWS and delete the files of all of them.

    Args:
        directory: of the local AWS.
    """
    stop_all(directory)
    if (directory / "postgres").is_dir():
        shutil.rmtree(home(directory))


def _quoted(value: str) -> str:
    """Return a value as postgresql.conf has it."""
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def has(major: int) -> bool:
    """Whether the installed PostgreSQL is of this major version or a newer one."""
    found = installed()
    return found is not None and int(found.version.split(".")[0]) >= major
