"""What this machine has for PostgreSQL servers: programs, a user to run them, a place for files, free addresses."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
ELSEWHERE = Path("/var/tmp")  # noqa: S108 - what is made there is checked to be ours


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


def home(directory: Path) -> Path:
    """Return where the servers' files are: below the local AWS's directory, if their owner can get there.

    PostgreSQL refuses to run as root, and another user cannot enter, for example, root's home. Then a folder of its
    own in ``/var/tmp``, named after the directory, takes its place.
    """
    place = directory.resolve() / "postgres"
    place.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or all(path.stat().st_mode & 0o001 for path in (place, *place.parents)):
        return place
    elsewhere = ELSEWHERE / f"holdfast-{hashlib.sha256(str(place).encode()).hexdigest()[:16]}"
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


def server_owner() -> pwd.struct_passwd:
    """Return who runs the servers."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _addresses(name: str) -> Iterator[str]:
    first = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
    for offset in range(20):
        # 127.0.0.x stays with what people start by hand.
        third, fourth = divmod((first + offset) % (254 * 254), 254)
        yield f"127.0.{third + 1}.{fourth + 1}"
    # macOS has this one only.
    yield "127.0.0.1"
