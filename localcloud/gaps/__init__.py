"""What moto lacks, one file per service; each offers ``install()``, which patches the running process once."""

from __future__ import annotations

import importlib
import pkgutil


def install_all() -> list[str]:
    """Install every gap of this package, in alphabetical order.

    Returns:
        The names of the services whose gaps were filled.
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    for name in names:
        importlib.import_module(f"{__name__}.{name}").install()
    return names
