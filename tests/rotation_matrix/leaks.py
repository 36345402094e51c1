"""Looks for passwords in logs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def passwords_in(files: Iterable[Path], passwords: Iterable[str]) -> list[str]:
    """Where passwords are, as `file:offset`, without the passwords.

    Thousands of passwords are looked for in megabytes of logs: whatever is at least ``2 * n - 1`` bytes long, covers one of
    the file's blocks of ``n`` bytes that do not overlap, so that only those have to be looked up.
    """
    wanted = {password.encode() for password in passwords}
    if not wanted:
        return []
    size = (min(map(len, wanted)) + 1) // 2
    parts: dict[bytes, list[tuple[int, bytes]]] = {}
    for password in wanted:
        for start in range(len(password) - size + 1):
            parts.setdefault(password[start : start + size], []).append((start, password))
    return [found for file in files for found in _in_file(file, size, parts)]


def _in_file(file: Path, size: int, parts: dict[bytes, list[tuple[int, bytes]]]) -> list[str]:
    data = file.read_bytes()
    return [
        f"{file.name}:{block - start}"
        for block in range(0, len(data), size)
        for start, password in parts.get(data[block : block + size], ())
        if data.startswith(password, max(block - start, 0))
    ]
