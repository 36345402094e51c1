"""Where jsii keeps the packages that it extracts for node, and whether it has built its index of their types.

The location is documented (https://aws.github.io/jsii/user-guides/lib-user/package-cache/); that jsii 1.142 and newer
write ``.jsii.runtime.v1.json`` last when they build the index is not.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from importlib import resources
from pathlib import Path

_MARKER = ".jsii-runtime-package-cache"  # touched when the package is used
_INDEX = ".jsii.runtime.v*.json"
_BUILDER = "lib__runtime-index-worker.js"


def without_index() -> list[str]:
    """Names of the packages that this process has loaded, and that jsii is still building the index of."""
    enabled = os.environ.get("JSII_RUNTIME_PACKAGE_CACHE", "enabled").lower() == "enabled"
    if not enabled or not resources.files("jsii._embedded.jsii").joinpath(_BUILDER).is_file():
        return []
    used = {name: in_use(root() / _file_name(name) / _file_name(version)) for name, version in assemblies()}
    return [name for name, package in used.items() if package is not None and not any(package.glob(_INDEX))]


def assemblies() -> list[tuple[str, str]]:
    """Name and version of the jsii assemblies that this process has loaded."""
    loaded = (
        getattr(module, "__jsii_assembly__", None)
        for name, module in sorted(sys.modules.items())
        if name.endswith("._jsii")
    )
    return [(assembly.name, assembly.version) for assembly in loaded if assembly is not None]


def in_use(version: Path) -> Path | None:
    """The folder of a package's version that was used last; there is one for each archive that it came in."""
    folders = [marker.parent for marker in version.glob(f"*/{_MARKER}")]
    return max(folders, key=lambda folder: (folder / _MARKER).stat().st_mtime, default=None)


def root() -> Path:
    """The folder of the cache."""
    if named := os.environ.get("JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        return Path(named)
    try:
        home = Path.home()
    except RuntimeError:  # a user without one
        return Path(tempfile.gettempdir()) / f"aws-jsii-package-cache-{os.getuid()}"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "com.amazonaws.jsii" / "package-cache"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local"
        return Path(local) / "AWS" / "jsii" / "package-cache"
    return home / ".cache" / "aws" / "jsii" / "package-cache"


def _file_name(name: str) -> str:
    return re.sub(r"[^@a-z0-9_./\\-]+", "_", name)
