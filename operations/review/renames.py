"""Probable renames: one object is deleted and another like it created, where a move would keep it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.plans.model import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from operations.plans.json_values import Json
    from operations.plans.model import ResourceChange

ALIKE = 0.6
"""Share of equal values from which two objects are probably the same one."""

_MOST_COMPARISONS = 40_000
"""Of one type; more objects than that at once are no rename, and comparing them all takes seconds."""

_OF_THE_OBJECT = frozenset({"arn", "id", "tags_all", "timeouts"})
_SIMPLE = re.compile(r"[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rename:
    """Two addresses of what is probably one object.

    Attributes:
        old: the address in the state.
        new: the address in the configuration.
        alike: share of values that are equal, up to 1.
    """

    old: str
    new: str
    alike: float

    @property
    def call(self) -> str | None:
        """The call that makes Terraform move the object, on its construct; None when cdktf has none for it."""
        if not (_SIMPLE.fullmatch(self.old) and _SIMPLE.fullmatch(self.new)):
            return None
        return f"move_from_id({json.dumps(self.old)})"

    @property
    def block(self) -> str:
        """The same in Terraform's language."""
        return f"moved {{\n  from = {self.old}\n  to   = {self.new}\n}}"


def renames(resources: Iterable[ResourceChange]) -> list[Rename]:
    """The probable renames among planned changes, each address in one of them at most."""
    deleted: dict[str, list[ResourceChange]] = defaultdict(list)
    created: dict[str, list[ResourceChange]] = defaultdict(list)
    for resource in resources:
        if resource.mode == "managed" and resource.deposed is None:
            if resource.action is Action.DELETE:
                deleted[resource.type].append(resource)
            elif resource.action is Action.CREATE:
                created[resource.type].append(resource)
    found = []
    for type_ in sorted(deleted.keys() & created.keys()):
        if len(deleted[type_]) * len(created[type_]) <= _MOST_COMPARISONS:
            found.extend(_of_one_type(deleted[type_], created[type_]))
    return found


def _of_one_type(deleted: list[ResourceChange], created: list[ResourceChange]) -> list[Rename]:
    old_values = [_values(resource.change.before) for resource in deleted]
    pairs = []
    for new in created:
        values = _values(new.change.after)
        for old, its_values in zip(deleted, old_values, strict=True):
            alike = _alike(its_values, values)
            if alike >= ALIKE:
                pairs.append(Rename(old=old.address, new=new.address, alike=alike))
    found: list[Rename] = []
    taken: set[str] = set()
    for pair in sorted(pairs, key=lambda pair: (-pair.alike, pair.old, pair.new)):
        if pair.old not in taken and pair.new not in taken:
            taken |= {pair.old, pair.new}
            found.append(pair)
    return found


def _values(values: Json) -> Mapping[str, str]:
    """What an object is configured with: not what AWS decided, and not what is left at nothing."""
    if not isinstance(values, dict):
        return {}
    return {
        name: json.dumps(value, sort_keys=True)
        for name, value in values.items()
        if name not in _OF_THE_OBJECT and value not in (None, "", False, [], {})
    }


def _alike(old: Mapping[str, str], new: Mapping[str, str]) -> float:
    if not new:
        return 0
    return sum(old.get(name) == value for name, value in new.items()) / len(new)
