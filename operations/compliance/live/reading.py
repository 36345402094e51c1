"""Reads a deployed system: which resources there are says Terraform's state, what they are says AWS."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from environments.problem import Problem
from operations import aws
from operations.compliance.graph import Graph, Resource
from operations.compliance.live import (
    backups,
    buckets,
    databases,
    filesystems,
    functions,
    identities,
    keys,
    messages,
    networks,
    observation,
    secrets,
)
from operations.compliance.live.aws import Aws
from operations.plans.model import without_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from operations.compliance.live.aws import Reader
    from operations.plans.json_values import Json

READERS: Mapping[str, Reader] = {
    type_: reader
    for module in (
        backups,
        buckets,
        databases,
        filesystems,
        functions,
        identities,
        keys,
        messages,
        networks,
        observation,
        secrets,
    )
    for type_, reader in module.READERS.items()
}
"""By type: what describes its resources."""

_IDENTITIES = ("arn", "function_name", "id", "identifier", "name", "url")
"""What of a resource others name it by; found in the state, since it never changes."""


def graph(state: Mapping[str, Any], *, name: str, region: str) -> Graph:
    """The resources of a state, as AWS describes them.

    What no reader knows is in it too, with nothing known of it.

    Args:
        state: what ``terraform show -json`` prints of a state.
        name: what the system is called.
        region: where it is.

    Raises:
        Problem: nothing is deployed, or AWS does not have what the state names; or see `operations.aws.explained`.
    """
    resources = list(_resources(state.get("values", {}).get("root_module", {})))
    if not resources:
        raise Problem(f"{name} is not deployed", fix=f"pipenv run holdfast deploy {name}")
    with aws.explained():
        found = list(_described(Aws(aws.session(region)), resources))
    missing = [resource["address"] for resource, arguments in found if arguments is None]
    if missing:
        raise Problem(
            f"AWS does not have what the state of {name} names",
            given=", ".join(missing),
            fix=f"pipenv run holdfast plan {name}, and deploy it",
        )
    addresses = _by_identity(resources)
    return Graph(
        [_resource(one, arguments, addresses) for one, arguments in found if arguments is not None], name=name
    )


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)


def _described(
    account: Aws, resources: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], dict[str, Json] | None]]:
    for resource in resources:
        reader = READERS.get(resource["type"])
        yield resource, {} if reader is None else reader(account, resource["values"])


def _resource(
    resource: Mapping[str, Any], arguments: dict[str, Json], addresses: Mapping[str, frozenset[str]]
) -> Resource:
    own = without_keys(resource["address"])
    return Resource(
        address=resource["address"],
        type=resource["type"],
        values=arguments,
        unknown=resource["type"] not in READERS,
        references={
            argument: frozenset(
                address for text in _texts(value) for address in addresses.get(text, ()) if address != own
            )
            for argument, value in arguments.items()
        },
        managed=resource["mode"] == "managed",
        why_unknown="no API of AWS shows it",
    )


def _by_identity(resources: Iterable[Mapping[str, Any]]) -> Mapping[str, frozenset[str]]:
    """By what it is called: the addresses, without the keys of instances. Some names are those of several."""
    found: dict[str, set[str]] = defaultdict(set)
    for resource in resources:
        for name in _IDENTITIES:
            value = resource["values"].get(name)
            if isinstance(value, str) and value:
                found[value].add(without_keys(resource["address"]))
    return {name: frozenset(addresses) for name, addresses in found.items()}


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
