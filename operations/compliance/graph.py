"""The resources of a system, with their values and the references between them: what every rule looks at.

A configuration, a plan and a deployed system are read into the same form, so that a rule is written once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from operations.plans.lookup import found, unknown_at
from operations.plans.model import without_keys
from operations.plans.secrecy import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from operations.plans.json_values import Json, Marks

_EXPRESSION = re.compile(r"(?<![$%])[$%]\{")
_WHOLE = re.compile(r"(?<![$%])[$%]\{[^{}]*\}")
_PLAIN = re.compile(r"^\$\{(?:data\.)?\w+\.[\w-]+(?:\.\w+|\[[^\]]+\])*\}$")
"""An expression that is nothing but an attribute of a resource."""


class Unknown(Enum):
    """A value that is not known: never a reason to pass."""

    UNKNOWN = "not known"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource, or what a data source reads.

    Attributes:
        address: its address, ``aws_db_instance.main``; of a data source with ``data.`` before it.
        type: its type, ``aws_db_instance``.
        values: its arguments, as Terraform has them.
        unknown: has ``true`` where a value is known only after apply, shaped like the values.
        references: by argument, the addresses without keys that it refers to.
        managed: whether the system creates it; False for what is read only.
        why_unknown: why a value is not known.
    """

    address: str
    type: str
    values: Mapping[str, Json]
    unknown: Marks = None
    references: Mapping[str, frozenset[str]] = field(default_factory=dict)
    managed: bool = True
    why_unknown: str = "known only after apply"

    def value(self, path: str, default: Json = None) -> Json | Unknown:
        """The value at a path such as ``vpc_config.subnet_ids``.

        Args:
            path: names joined by dots; the lists of blocks on the way must have one element.
            default: what it means when nothing is written.

        Returns:
            `UNKNOWN` when it is known only after apply, or depends on something that is not a resource here.
        """
        values = self.all_values(path)
        if UNKNOWN in values or len(values) > 1:
            return UNKNOWN
        return default if values[0] is None else values[0]

    def all_values(self, path: str) -> list[Json | Unknown]:
        """The values at a path, one for each block on the way; None where nothing is written."""
        names = path.split(".")
        if unknown_at(self.unknown, names, inside=False) or "dynamic" in self.values:
            return [UNKNOWN]
        whole: Json = dict(self.values)
        return [_settled(value) for value in found(whole, names)]

    def blocks(self, path: str) -> list[Mapping[str, Json]] | Unknown:
        """The nested blocks at a path."""
        names = path.split(".")
        if unknown_at(self.unknown, names, inside=False) or "dynamic" in self.values:
            return UNKNOWN
        whole: Json = dict(self.values)
        values = [
            inner
            for value in found(whole, names)
            for inner in (value if isinstance(value, list) else [value])
        ]
        if any(isinstance(value, str) for value in values):
            return UNKNOWN
        return [value for value in values if isinstance(value, dict)]

    def is_set(self, path: str) -> bool | Unknown:
        """Whether anything is written at a path; a reference to another resource is something."""
        value = self.value(path)
        refers = bool(self.references.get(path.split(".", maxsplit=1)[0]))
        if value is not UNKNOWN:
            computed = isinstance(value, list) and all(map(_is_computed, value))
            return UNKNOWN if value and computed and not refers else value not in (None, "", [], {})
        whole: Json = dict(self.values)
        texts = [text for text in found(whole, path.split(".")) if isinstance(text, str)]
        return True if refers and all(_PLAIN.match(text) for text in texts) else UNKNOWN


class Graph:
    """The resources of one system.

    Args:
        resources: its resources and data sources.
        name: what the system is called in reports.
    """

    def __init__(self, resources: Iterable[Resource], *, name: str) -> None:
        self.name = name
        self.resources: Sequence[Resource] = tuple(resources)
        self._by_type: dict[str, list[Resource]] = defaultdict(list)
        self._by_address: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            self._by_type[resource.type].append(resource)
            self._by_address[without_keys(resource.address)].append(resource)

    def all(self, *types: str, managed: bool = True) -> Iterator[Resource]:
        """The resources of some types; of data sources too unless ``managed``."""
        for type_ in types:
            for resource in self._by_type.get(type_, ()):
                if resource.managed or not managed:
                    yield resource

    def types(self) -> frozenset[str]:
        """The types of the resources that the system creates."""
        return frozenset(resource.type for resource in self.resources if resource.managed)

    def referred(self, resource: Resource, argument: str, *types: str) -> list[Resource]:
        """The resources of some types that an argument refers to."""
        return [
            other
            for address in sorted(resource.references.get(argument, ()))
            for other in self._by_address.get(address, ())
            if other.type in types
        ]

    def referring(self, to: Resource, argument: str, *types: str) -> list[Resource]:
        """The resources of some types whose argument refers to a resource."""
        address = without_keys(to.address)
        return [other for other in self.all(*types) if address in other.references.get(argument, frozenset())]

    def unresolved(self, argument: str, *types: str) -> list[Resource]:
        """The resources of some types of which it is not known what an argument refers to."""
        return [
            other
            for other in self.all(*types)
            if not other.references.get(argument) and other.value(argument) is UNKNOWN
        ]


def is_expression(text: str) -> bool:
    """Whether a string has something in it that Terraform computes."""
    return _EXPRESSION.search(text) is not None


def without_expressions(text: str) -> str:
    """A string with ``(computed)`` for everything in it that Terraform computes."""
    return _WHOLE.sub("(computed)", text)


def _settled(value: Json) -> Json | Unknown:
    """The value; `UNKNOWN` when it is an expression, or may not be shown."""
    if isinstance(value, str) and (value == REDACTED or (is_expression(value) and not _is_json(value))):
        return UNKNOWN
    return value


def _is_computed(value: Json) -> bool:
    return isinstance(value, str) and is_expression(value)


def _is_json(text: str) -> bool:
    """Whether a string is a JSON document in which single values are expressions, as policies are."""
    return text.lstrip()[:1] in {"{", "["}
