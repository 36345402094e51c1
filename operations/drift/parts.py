"""What a plan has of resources and of those that are parts of them: recorded, found and planned."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from operations.plans.json_values import Json
    from operations.plans.model import Plan

_TABLE = Path(__file__).with_name("mirrors.tsv")
_NAMES = ("id", "arn", "name", "bucket", "url", "function_name", "key_id")
"""Where resources have what others call them by."""

Values = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mirror:
    """An attribute in which a resource shows its parts.

    Attributes:
        whole: type of the resource.
        attribute: the attribute.
        part: type of the parts.
        argument: where a part names the whole.
    """

    whole: str
    attribute: str
    part: str
    argument: str


@lru_cache
def mirrors() -> Mapping[tuple[str, str], Mirror]:
    """By type and attribute: what shows parts."""
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    header, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    found = [Mirror(**dict(zip(header, row, strict=True))) for row in rows]
    return {(mirror.whole, mirror.attribute): mirror for mirror in found}


class Parts:
    """The values of the resources of a plan, by type: as they were recorded, as they are, and as they are to be.

    Args:
        plan: the plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._by_type: dict[str, list[Values]] = defaultdict(list)
        for resource in (*plan.resource_changes, *plan.resource_drift):
            for values in (resource.change.before, resource.change.after):
                if resource.mode == "managed" and isinstance(values, dict):
                    self._by_type[resource.type].append(values)

    def all(self, type_: str) -> Sequence[Values]:
        """All resources of a type."""
        return self._by_type.get(type_, ())

    def of(self, whole: Values, type_: str, argument: str) -> Iterator[Values]:
        """The parts of a resource.

        Args:
            whole: values of the resource.
            type_: type of the parts.
            argument: where a part names the whole.
        """
        known = names(whole)
        for values in self.all(type_):
            if values.get(argument) in known:
                yield values


def names(whole: Values) -> frozenset[str]:
    """What others call a resource by."""
    return frozenset(value for name in _NAMES if isinstance(value := whole.get(name), str) and value)


def listed(values: Json) -> Sequence[Values]:
    """The objects in a list."""
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def region(whole: Values) -> str | None:
    """The region of a resource, by its ARN."""
    parts = str(whole.get("arn") or "").split(":")
    return parts[3] or None if len(parts) > 3 else None  # noqa: PLR2004 - arn:partition:service:region


def texts(values: Iterable[Values], name: str) -> frozenset[str]:
    """The values of one attribute."""
    return frozenset(str(value[name]) for value in values if value.get(name))
