"""How jsii's Node process gets the preload: through ``NODE_OPTIONS``, which other programs may have set already."""

from __future__ import annotations

from pathlib import Path

PRELOAD = Path(__file__).with_name("preload.cjs")


def preload_options(options: str) -> str:
    """Add the preload to ``NODE_OPTIONS``, once; what is there stays.

    Args:
        options: present value of ``NODE_OPTIONS``.
    """
    # Node takes double quotes around a path with spaces, and a backslash before what it would interpret.
    path = str(PRELOAD).replace("\\", "\\\\").replace('"', '\\"')
    option = f'--require="{path}"'
    return options if option in options else f"{options} {option}".strip()
