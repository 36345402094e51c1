"""Reads the version of an installed package once.

Each module of a provider reads the metadata of typeguard as it is imported, to call it in the right way: with some sixty
modules that takes a twentieth of a synthesis. The versions do not change while a process runs.
"""

from __future__ import annotations

import functools
from importlib import metadata


def install() -> None:
    """Let :func:`importlib.metadata.version` remember its answers in this process."""
    if not hasattr(metadata.version, "cache_info"):
        metadata.version = functools.cache(metadata.version)
