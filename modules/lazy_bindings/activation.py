"""Turns the lazy import on, for this process and the node process of jsii."""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

from . import early_start
from .importing import PACKAGE_PREFIX, LazyProviderFinder
from .node_options import with_preload
from .package_index import UnexpectedShapeError
from .warning import LazyBindingsWarning

PLAIN_IMPORT_VARIABLE = "HOLDFAST_PLAIN_IMPORT"
PRELOAD = Path(__file__).resolve().with_name("preload.js")


@dataclass(frozen=True, kw_only=True)
class Activation:
    """Whether provider bindings are loaded on demand.

    Args:
        active: ``False`` when they are imported in full.
        reason: one sentence why.
    """

    active: bool
    reason: str


def activate() -> Activation:
    """Load the modules of ``cdktf_cdktf_provider_*`` packages on first use from now on.

    Has to be called before ``cdktf``, ``jsii`` or a provider is imported: node is started by their import. May be
    called any number of times. Sets ``NODE_OPTIONS`` for the processes that this one starts; other node processes
    than jsii's ignore what is added there.

    Returns:
        Whether it is active. It is not when ``HOLDFAST_PLAIN_IMPORT`` is set to anything but ``0`` or nothing,
        and, with a :class:`LazyBindingsWarning`, when jsii has been imported already.
    """
    if os.environ.get(PLAIN_IMPORT_VARIABLE, "0") not in {"", "0"}:
        return Activation(active=False, reason=f"{PLAIN_IMPORT_VARIABLE} is set")
    if any(isinstance(finder, LazyProviderFinder) for finder in sys.meta_path):
        return Activation(active=True, reason="it was activated before")
    early = sorted(name for name in sys.modules if name == "jsii" or name.startswith(PACKAGE_PREFIX))
    if early:
        reason = f"{early[0]} was imported before lazy_bindings.activate() was called"
        warnings.warn(
            f"{reason}: providers are imported in full, which is slow. Call it first.",
            LazyBindingsWarning,
            stacklevel=2,
        )
        return Activation(active=False, reason=reason)
    os.environ["NODE_OPTIONS"] = with_preload(os.environ.get("NODE_OPTIONS"), PRELOAD)
    sys.meta_path.insert(0, LazyProviderFinder())
    try:
        early_start.install()
    except ImportError:
        return Activation(active=False, reason="jsii is not installed")
    except UnexpectedShapeError as difference:
        warnings.warn(
            f"{difference}: Python waits for every assembly that node loads, a fifth of a second in all.",
            LazyBindingsWarning,
            stacklevel=2,
        )
    return Activation(active=True, reason="provider modules are loaded on first use")
