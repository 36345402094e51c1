"""From Terraform JSON to SVG: the same JSON gives the same bytes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations.diagram.dot import FONT, dot
from operations.diagram.scene import scene
from operations.diagram.system import System

if TYPE_CHECKING:
    from collections.abc import Mapping

_RENDERER = Path(__file__).with_name("render.mjs")
_FONTS = f"{FONT},Arial,Liberation Sans,sans-serif"
"""Fonts as wide as the one that the boxes are measured for."""


def picture(configuration: Mapping[str, object]) -> str:
    """Draw the Terraform JSON of a stack as SVG.

    Raises:
        Problem: Node.js or the npm packages are missing.
    """
    svg = _rendered(dot(scene(System(configuration))))
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    return re.sub(r'font-family="[^"]*"', f'font-family="{_FONTS}"', svg)


def write(configuration: Mapping[str, object], path: Path) -> None:
    """Draw into a file.

    Raises:
        Problem: as `picture`; or the file cannot be written.
    """
    svg = picture(configuration)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, encoding="utf-8")
    except OSError as error:
        raise Problem(
            "the picture cannot be written",
            given=f"{path} ({error.strerror})",
            fix="name another file with --out",
        ) from None


def _rendered(text: str) -> str:
    try:
        done = subprocess.run(
            ["node", str(_RENDERER)],  # noqa: S607 - Node.js is where the person has it
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError:
        raise Problem("Node.js is missing: it draws the picture", fix="install Node.js 20 or 22") from None
    if done.returncode != 0:
        raise Problem(
            "the picture could not be drawn", given=done.stderr.strip(), fix="make install, then try again"
        )
    return done.stdout
