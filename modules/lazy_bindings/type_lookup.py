"""Lets jsii find types whose Python module has not been imported yet.

With the plain import every type is registered; here an object that comes back from node may be of a type whose module
nobody asked for. jsii asks a function of its own for such a type: that function first gets to see the lazy packages.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from .package_index import UnexpectedShapeError

if TYPE_CHECKING:
    from collections.abc import Iterable

_HOOK = "_try_import_type_module"
_lazy: dict[str, frozenset[str]] = {}


def install() -> None:
    """Put the search of lazy packages before that of jsii; once per process.

    Raises:
        UnexpectedShapeError: when the installed jsii cannot look for types on demand (older than 1.130 or changed).
    """
    reference_map: Any = importlib.import_module("jsii._reference_map")
    ask_jsii = getattr(reference_map, _HOOK, None)
    if not callable(ask_jsii) or not hasattr(reference_map, "_assembly_to_module"):
        raise UnexpectedShapeError("the installed jsii does not import the modules of unknown types")
    if getattr(ask_jsii, "looks_into_lazy_packages", False):
        return

    def search(fqn: str) -> bool:
        assembly = fqn.partition(".")[0]
        import_module_of(fqn, reference_map._assembly_to_module.get(assembly), reference_map)  # noqa: SLF001
        return bool(ask_jsii(fqn))

    vars(search)["looks_into_lazy_packages"] = True
    setattr(reference_map, _HOOK, search)


def register(package: str, submodules: Iterable[str]) -> None:
    """Note that the submodules of a package are imported on demand."""
    _lazy[package] = frozenset(submodules)


def import_module_of(fqn: str, package: str | None, reference_map: Any) -> None:  # noqa: ANN401 - a private module of jsii
    """Import the submodule of a lazy package that has a type; all submodules when the name tells nothing.

    Args:
        fqn: name of the type in jsii, such as ``@cdktf/provider-aws.dbInstance.DbInstance``.
        package: the Python package of the assembly; ``None`` when it is not known.
        reference_map: jsii's module of registered types.
    """
    submodules = _lazy.get(package or "", frozenset())
    if package is None or not submodules:
        return
    parts = fqn.split(".")
    guess = snake_case(parts[1]) if len(parts) > 2 else ""  # noqa: PLR2004 - assembly, submodule, type
    if guess in submodules:
        importlib.import_module(f"{package}.{guess}")
    kinds = ("_types", "_data_types", "_enums", "_interfaces")
    if not any(fqn in getattr(reference_map, kind) for kind in kinds):
        for submodule in sorted(submodules):
            importlib.import_module(f"{package}.{submodule}")


def snake_case(name: str) -> str:
    """Name of the Python module of a jsii submodule: ``dbInstance`` becomes ``db_instance``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
