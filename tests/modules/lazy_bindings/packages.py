"""Provider packages as jsii generates them, small and without jsii: one for Python, one for node."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PACKAGE = "cdktf_cdktf_provider_fake"
ASSEMBLY = "@cdktf/provider-fake"


def python_index(modules: Iterable[str], *, extra: str = "") -> str:
    """The source of a package's ``__init__.py``; ``extra`` stands behind its last line."""
    names = list(modules)
    head = textwrap.dedent(
        """\
        r'''
        # A provider
        '''
        from pkgutil import extend_path
        __path__ = extend_path(__path__, __name__)

        import publication

        from ._jsii import *

        __all__ = [
        """
    )
    return "\n".join(
        [
            head.rstrip("\n"),
            *(f'    "{name}",' for name in names),
            "]",
            "",
            "publication.publish()",
            "",
            "# Loading modules to ensure their types are registered with the jsii runtime library",
            *(f"from . import {name}" for name in names),
            extra,
        ]
    )


def write_python(folder: Path, index: str, modules: Iterable[str]) -> Path:
    """Write a package with an empty jsii assembly; every module notes in ``imported`` that it was imported."""
    package = folder / PACKAGE
    assembly = package / "_jsii"
    assembly.mkdir(parents=True)
    (package / "__init__.py").write_text(index, encoding="utf-8")
    (assembly / "__init__.py").write_text(
        f"from types import SimpleNamespace\n"
        f'__jsii_assembly__ = SimpleNamespace(name="{ASSEMBLY}", version="1.0.0")\n'
        f"imported = []\n"
        f'__all__ = ["__jsii_assembly__"]\n',
        encoding="utf-8",
    )
    for name in modules:
        (package / f"{name}.py").write_text(
            f"from . import _jsii\n_jsii.imported.append({name!r})\n", encoding="utf-8"
        )
    return package


NODE_HEAD = (
    '"use strict";\n/**\n * A provider\n */\nObject.defineProperty(exports, "__esModule", { value: true });\n'
)


def node_index(modules: Iterable[str], *, head: str = NODE_HEAD, extra: str = "") -> str:
    """The source of ``lib/index.js`` of a package."""
    names = list(modules)
    voids = " = ".join(f"exports.{name}" for name in reversed(names))
    return "\n".join(
        [
            f"{head}{voids} = void 0;" if names else head,
            *(f'exports.{name} = require("./{name}");' for name in names),
            extra,
        ]
    )


def write_node(folder: Path, index: str, modules: Iterable[str], *, name: str = ASSEMBLY) -> Path:
    """Write a package under ``node_modules``; every module notes in ``globalThis.loaded`` that it was loaded."""
    library = folder / "node_modules" / name / "lib"
    library.mkdir(parents=True)
    (library.parent / "package.json").write_text('{"main": "lib/index.js"}', encoding="utf-8")
    (library / "index.js").write_text(index, encoding="utf-8")
    for module in modules:
        (library / f"{module}.js").write_text(
            f'(globalThis.loaded ??= []).push("{module}");\nexports.name = "{module}";\n', encoding="utf-8"
        )
    return library
