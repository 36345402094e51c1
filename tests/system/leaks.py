"""Looks for passwords in everything that a deployment leaves behind."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

# What AWS itself keeps: in a real account it is not on this machine. The packages are not written by a deployment.
NOT_LEFT_BEHIND = (".venv", "node_modules", ".git")
AWS_ITSELF = ("state.pickle",)


def places_with(secrets: Iterable[str], folder: Path, *, more: Iterable[bytes] = ()) -> list[str]:
    """Files below a folder, members of archives (plan files are such) and further contents that hold a secret."""
    wanted = [secret.encode() for secret in secrets]
    assert wanted
    assert all(len(secret) >= 12 for secret in wanted), "too short to be looked for"
    contents = [*_contents(folder), *((f"state {number}", content) for number, content in enumerate(more))]
    return sorted({name for name, content in contents if any(secret in content for secret in wanted)})


def _contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if name.parts[0] in NOT_LEFT_BEHIND or path.name.startswith(AWS_ITSELF):
            continue
        if not path.is_file() or path.is_symlink():
            continue
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{name}:{member}", archive.read(member)
        yield str(name), path.read_bytes()
