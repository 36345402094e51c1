"""Tells jsii which Python module has a type, so that it can import it when an object of the type comes from node.

With the plain import every type is registered; here nobody may have asked for its module yet. jsii imports the modules
of unknown types by a table that newer packages bring with them (https://github.com/aws/jsii/pull/5110).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from .package_index import UnexpectedShapeError

if TYPE_CHECKING:
    from collections.abc import Iterable


def table() -> dict[str, str]:
    """jsii's table: from the name of a submodule in jsii to its Python module.

    Raises:
        UnexpectedShapeError: the installed jsii (older than 1.130) has none, and so cannot import on demand.
    """
    reference_map: Any = importlib.import_module("jsii._reference_map")
    found = getattr(reference_map, "_submodule_fqn_map", None)
    if not isinstance(found, dict):
        raise UnexpectedShapeError("the installed jsii does not import the modules of unknown types")
    return found


def entries(assembly: str, package: str, submodules: Iterable[str]) -> dict[str, str]:
    """What the table needs to know of a package.

    Args:
        assembly: its name in jsii, such as ``@cdktf/provider-aws``.
        package: its name in Python.
        submodules: names of its Python modules.
    """
    return {f"{assembly}.{camel_case(name)}": f"{package}.{name}" for name in submodules}


def camel_case(name: str) -> str:
    """Name of the jsii submodule of a Python module: ``db_instance`` is ``dbInstance`` there."""
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)
