"""A synthesized stack, ``cdk.tf.json``, as a graph: references are read from the expressions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from environments.problem import Problem
from operations.compliance.graph import Graph, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.plans.json_values import Json

_REFERENCE = re.compile(r"(?<![\w.-])((?:data\.)?[a-z]\w*_\w+\.[A-Za-z_][\w-]*)")
_INSIDE = re.compile(r"(?<![$%])[$%]\{((?:[^{}]|\{[^{}]*\})*)\}")
_META = frozenset({"//", "depends_on", "lifecycle", "provider", "provisioner", "connection"})
_BLOCKS = {"resource": "", "data": "data."}


def graph(document: Mapping[str, Any], *, name: str, source: str) -> Graph:
    """The resources of a configuration.

    Args:
        document: Terraform JSON, as synthesis writes it.
        name: what the system is called.
        source: what to call the document in messages.

    Raises:
        Problem: it is no Terraform JSON, or uses modules, whose resources are elsewhere.
    """
    if document.get("module"):
        raise Problem(
            f"{source}: uses modules, whose resources are not in it",
            given=", ".join(sorted(document["module"])),
            fix="plan it, and assess the plan: --plan plan.json",
        )
    return Graph(_resources(document, source), name=name)


def _resources(document: Mapping[str, Any], source: str) -> Iterator[Resource]:
    there = frozenset(_addresses(document, source))
    for block, prefix in _BLOCKS.items():
        for type_, named in document.get(block, {}).items():
            for name, values in named.items():
                arguments = {key: value for key, value in values.items() if key not in _META}
                named_there = {
                    key: frozenset(address for address in references(value) if address in there)
                    for key, value in arguments.items()
                }
                yield Resource(
                    address=f"{prefix}{type_}.{name}",
                    type=type_,
                    values=arguments,
                    references=named_there,
                    managed=not prefix,
                )


def _addresses(document: Mapping[str, Any], source: str) -> Iterator[str]:
    """The addresses of what is there; a reference to anything else is not resolved."""
    for block, prefix in _BLOCKS.items():
        types = document.get(block, {})
        if not isinstance(types, dict) or not all(isinstance(named, dict) for named in types.values()):
            raise Problem(f"{source}: {block} does not hold types with names", fix="synthesize it again")
        for type_, named in types.items():
            for name, values in named.items():
                if not isinstance(values, dict):
                    raise Problem(f"{source}: {type_}.{name} is no block", fix="synthesize it again")
                yield f"{prefix}{type_}.{name}"


def references(value: Json) -> Iterator[str]:
    """The addresses that expressions in a value refer to."""
    if isinstance(value, str):
        for expression in _INSIDE.findall(value):
            yield from _REFERENCE.findall(expression)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)
