"""What a generated ``__init__.py`` of a provider package consists of."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LOAD = "\nfrom ._jsii import *\n"
_PUBLISH = "\npublication.publish()\n"
_LAZY_ITSELF = re.compile(r"^def __getattr__\(", re.MULTILINE)
_IMPORT = re.compile(r"from \. import (\w+)")


class UnexpectedShapeError(Exception):
    """Something is not what jsii is known to generate or to consist of; the message says what is different."""


@dataclass(frozen=True, kw_only=True)
class PackageIndex:
    """A provider's ``__init__.py`` in two parts.

    Args:
        head: the source up to and with ``publication.publish()``: loads the jsii assembly, lists the public names.
        submodules: the names that the rest of the source imports, one ``from . import name`` each.
    """

    head: str
    submodules: tuple[str, ...]


def read_index(source: str) -> PackageIndex | None:
    """Split the source of a provider's ``__init__.py``.

    Returns:
        The two parts; ``None`` when the source loads its submodules on demand by itself, as newer versions of
        jsii-pacmak generate it (https://github.com/aws/jsii/pull/5110).

    Raises:
        UnexpectedShapeError: when the source is neither.
    """
    if _LAZY_ITSELF.search(source):
        return None
    head, publish, imports = source.partition(_PUBLISH)
    if not publish:
        raise UnexpectedShapeError("it does not call publication.publish()")
    if _LOAD not in head:
        raise UnexpectedShapeError("it does not load a jsii assembly")
    submodules = []
    for line in imports.splitlines():
        if not line or line.startswith("#"):
            continue
        match = _IMPORT.fullmatch(line)
        if match is None:
            raise UnexpectedShapeError(f"after publication.publish() stands {line[:80]!r}")
        submodules.append(match[1])
    if not submodules:
        raise UnexpectedShapeError("it imports no submodules")
    return PackageIndex(head=head + publish, submodules=tuple(submodules))
