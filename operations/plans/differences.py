"""What a change does to each attribute, without secrets."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.plans.json_values import Json, Marks, any_mark, embedded, inner_marks
from operations.plans.secrecy import REDACTED
from operations.plans.visible import visible, visible_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.plans.model import Change, Path
    from operations.plans.secrecy import Shown

_NAMES = ("name", "rule_name", "Name", "Sid", "sid", "Id", "id")
"""What tells elements of a list apart, in this order."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][\w-]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What becomes of one attribute.

    Attributes:
        path: where it is; an element of a list by its name when it has one, else by its position.
        before: what it is, as it may be shown; None when it is not set.
        after: what it becomes, as it may be shown; None when it is not set, or not known yet.
        unknown: whether its value is known only after apply.
    """

    path: Path
    before: Json
    after: Json
    unknown: bool = False

    @property
    def secret(self) -> bool:
        """Whether it is a secret that changes."""
        return REDACTED in (self.before, self.after)


def differences(change: Change, shown: Shown) -> list[Difference]:
    """What becomes of the attributes of a change, in the order of their names.

    Args:
        change: the change; its values are compared.
        shown: the same values as they may be shown.
    """
    before, after = _Value(change.before, shown.before), _Value(change.after, shown.after)
    return [
        Difference(
            path=tuple(visible(part) if isinstance(part, str) else part for part in difference.path),
            before=visible_value(difference.before),
            after=visible_value(difference.after),
            unknown=difference.unknown,
        )
        for difference in _compare(before, after, change.after_unknown, ())
    ]


def path_text(path: Path) -> str:
    """A path as people write it: ``rule[0].lifecycle``, ``tags["a b"]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_NAME.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text


@dataclass(frozen=True, slots=True)
class _Value:
    """A value, and the same value as it may be shown."""

    real: Json = None
    shown: Json = None

    @property
    def hidden(self) -> bool:
        return self.shown == REDACTED

    @property
    def empty(self) -> bool:
        return self.real is None or self.real in ("", [], {})

    def at(self, key: str | int | None) -> _Value:
        """An attribute or element; nothing when it is not there."""
        return _Value(_inner(self.real, key), _inner(self.shown, key))

    def held(self) -> _Value:
        """The object or list that a string holds as JSON; nothing when it holds none."""
        return _Value(embedded(self.real), embedded(self.shown))

    def names(self) -> list[str]:
        return list(self.real) if isinstance(self.real, dict) else []

    def elements(self) -> list[Json]:
        return self.real if isinstance(self.real, list) else []


def _inner(value: Json, key: str | int | None) -> Json:
    if isinstance(value, dict):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int):
        return value[key]
    return None


def _compare(before: _Value, after: _Value, unknown: Marks, path: Path) -> Iterator[Difference]:
    if unknown is True:
        yield Difference(path=path, before=before.shown, after=None, unknown=True)
        return
    if before.real == after.real and not any_mark(unknown):
        return
    if not before.hidden and not after.hidden:
        if isinstance(before.real, str) and isinstance(after.real, str):
            held = before.held(), after.held()
            if all(value.real is not None and value.shown is not None for value in held):
                before, after = held
        if _are(dict, before, after):
            names = {*before.names(), *after.names(), *(unknown if isinstance(unknown, dict) else ())}
            for name in sorted(names):
                yield from _compare(
                    before.at(name), after.at(name), inner_marks(unknown, name), (*path, name)
                )
            return
        if _are(list, before, after):
            yield from _compare_lists(before, after, unknown, path)
            return
    if not (before.empty and after.empty):
        yield Difference(path=path, before=before.shown, after=after.shown)


def _are(kind: type, before: _Value, after: _Value) -> bool:
    """Whether what is there is of one kind, and something is."""
    there = [value.real for value in (before, after) if value.real is not None]
    return bool(there) and all(isinstance(value, kind) for value in there)


def _compare_lists(before: _Value, after: _Value, unknown: Marks, path: Path) -> Iterator[Difference]:
    """Compare what belongs together by name or place, and tell of the rest what went and what came.

    A plan does not say which lists are sets, so what is in both, wherever it stands, has not changed.
    """
    places = defaultdict(list)
    for index, element in enumerate(before.elements()):
        places[_text(element)].append(index)
    come = []
    for index, element in enumerate(after.elements()):
        same = places.get(_text(element))
        if same and not any_mark(inner_marks(unknown, index)):
            same.pop(0)
        else:
            come.append(index)
    gone = sorted(index for indexes in places.values() for index in indexes)
    old_names, new_names = _names(before.elements(), gone), _names(after.elements(), come)
    for name in sorted(old_names.keys() & new_names.keys()):
        old, new = old_names[name], new_names[name]
        gone.remove(old)
        come.remove(new)
        yield from _compare(before.at(old), after.at(new), inner_marks(unknown, new), (*path, name))
    if gone == come:
        for index in gone:
            yield from _compare(
                before.at(index), after.at(index), inner_marks(unknown, index), (*path, index)
            )
        return
    for old in gone:
        yield Difference(path=(*path, old), before=before.at(old).shown, after=None)
    for new in come:
        whole = inner_marks(unknown, new) is True
        shown = None if whole else after.at(new).shown
        yield Difference(path=(*path, new), before=None, after=shown, unknown=whole)


def _text(element: Json) -> str:
    return json.dumps(element, sort_keys=True)


def _names(elements: list[Json], indexes: list[int]) -> dict[str, int]:
    """The position of each element that has a name of its own."""
    found: dict[str, int] = {}
    twice = set()
    for index in indexes:
        element = elements[index]
        names = (element.get(key) for key in _NAMES) if isinstance(element, dict) else ()
        name = next((name for name in names if isinstance(name, str) and name), None)
        if name is not None:
            twice.update({name} & found.keys())
            found[name] = index
    return {name: index for name, index in found.items() if name not in twice}
