"""Real PostgreSQL servers on loopback, one for each RDS instance, if PostgreSQL is installed on this machine."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import secrets
import shutil
import socket
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pg8000.native import Connection, identifier, literal  # type: ignore[import-untyped]
from scramp import ScramException, ScramMechanism  # type: ignore[import-untyped]

from localcloud import authority

ADMINISTRATOR = "rdsadmin"
"""The superuser, as in RDS; its password is made here and stays in the server's folder."""

START_SECONDS = 60
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_ELSEWHERE = Path("/var/tmp")  # noqa: S108 - what is made there is checked to be ours
_ROLES = ("rds_superuser", "rds_iam", "rds_password", "rds_replication")


class PostgresError(Exception):
    """A server cannot be made or started; the message says why."""


@dataclass(frozen=True)
class Installation:
    """PostgreSQL on this machine.

    Args:
        programs: folder of ``initdb``, ``pg_ctl`` and ``postgres``.
        version: such as ``15.13``.
    """

    programs: Path
    version: str


def installed() -> Installation | None:
    """Return the newest PostgreSQL in the usual places and on the path, or None."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    for pattern in _PLACES:
        places += Path("/").glob(pattern.lstrip("/"))
    found = [Installation(place, version) for place in places if (version := _version(place))]
    return max(found, key=lambda one: [int(part) for part in one.version.split(".")], default=None)


@cache
def _version(programs: Path) -> str | None:
    """Return the version of what is in a folder, or None when it is not complete."""
    if not all((programs / name).is_file() for name in ("initdb", "pg_ctl", "postgres")):
        return None
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"\d+(\.\d+)?", told.stdout)
    return version.group() if version else None


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

    def create(self, *, username: str, password: str, database: str | None, force_tls: bool) -> None:
        """Make the cluster, start it, and make the master user and the database.

        Args:
            username: master user; not a superuser, as in RDS.
            password: of the master user.
            database: made beside ``postgres``; none when empty.
            force_tls: refuse connections without TLS.

        Raises:
            PostgresError: PostgreSQL is not installed, or refuses.
        """
        if installed() is None:
            raise PostgresError("PostgreSQL is not installed on this machine")
        self.remove()
        owner = _owner()
        self.folder.mkdir(parents=True)
        secret = self.folder / "rdsadmin.password"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(32))
        for path in (self.folder, secret):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        self._run(
            "initdb", "--no-sync", "-E", "UTF8", "--locale=C", "-A", "scram-sha-256", "-U", ADMINISTRATOR,
            "--pwfile", str(secret), "-D", str(self._data),
        )  # fmt: skip
        with (self._data / "postgresql.conf").open("a") as settings:
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

    def start(self, *, force_tls: bool) -> None:
        """Start it, or restart it when it runs; a server that was killed recovers.

        Raises:
            PostgresError: it does not start; says what it logged.
        """
        owner = _owner()
        certificate, key = self.folder / "server.crt", self.folder / "server.key"
        authority.issue(self.directory / "postgres", address=self.address, certificate=certificate, key=key)
        os.chown(key, owner.pw_uid, owner.pw_gid)
        settings = {
            "listen_addresses": self.address,
            "port": self.port,
            "unix_socket_directories": "",
            "ssl": "on",
            "ssl_cert_file": certificate,
            "ssl_key_file": key,
            "ssl_min_protocol_version": "TLSv1.2",
            "password_encryption": "scram-sha-256",
            "timezone": "UTC",
            # What is lost when this machine stops is an emulated database.
            "fsync": "off",
        }
        (self._data / "holdfast.conf").write_text(
            "".join(f"{name} = {literal(str(value))}\n" for name, value in settings.items())
        )
        kind = "hostssl" if force_tls else "host"
        (self._data / "pg_hba.conf").write_text(f"{kind} all all 127.0.0.0/8 scram-sha-256\n")
        log = self.folder / "server.log"
        self.stop()
        wait = ("-w", "-t", str(START_SECONDS))
        try:
            self._run("pg_ctl", "start", "-D", str(self._data), *wait, "-s", "-l", str(log))
        except PostgresError as error:
            lines = log.read_text(errors="replace").splitlines()[-5:] if log.is_file() else [str(error)]
            raise PostgresError("\n".join(lines)) from error

    def stop(self) -> None:
        """Stop it, if it runs; open connections are closed."""
        if (self._data / "postmaster.pid").is_file() and installed():
            self._run("pg_ctl", "stop", "-D", str(self._data), "-m", "fast", "-w", "-s", check=False)

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def exists(self) -> bool:
        """Whether it was made and is not removed."""
        return (self._data / "PG_VERSION").is_file()

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
        return Connection(
            ADMINISTRATOR,
            host=self.address,
            port=self.port,
            database=database,
            password=(self.folder / "rdsadmin.password").read_text(),
            ssl_context=tls,
            timeout=20,
        )

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        installation, owner = installed(), _owner()
        if installation is None:
            raise PostgresError("PostgreSQL is not installed on this machine")
        as_owner: dict[str, Any] = {}
        if os.geteuid() != owner.pw_uid:
            as_owner = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        # Not captured through a pipe: the server would hold its end open. Nothing of our environment but the path.
        output = self.folder / "commands.log"
        with output.open("ab") as log:
            done = subprocess.run(
                [installation.programs / program, *arguments],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                check=False,
                **as_owner,
            )
        if check and done.returncode:
            tail = output.read_text(errors="replace").splitlines()[-5:]
            raise PostgresError(f"{program} ends with {done.returncode}: " + "\n".join(tail))


def home(directory: Path) -> Path:
    """Return where the servers' files are: below the local AWS's directory, if their owner can get there.

    PostgreSQL refuses to run as root, and another user cannot enter, for example, root's home. Then a folder of its
    own in ``/var/tmp``, named after the directory, takes its place.
    """
    place = directory.resolve() / "postgres"
    place.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or all(path.stat().st_mode & 0o001 for path in (place, *place.parents)):
        return place
    elsewhere = _ELSEWHERE / f"holdfast-{hashlib.sha256(str(place).encode()).hexdigest()[:16]}"
    elsewhere.mkdir(mode=0o711, exist_ok=True)
    # Anybody can write to /var/tmp: what lies there must be ours.
    found = elsewhere.lstat()
    if elsewhere.is_symlink() or found.st_uid != os.geteuid():
        raise PostgresError(f"{elsewhere} belongs to somebody else")
    return elsewhere


def free_address(name: str, port: int) -> str:
    """Return an address of loopback on which the port is free, the same one for the same name if it can be.

    Args:
        name: of the server.
        port: that it will listen on.

    Raises:
        PostgresError: the port is taken on all that were tried.
    """
    for address in _addresses(name):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                continue
            return address
    raise PostgresError(f"port {port} is taken on every loopback address that was tried")


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
    if place.parent == _ELSEWHERE:
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


def _addresses(name: str) -> Iterator[str]:
    first = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    for offset in range(20):
        # 127.0.0.x stays with what people start by hand.
        third, fourth = divmod((first + offset) % (254 * 254), 254)
        yield f"127.0.{third + 1}.{fourth + 1}"
    # macOS has this one only.
    yield "127.0.0.1"


def _owner() -> pwd.struct_passwd:
    """Return who runs the servers."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
