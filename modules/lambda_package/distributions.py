"""The pure-Python distributions of a deployment package, as the lock pins them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

from environments.problem import Problem

_REINSTALL = "install from the lock again: make install"
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[)?")
_EXTRA = re.compile(r";.*\bextra\b")
_COMPILED = frozenset({".so", ".pyd", ".dylib", ".dll"})
# What the installer writes, or the tool that built the wheel. METADATA stays: drivers read their version from it.
_INSTALLER_FILES = frozenset({"RECORD", "INSTALLER", "REQUESTED", "WHEEL", "direct_url.json"})


def locked_distributions(requirements: Sequence[str], lock: Path) -> list[Distribution]:
    """Return the distributions and all that they need, by name.

    Args:
        requirements: names of distributions.
        lock: ``Pipfile.lock``.

    Raises:
        Problem: the lock cannot be read, or one of them is not installed, not locked, or of another version than
            the locked one.
    """
    locked = _locked(lock)
    found: dict[str, Distribution] = {}
    wanted = [_name(name) for name in requirements]
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = _installed(name, locked, lock)
            wanted += _needs(found[name])
    return [found[name] for name in sorted(found)]


def python_files(package: Distribution) -> dict[str, bytes]:
    """Return path to content of a distribution's files, without what only an installer needs.

    Raises:
        Problem: it has compiled files, which would not run on Lambda, or its files are not those that were installed.
    """
    return {str(path): _content(package, path) for path in _paths(package)}


def _paths(package: Distribution) -> Iterator[PackagePath]:
    if package.files is None:
        raise Problem(f"the distribution {package.name} has no list of its files (RECORD)", fix=_REINSTALL)
    for path in package.files:
        if _COMPILED.intersection(path.suffixes):
            raise Problem(
                f"the distribution {package.name} is not pure Python",
                given=str(path),
                allowed="distributions without compiled files: they must run on Lambda's processors",
                fix="choose a pure-Python distribution",
            )
        outside = path.is_absolute() or ".." in path.parts  # scripts for the command line
        compiled_here = path.suffix == ".pyc"
        if not outside and not compiled_here and path.name not in _INSTALLER_FILES:
            yield path


def _content(package: Distribution, path: PackagePath) -> bytes:
    try:
        content = Path(str(package.locate_file(path))).read_bytes()
    except FileNotFoundError:
        content = None
    # The wheel's own record: with it, the lock's hash of the wheel vouches for each file.
    recorded = path.hash
    if content is None or (recorded is not None and recorded.value != _record_hash(recorded.mode, content)):
        raise Problem(
            f"the distribution {package.name} was changed after it was installed",
            given=str(path),
            fix=_REINSTALL,
        )
    return content


def _record_hash(algorithm: str, content: bytes) -> str:
    """As RECORD writes it (https://packaging.python.org/en/latest/specifications/recording-installed-packages/)."""
    digest = hashlib.new(algorithm, content).digest()
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _locked(lock: Path) -> Mapping[str, Mapping[str, object]]:
    try:
        section = json.loads(lock.read_text(encoding="utf-8"))["default"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(
            f"the lock {lock} cannot be read", given=str(error), allowed="a Pipfile.lock", fix="pipenv lock"
        ) from None
    return {_name(name): entry for name, entry in section.items()}


def _installed(name: str, locked: Mapping[str, Mapping[str, object]], lock: Path) -> Distribution:
    pin = locked.get(name, {}).get("version")
    if pin is None:
        raise Problem(
            f"the distribution {name} is not in {lock.name}",
            allowed="distributions that its default section pins",
            fix="add it to the [packages] of the Pipfile and lock again: pipenv lock",
        )
    try:
        found = distribution(name)
    except PackageNotFoundError:
        raise Problem(
            f"the distribution {name} is not installed", allowed=f"{name}{pin}", fix=_REINSTALL
        ) from None
    if f"=={found.version}" != pin:
        raise Problem(
            f"the distribution {name} is not the locked one",
            given=found.version,
            allowed=str(pin),
            fix=_REINSTALL,
        )
    return found


def _needs(package: Distribution) -> Iterator[str]:
    for requirement in package.requires or ():
        if _EXTRA.search(requirement):
            continue
        name = _name(requirement)
        # The installer has evaluated the marker: what it demands here is installed.
        if ";" not in requirement or _is_installed(name):
            yield name


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _name(requirement: str) -> str:
    """The distribution's name in its normal form (https://packaging.python.org/en/latest/specifications/name-normalization/)."""
    match = _NAME.match(requirement)
    if match is None or match[2]:
        raise Problem(
            "a package cannot have this requirement",
            given=requirement,
            allowed="names of distributions without extras",
            fix="name the distributions that the extra stands for",
        )
    return re.sub(r"[-_.]+", "-", match[1]).lower()
