"""The pure-Python distributions of a deployment package, as the lock pins them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from environments.problem import Problem

_REINSTALL = "install from the lock again: make install"
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
_INSTALLER_FILES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"})


def locked_distributions(requirements: Sequence[str], lock: Path) -> list[Distribution]:
    """Return the distributions and all that they need, by name.

    Args:
        requirements: names of distributions.
        lock: ``Pipfile.lock``.

    Raises:
        Problem: when one is not installed, not locked, or of another version than the locked one.
    """
    locked = json.loads(lock.read_text(encoding="utf-8"))["default"]
    found: dict[str, Distribution] = {}
    wanted = [_normal(name) for name in requirements]
    while wanted:
        name = wanted.pop()
        if name in found:
            continue
        found[name] = _installed(name, locked)
        # Extras and markers come after a semicolon; what pure-Python drivers need has none.
        wanted += [_normal(need) for need in found[name].requires or () if ";" not in need]
    return [found[name] for name in sorted(found)]


def python_files(package: Distribution) -> dict[str, bytes]:
    """Return path to content of a distribution's files, without what only an installer needs.

    Raises:
        Problem: when it has compiled files, which would not run on Lambda.
    """
    return {str(path): Path(str(package.locate_file(path))).read_bytes() for path in _paths(package)}


def _paths(package: Distribution) -> Iterator[PurePosixPath]:
    for path in package.files or ():
        if path.suffix in {".so", ".pyd", ".dylib"}:
            raise Problem(
                f"the distribution {package.name} is not pure Python",
                given=str(path),
                allowed="distributions without compiled files: they must run on Lambda's processors",
                fix="choose a pure-Python distribution",
            )
        outside = ".." in path.parts
        if not outside and "__pycache__" not in path.parts and path.name not in _INSTALLER_FILES:
            yield path


def _installed(name: str, locked: dict[str, dict[str, object]]) -> Distribution:
    pin = locked.get(name, {}).get("version")
    if pin is None:
        raise Problem(
            f"the distribution {name} is not in Pipfile.lock",
            allowed="distributions that the lock pins",
            fix="add it to the Pipfile and lock again: pipenv lock",
        )
    try:
        found = distribution(name)
    except PackageNotFoundError:
        raise Problem(f"the distribution {name} is not installed", allowed=f"{name}{pin}", fix=_REINSTALL) from None
    if f"=={found.version}" != pin:
        raise Problem(
            f"the distribution {name} is not the locked one",
            given=found.version,
            allowed=str(pin),
            fix=_REINSTALL,
        )
    return found


def _normal(requirement: str) -> str:
    match = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", match[0] if match else requirement).lower()
