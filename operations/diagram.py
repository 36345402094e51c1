"""Draws a system from its synthesized Terraform JSON; the picture in the README is drawn this way."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from environments.problem import Problem
from operations import diagram_dot, diagram_graph
from operations.diagram_system import System

if TYPE_CHECKING:
    from collections.abc import Mapping

_RENDERER = Path(__file__).with_name("diagram.mjs")


def picture(configuration: Mapping[str, object]) -> str:
    """Draw the Terraform JSON of a stack as SVG; the same JSON gives the same SVG.

    Raises:
        Problem: Node.js or the npm packages are missing.
    """
    system = System(configuration)
    boxes = diagram_graph.boxes(system)
    blocks = [
        str(vpc.arguments["cidr_block"]) for vpc in system.of("aws_vpc") if "cidr_block" in vpc.arguments
    ]
    frames = {"VPC": " ".join(["VPC", *blocks])}
    return _svg(diagram_dot.dot(boxes, diagram_graph.lines(system, boxes), frames=frames))


def _svg(dot: str) -> str:
    try:
        done = subprocess.run(
            ["node", str(_RENDERER)],  # noqa: S607 - Node.js is where the person has it
            input=dot,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except FileNotFoundError:
        raise Problem("Node.js is missing: it draws the picture", fix="install Node.js 20 or 22") from None
    if done.returncode != 0:
        raise Problem(
            "the picture could not be drawn",
            given=done.stderr.strip(),
            fix="run make install, then try again",
        )
    return re.sub(r"<!--.*?-->\n?", "", done.stdout, flags=re.DOTALL)
