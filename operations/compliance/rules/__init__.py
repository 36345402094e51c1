"""The rules: small functions that look at all resources of a kind, by service."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from operations.compliance.graph import Graph
    from operations.compliance.verdicts import Finding

    Check = Callable[[Graph], Iterator[Finding]]


@lru_cache
def checks() -> Mapping[str, Check]:
    """Every check, by the name that packs call it: ``database.encrypted``."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(__path__):
        loaded = importlib.import_module(f"{__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            ours = function.__module__ == loaded.__name__ and not name.startswith("_")
            if ours and list(inspect.signature(function).parameters) == ["graph"]:
                found[f"{module.name}.{name}"] = function
    return found
