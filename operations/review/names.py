"""Short names for addresses, and what belongs together."""

from __future__ import annotations

import re

from operations.plans.model import without_keys

_CDKTF_HASH = re.compile(r"_[0-9A-F]{8}$")


def short(address: str) -> str:
    """A name for a picture: ``aws_db_instance.database_instance_3C5AF6B2`` is ``database_instance``."""
    bare = without_keys(address)
    name = _CDKTF_HASH.sub("", bare.rsplit(".", maxsplit=1)[-1])
    key = address[len(bare) :] if address.startswith(bare) else ""
    return f"{name}{key}"


def group(address: str) -> str:
    """What a resource belongs to: its module, else the first construct of its path in CDKTF, else its service."""
    parts = without_keys(address).split(".")
    if parts[0] == "module" and len(parts) > 1:
        return parts[1]
    name = parts[-1]
    if _CDKTF_HASH.search(name):
        return name.split("_")[0]
    words = parts[0].split("_")
    return words[1] if len(words) > 1 else words[0]
