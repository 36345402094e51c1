"""The import hook: provider packages import their submodules on first use."""

from __future__ import annotations

import importlib
import sys
import warnings
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import TYPE_CHECKING

from . import type_lookup
from .package_index import UnexpectedShapeError, read_index
from .warning import LazyBindingsWarning

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType

PACKAGE_PREFIX = "cdktf_cdktf_provider_"


class LazyProviderFinder(MetaPathFinder):
    """Finds the top-level packages of prebuilt providers, and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a provider package with the lazy loader; ``None`` for everything else."""
        if path is not None or not fullname.startswith(PACKAGE_PREFIX):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None:
            return None
        if type(spec.loader) is SourceFileLoader:
            spec.loader = LazyProviderLoader(fullname, spec.loader.path)
        else:
            warn_plain(fullname, "its source is not a file on disk")
        return spec


class LazyProviderLoader(SourceFileLoader):
    """Executes a provider's ``__init__.py`` without the imports of all submodules."""

    def exec_module(self, module: ModuleType) -> None:
        """Execute the package; in full, with a warning, when it does not look as expected."""
        name = module.__name__
        try:
            index = read_index(self.get_source(name) or "")
            types = type_lookup.table()
        except UnexpectedShapeError as difference:
            warn_plain(name, str(difference))
            index = None
        if index is None:
            super().exec_module(module)
            return
        exec(compile(index.head, self.path, "exec"), module.__dict__)  # noqa: S102 - the package's own source
        # publication.publish() has put another module object, the public one, in place of the executed one.
        for published in {id(m): m for m in (module, sys.modules[name])}.values():
            import_on_access(published, index.submodules)
        types.update(type_lookup.entries(module.__jsii_assembly__.name, name, index.submodules))


def import_on_access(package: ModuleType, submodules: Iterable[str]) -> None:
    """Give the package a ``__getattr__`` that imports submodules, and a ``__dir__`` that lists them (PEP 562)."""
    name = package.__name__
    known = frozenset(submodules)

    def load(attribute: str) -> ModuleType:
        if attribute in known:
            return importlib.import_module(f"{name}.{attribute}")
        raise AttributeError(f"module {name!r} has no attribute {attribute!r}")

    def names() -> list[str]:
        return sorted({*vars(package), *known} - {"__getattr__", "__dir__"})

    vars(package).update(__getattr__=load, __dir__=names)


def warn_plain(package: str, difference: str) -> None:
    """Warn that a package is imported in full, and why."""
    warnings.warn(
        f"{package} does not look as expected: {difference}. All its modules are imported, which is slow (for AWS"
        " several seconds); what is synthesized is the same.",
        LazyBindingsWarning,
        stacklevel=2,
    )
