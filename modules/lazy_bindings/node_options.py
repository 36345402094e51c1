"""Adds a module to preload to the options of node, keeping those that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def with_preload(options: str | None, script: Path) -> str:
    """Return the value of ``NODE_OPTIONS`` that also preloads a script.

    Args:
        options: the present value of ``NODE_OPTIONS``; ``None`` or empty when it is not set.
        script: an absolute path; spaces, quotes and backslashes in it are allowed.

    Returns:
        The options, unchanged when the script is among them already. The path is quoted as node wants it: in double
        quotes, with a backslash before a double quote and before a backslash (https://nodejs.org/api/cli.html).
    """
    path = str(script).replace("\\", "\\\\").replace('"', '\\"')
    preload = f'--require "{path}"'
    present = (options or "").strip()
    if preload in present:
        return present
    return f"{present} {preload}".lstrip()
