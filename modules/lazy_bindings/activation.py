"""Turns the lazy import on, for this process and the node process of jsii."""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

from . import direct_node, early_start, garbage, version_lookup
from .importing import PACKAGE_PREFIX, LazyProviderFinder
from .node_options import with_preload
from .package_index import UnexpectedShapeError
from .warning import LazyBindingsWarning

VARIABLE = "LAZY_BINDINGS"
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
        Whether it is active. It is not when ``LAZY_BINDINGS`` is ``0`` and, with a :class:`LazyBindingsWarning`,
        when jsii has been imported already.

    Raises:
        ImportError: jsii is not installed.
    """
    if os.environ.get(VARIABLE) == "0":
        return Activation(active=False, reason=f"{VARIABLE} is 0")
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
    for install, otherwise in (
        (direct_node.install, "requests go through a second node process"),
        (early_start.install, "Python waits for node at each import"),
    ):
        try:
            install()
        except UnexpectedShapeError as difference:
            warnings.warn(
                f"{difference}: {otherwise}, which takes a little longer.", LazyBindingsWarning, stacklevel=2
            )
    garbage.install()
    version_lookup.install()
    os.environ["NODE_OPTIONS"] = with_preload(os.environ.get("NODE_OPTIONS"), PRELOAD)
    sys.meta_path.insert(0, LazyProviderFinder())
    return Activation(active=True, reason="provider modules are loaded on first use")
