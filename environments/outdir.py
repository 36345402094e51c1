"""Where synthesis writes: ``cdktf.out``, or the folder that ``CDKTF_OUTDIR`` names, as for the cdktf CLI."""

from __future__ import annotations

import os
from pathlib import Path

from environments.problem import Problem

VARIABLE = "CDKTF_OUTDIR"
DEFAULT = "cdktf.out"


def folder(root: Path) -> Path:
    """The folder, which need not exist.

    Args:
        root: the project; what the variable names is relative to it.

    Raises:
        Problem: it is the project itself or around it: ``stacks/`` would be written into the sources.
    """
    named = os.environ.get(VARIABLE) or DEFAULT
    path = root / named
    if root.resolve().is_relative_to(path.resolve()):
        raise Problem(
            f"${VARIABLE} names the project itself, or a folder around it",
            given=named,
            allowed="a folder in the project or elsewhere, with nothing else in it",
            fix=f"unset {VARIABLE}: then it is {DEFAULT}",
        )
    return path
