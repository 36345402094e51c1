"""A real PostgreSQL server on loopback, with TLS only, that lives as long as the tests."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pg8000.native import (  # type: ignore[import-untyped]
    Connection,
    DatabaseError,
    InterfaceError,
    identifier,
    literal,
)

HOST = "127.0.0.1"
ADMINISTRATOR = "postgres"
START_SECONDS = 60
ANSWER_SECONDS = 60
"""A login on a busy machine is slow, and no failure."""
SHARED = "HOLDFAST_TESTS_POSTGRESQL"


@dataclass(frozen=True, kw_only=True)
class PostgreSQLServer:
    """A running server.

    Args:
        folder: where its files are.
        port: on loopback.
        certificate: its self-signed certificate, which is its own root.
        log: what it writes, with every statement.
        password: of the administrator.
    """

    folder: Path
    port: int
    certificate: Path
    log: Path
    password: str

    def connect(
        self, user: str = ADMINISTRATOR, password: str | None = None, database: str = "postgres"
    ) -> Connection:
        """Log in without any of the code under test."""
        raw = socket.create_connection((HOST, self.port), timeout=ANSWER_SECONDS)
        # Else a login waits 40 ms for an acknowledgement that the server delays.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Connection(
            user,
            host=HOST,
            sock=raw,
            password=self.password if password is None else password,
            database=database,
            ssl_context=_trusting(self.certificate),
        )

    def environment(self) -> dict[str, str]:
        """For another process of tests, which then uses this server and starts none."""
        return {SHARED: json.dumps({name: str(value) for name, value in vars(self).items()})}

    @property
    def version(self) -> int:
        """Major version."""
        return int(self.run("SELECT current_setting('server_version_num')::int / 10000")[0][0])

    def opens(self, user: str, password: str, database: str = "postgres") -> bool:
        """Whether this password opens the database."""
        try:
            self.connect(user, password, database).close()
        except DatabaseError:
            return False
        return True

    def run(self, statement: str) -> list[list[Any]]:
        """Run a statement as the administrator."""
        with self.connect() as connection:
            return list(connection.run(statement) or [])

    def create_role(self, name: str, password: str) -> None:
        """A role that may log in."""
        self.run(f"CREATE ROLE {identifier(name)} LOGIN PASSWORD {literal(password)}")

    def set_password(self, name: str, password: str) -> None:
        """Change a role's password behind the rotation's back."""
        self.run(f"ALTER ROLE {identifier(name)} PASSWORD {literal(password)}")


@contextmanager
def running(folder: Path) -> Iterator[PostgreSQLServer]:
    """Start a server whose files are all in the folder, and stop it at the end."""
    server = create(folder)
    process = start(server)
    try:
        yield server
    finally:
        stop(process)


def shared() -> PostgreSQLServer | None:
    """The server of another process, if this one was given any."""
    given = json.loads(os.environ.get(SHARED, "{}"))
    if not given:
        return None
    paths = {name: Path(given[name]) for name in ("folder", "certificate", "log")}
    return PostgreSQLServer(port=int(given["port"]), password=given["password"], **paths)


def create(folder: Path) -> PostgreSQLServer:
    """Make the files of a server, all in the folder, with a free port; it does not run yet."""
    owner = _unprivileged()
    certificate = folder / "server.crt"
    password = "administrator-of-the-tests"
    (folder / "password").write_text(password)
    _self_signed(certificate, folder / "server.key")
    for path in (folder, *folder.iterdir()):
        os.chown(path, owner.pw_uid, owner.pw_gid)
    run(
        folder,
        "initdb",
        "--no-sync",
        "-A",
        "scram-sha-256",
        "-U",
        ADMINISTRATOR,
        "--pwfile",
        "password",
        "data",
    )
    with (folder / "data" / "postgresql.conf").open("a") as settings:
        settings.write("ssl = on\n")  # not an argument of the program: those cannot be changed while it runs
    (folder / "data" / "pg_hba.conf").write_text(f"hostssl all all {HOST}/32 scram-sha-256\n")
    return PostgreSQLServer(
        folder=folder,
        port=free_port(),
        certificate=certificate,
        log=folder / "server.log",
        password=password,
    )


def start(server: PostgreSQLServer) -> subprocess.Popen[bytes]:
    """Start a server whose files are there, and wait until it answers."""
    settings = {
        "listen_addresses": HOST,
        "port": server.port,
        "unix_socket_directories": "",
        "fsync": "off",
        "ssl_cert_file": server.certificate,
        "ssl_key_file": server.certificate.with_suffix(".key"),
        "log_statement": "all",
        "log_connections": "on",
        "log_min_messages": "debug1",
    }
    arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with server.log.open("ab") as output:
        process = subprocess.Popen(
            [_program("postgres"), "-D", server.folder / "data", *arguments],
            stdout=output,
            stderr=output,
            **_as_owner(server.folder),
        )
    try:
        _wait(process, server)
    except BaseException:
        stop(process)
        raise
    return process


def stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGINT) -> None:
    """Stop a server: SIGINT closes connections (a fast shutdown), SIGQUIT is a crash."""
    process.send_signal(how)
    process.wait(timeout=START_SECONDS)


def run(folder: Path, program: str, *arguments: str, **options: Any) -> None:
    """Run one of PostgreSQL's programs in the folder, as the server's user."""
    subprocess.run(
        [_program(program), *arguments], check=True, capture_output=True, **_as_owner(folder), **options
    )


@cache
def _trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def _as_owner(folder: Path) -> dict[str, Any]:
    owner = _unprivileged()
    if os.geteuid() == owner.pw_uid:
        return {"cwd": folder}
    return {"cwd": folder, "user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _wait(process: subprocess.Popen[bytes], server: PostgreSQLServer) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.connect().close()
        except (OSError, InterfaceError, DatabaseError):
            assert process.poll() is None, server.log.read_text()
            assert time.monotonic() < deadline, server.log.read_text()
            time.sleep(0.1)
        else:
            return


def _unprivileged() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root."""
    return pwd.getpwuid(os.geteuid()) if os.geteuid() != 0 else pwd.getpwnam("nobody")


def _program(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(installed[-1]) if installed else None)
    assert found, f"{name} is not installed: apt-get install postgresql"
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _self_signed(certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "PostgreSQL of the tests")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    signed = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
