"""Builds a zip from a source folder and pure-Python distributions: same input, same bytes, same hash."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from modules.lambda_package.distributions import locked_distributions, python_files

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold
_READABLE = 0o100644  # Lambda runs the code as another user than the one that built it


@dataclass(frozen=True)
class Package:
    """A deployment package.

    Args:
        path: the zip file.
        sha256: its hash in hexadecimal.
        base64sha256: its hash as ``source_code_hash`` of ``aws_lambda_function`` wants it.
    """

    path: Path
    sha256: str
    base64sha256: str


def build(*, source: Path, requirements: Sequence[str], lock: Path, destination: Path) -> Package:
    """Build the package and write it, unless it is there already.

    Args:
        source: folder of the function's code; it goes in under its own name.
        requirements: distributions that the code imports and the Lambda runtime does not have.
        lock: ``Pipfile.lock``; what is installed must be what it pins.
        destination: path of the zip.

    Raises:
        Problem: when a distribution is not installed, not locked, of another version, or not pure Python.
    """
    entries = _source_files(source)
    for distribution in locked_distributions(requirements, lock):
        entries.update(python_files(distribution))
    content = _zip(entries)
    if not destination.is_file() or destination.read_bytes() != content:
        _write(destination, content)
    digest = hashlib.sha256(content).digest()
    return Package(path=destination, sha256=digest.hex(), base64sha256=base64.b64encode(digest).decode())


def _source_files(source: Path) -> dict[str, bytes]:
    return {
        str(PurePosixPath(source.name, *path.relative_to(source).parts)): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _zip(entries: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    # Stored, not deflated: what deflate makes of the same bytes depends on the build of zlib.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = _READABLE << 16
            entry.create_system = 3  # Unix, whatever system builds it
            archive.writestr(entry, entries[name])
    return buffer.getvalue()


def _write(destination: Path, content: bytes) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=destination.parent, prefix=destination.name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(temporary).replace(destination)
