"""A finder that gives provider packages an ``__init__`` which imports submodules when they are asked for."""

from __future__ import annotations

import ast
import importlib
import warnings
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

PREFIX = "cdktf_cdktf_provider_"


class LazyPackageFinder(MetaPathFinder):
    """Finds top-level packages named ``cdktf_cdktf_provider_*`` and leaves everything else to Python."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return the package's own spec with a lazy loader; ``None`` for every other module."""
        if not fullname.startswith(PREFIX) or "." in fullname:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or type(spec.loader) is not SourceFileLoader:
            return spec
        spec.loader = _LazyPackageLoader(fullname, spec.origin)
        return spec


class _LazyPackageLoader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        """Run the package's ``__init__`` without its list of submodules."""
        source = self.get_data(self.path)
        package = _reduce(source, self.path)
        if package is None:
            warnings.warn(
                f"lazy bindings: {module.__name__} is not written as expected; it is imported whole, which is slow",
                RuntimeWarning,
                stacklevel=2,
            )
            super().exec_module(module)
            return
        code, submodules = package

        def load(name: str) -> ModuleType:
            if name not in submodules:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            return importlib.import_module(f"{module.__name__}.{name}")

        # Names of submodules are looked up here when the package does not have them yet (PEP 562).
        module.__dict__["__getattr__"] = load
        module.__dict__["__dir__"] = lambda: sorted({*module.__dict__, *submodules})
        exec(code, module.__dict__)  # noqa: S102 - it is the package's own code, as an import runs it


def _reduce(source: bytes, path: str) -> tuple[CodeType, frozenset[str]] | None:
    """Split an ``__init__`` in what it defines and the submodules that it imports.

    Returns:
        The code without the imports, and the names; ``None`` when the file is written in another way.
    """
    # Cheaper than parsing 2,137 lines, and as strict: the imports stand in one block at the end.
    lines = source.decode().splitlines(keepends=True)
    first = next((number for number, line in enumerate(lines) if line.startswith("from . import ")), None)
    if first is None:
        return None
    names = [line.removeprefix("from . import ").strip() for line in lines[first:] if line.strip()]
    if not all(name.isidentifier() for name in names) or "publication.publish()\n" not in lines[:first]:
        return None
    try:
        tree = ast.parse("".join(lines[:first]), path)
    except SyntaxError:
        return None
    # publication.publish() would hide the names that __getattr__ and __dir__ need.
    tree.body = [statement for statement in tree.body if not _is_publish(statement)]
    return compile(tree, path, "exec"), frozenset(names)


def _is_publish(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement) == "publication.publish()"
