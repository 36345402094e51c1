"""What a picture needs to know of a system: its resources in the Terraform JSON, and who refers to whom."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_EXPRESSION = re.compile(r"\$\{(.*?)\}")
_ADDRESS = re.compile(r"(?<![\w.])(?:data\.|ephemeral\.)?aws_\w+\.[\w-]+")
_NO_LINKS = frozenset({"//", "policy", "assume_role_policy", "depends_on", "tags"})
"""Arguments whose references say who may do what, or in which order, but not how the system is built."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource, data source or ephemeral resource of the system.

    Attributes:
        address: its address in Terraform.
        type: its type, such as ``aws_subnet``.
        path: the construct path without the system's name, such as ``("network", "vpc")``.
        arguments: what it is configured with.
        references: addresses of the resources that the arguments name.
    """

    address: str
    type: str
    path: tuple[str, ...]
    arguments: Mapping[str, Any]
    references: frozenset[str]

    @property
    def module(self) -> str:
        """The module that it belongs to."""
        return self.path[0]

    @property
    def name(self) -> str:
        """What its construct is called; the last part of the path, unless that repeats the type."""
        repeats = len(self.path) > 1 and self.type.endswith(f"_{self.path[-1]}")
        return self.path[-2] if repeats else self.path[-1]

    def names(self, argument: str, other: Resource) -> bool:
        """Say whether one argument refers to another resource."""
        return other.address in _references(self.arguments.get(argument))


class System:
    """The resources of one synthesized stack, in the order of their addresses."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        found = {resource.address: resource for resource in _resources(configuration)}
        self._resources = {address: found[address] for address in sorted(found)}
        self.name = str(configuration.get("//", {}).get("metadata", {}).get("stackName", ""))
        providers = configuration.get("provider", {}).get("aws", [])
        self.regions = tuple(str(provider["region"]) for provider in providers if "region" in provider)

    def of(self, *types: str) -> list[Resource]:
        """Give the resources of some types."""
        return [resource for resource in self._resources.values() if resource.type in types]

    def at(self, address: str) -> Resource:
        """Give the resource with an address."""
        return self._resources[address]

    def linked(self, tail: Resource, head: Resource, via: str | None = None) -> bool:
        """Say whether one resource refers to another, or both are joined by a resource of the type ``via``."""
        if via is None:
            return head.address in tail.references
        return any(
            head.address in joint.references
            and (tail.address in joint.references or joint.address in tail.references)
            for joint in self.of(via)
        )

    def feeds(self, source: Resource, user: Resource, through: str) -> bool:
        """Say whether one resource gets a value of another, read by a resource of the type ``through``."""
        return any(
            source.address in reader.references and reader.address in user.references
            for reader in self.of(through)
        )

    def users(self, resource: Resource, type_: str) -> list[Resource]:
        """Give the resources of a type that refer to a resource."""
        return [user for user in self.of(type_) if resource.address in user.references]


def _resources(configuration: Mapping[str, Any]) -> Iterator[Resource]:
    secrets = {
        arguments["name"]: f"{prefix}aws_secretsmanager_secret.{name}"
        for block, prefix in (("resource", ""), ("data", "data."))
        for name, arguments in configuration.get(block, {}).get("aws_secretsmanager_secret", {}).items()
        if "name" in arguments
    }
    for block, prefix in (("resource", ""), ("data", "data."), ("ephemeral", "ephemeral.")):
        for type_, named in configuration.get(block, {}).items():
            for name, arguments in named.items():
                path = arguments.get("//", {}).get("metadata", {}).get("path", f"/{name}").split("/")[1:]
                references = _references(
                    {key: value for key, value in arguments.items() if key not in _NO_LINKS}
                )
                # An ephemeral resource names its secret, so that it needs no resource to be there.
                if block == "ephemeral" and arguments.get("secret_id") in secrets:
                    references |= {secrets[arguments["secret_id"]]}
                yield Resource(
                    address=f"{prefix}{type_}.{name}",
                    type=type_,
                    path=tuple(path),
                    arguments=arguments,
                    references=references,
                )


def _references(value: object) -> frozenset[str]:
    return frozenset(
        address
        for expression in _EXPRESSION.findall(json.dumps(value))
        for address in _ADDRESS.findall(expression)
    )
