"""Imports of CDKTF provider bindings in a second instead of a quarter of a minute.

``cdktf_cdktf_provider_aws`` imports all of its 2,137 submodules, and its JavaScript index requires as many. ``activate()`` lets
both load only what is asked for. It knows nothing of this project: any CDKTF Python project can take this folder.
"""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass

from modules.lazy_bindings.importer import LazyPackageFinder
from modules.lazy_bindings.node import preload_options

SWITCH = "HOLDFAST_PLAIN_IMPORT"
"""Environment variable that turns laziness off when it is set to anything but an empty string."""


@dataclass(frozen=True)
class Activation:
    """What :func:`activate` did.

    Args:
        python: provider packages are loaded lazily in this process.
        node: provider packages are loaded lazily in the Node process that jsii starts.
    """

    python: bool
    node: bool


def activate() -> Activation:
    """Make provider packages lazy; call it before ``cdktf`` is imported. Calling it again changes nothing.

    Warns:
        RuntimeWarning: when ``cdktf`` or a provider package was imported before, and everything stays as slow as it is.
    """
    if os.environ.get(SWITCH):
        return Activation(python=False, node=False)
    if any(isinstance(finder, LazyPackageFinder) for finder in sys.meta_path):
        return Activation(python=True, node=True)
    early = [name for name in sys.modules if name == "jsii" or name.startswith("cdktf_cdktf_provider_")]
    if early:
        warnings.warn(
            f"lazy bindings: {early[0]} was imported before activate(); provider bindings load whole, which is slow",
            RuntimeWarning,
            stacklevel=2,
        )
        return Activation(python=False, node=False)
    sys.meta_path.insert(0, LazyPackageFinder())
    os.environ["NODE_OPTIONS"] = preload_options(os.environ.get("NODE_OPTIONS", ""))
    return Activation(python=True, node=True)
