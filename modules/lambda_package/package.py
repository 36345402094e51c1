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

from environments.problem import Problem
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

    The content depends on the source's files, the lock and nothing else: not on the folder, the time, the
    permissions, the umask or the machine.

    Args:
        source: folder of the function's code; it goes in under its own name, without hidden files and bytecode.
        requirements: distributions that the code imports and the Lambda runtime does not have; what they need
            comes with them.
        lock: ``Pipfile.lock``; what is installed must be what it pins.
        destination: path of the zip.

    Raises:
        Problem: the source or the lock cannot be read; a distribution is not installed, not locked, of another
            version, changed, or not pure Python; or two of them bring the same file.
    """
    entries = _source_files(source)
    for distribution in locked_distributions(requirements, lock):
        files = python_files(distribution)
        for name in sorted(entries.keys() & files.keys()):
            raise Problem(
                f"the distribution {distribution.name} brings a file that the package has already", given=name
            )
        entries.update(files)
    content = _zip(entries)
    if not destination.is_file() or destination.read_bytes() != content:
        _write(destination, content)
    digest = hashlib.sha256(content).digest()
    return Package(
        path=destination, sha256=digest.hex(), base64sha256=base64.b64encode(digest).decode("ascii")
    )


def _source_files(source: Path) -> dict[str, bytes]:
    files = {
        str(PurePosixPath(source.name, *path.relative_to(source).parts)): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and not _is_hidden(path.relative_to(source))
    }
    if not files:
        raise Problem(
            "the function's source has no files", given=source, allowed="a folder with a Python package"
        )
    return files


def _is_hidden(path: Path) -> bool:
    """Whether an editor or a desktop left it there."""
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


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
