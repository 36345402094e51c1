"""Which resource refers to which, by the configuration in a plan."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from operations.plans.model import without_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.plans.json_values import Json
    from operations.plans.model import Configuration, Module

_NO_RESOURCES = frozenset({"count", "each", "local", "module", "path", "self", "terraform", "var"})


class References:
    """The references between the resources of a configuration.

    Addresses are without the keys of instances: ``aws_subnet.private``, not ``aws_subnet.private["a"]``.

    Args:
        configuration: what was planned.
    """

    def __init__(self, configuration: Configuration) -> None:
        self._by_argument: dict[str, dict[str, frozenset[str]]] = {}
        self._unresolved: dict[str, set[str]] = defaultdict(set)
        self._arguments: dict[str, frozenset[str]] = {}
        if configuration.root_module is not None:
            self._read(configuration.root_module, "")

    def of(self, address: str) -> frozenset[str]:
        """The resources that a resource refers to."""
        return frozenset().union(*self._by_argument.get(address, {}).values())

    def by_argument(self, address: str) -> Mapping[str, frozenset[str]]:
        """The resources that a resource refers to, by argument."""
        return self._by_argument.get(address, {})

    def arguments(self, address: str) -> frozenset[str]:
        """The arguments and blocks that are written in a resource's block."""
        return self._arguments.get(address, frozenset())

    def through(self, address: str, argument: str) -> frozenset[str] | None:
        """The resources that one argument of a resource refers to.

        Returns:
            None when it is not known: the argument refers to something that is no resource of its module.
        """
        if argument in self._unresolved.get(address, ()):
            return None
        return self._by_argument.get(address, {}).get(argument, frozenset())

    def _read(self, module: Module, prefix: str) -> None:
        for resource in module.resources:
            address = prefix + resource.address
            found: dict[str, frozenset[str]] = {}
            for argument, expression in resource.expressions.items():
                names = set(_references(expression))
                resources = {_resource(name) for name in names} - {None}
                if any(name.split(".")[0] in _NO_RESOURCES for name in names):
                    self._unresolved[address].add(argument)
                if resources:
                    found[argument] = frozenset(f"{prefix}{name}" for name in resources)
            self._by_argument[address] = found
            self._arguments[address] = frozenset(resource.expressions)
        for name, call in module.module_calls.items():
            if call.module is not None:
                self._read(call.module, f"{prefix}module.{name}.")


def _references(expression: Json) -> Iterator[str]:
    if isinstance(expression, dict):
        for key, value in expression.items():
            if key == "references" and isinstance(value, list):
                yield from (name for name in value if isinstance(name, str))
            elif key != "constant_value":
                yield from _references(value)
    elif isinstance(expression, list):
        for value in expression:
            yield from _references(value)


def _resource(reference: str) -> str | None:
    """The address of the resource in a reference to one of its attributes."""
    parts = without_keys(reference).split(".")
    if parts[0] in _NO_RESOURCES:
        return None
    length = 3 if parts[0] in {"data", "ephemeral"} else 2
    return ".".join(parts[:length]) if len(parts) >= length else None
