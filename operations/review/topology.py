"""The resources of a plan and who refers to whom, changed or not."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.plans.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.plans.model import ResourceChange
    from operations.plans.references import References

_KEYS = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")\]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A managed resource.

    Attributes:
        address: its address.
        type: its type.
        refers_to: addresses of the managed resources that it refers to.
    """

    address: str
    type: str
    refers_to: tuple[str, ...]


def topology(resources: Sequence[ResourceChange], references: References) -> tuple[Node, ...]:
    """The resources of a plan, in the order of their addresses.

    Args:
        resources: managed resources, changed or not.
        references: who refers to whom in the configuration.
    """
    instances: dict[str, list[str]] = defaultdict(list)
    types = {resource.address: resource.type for resource in resources}
    for resource in resources:
        if resource.deposed is None:
            instances[resource.configured_address].append(resource.address)
    configured = {address: block for block, addresses in instances.items() for address in addresses}
    return tuple(
        Node(
            address=visible(address),
            type=types[address],
            refers_to=tuple(
                sorted(
                    visible(target)
                    for block in references.of(configured[address])
                    for target in _linked(address, instances[configured[address]], instances.get(block, []))
                    if target != address
                )
            ),
        )
        for address in sorted(configured)
    )


def _linked(address: str, beside: Sequence[str], targets: Sequence[str]) -> Iterator[str]:
    """The instances of a block that one instance of another refers to.

    The configuration names blocks only. Of several and several, those belong together that have the same keys.
    """
    if len(targets) == 1 or len(beside) == 1:
        yield from targets
        return
    keys = _KEYS.findall(address)
    for target in targets:
        others = _KEYS.findall(target)
        shorter = min(len(keys), len(others))
        if keys[:shorter] == others[:shorter]:
            yield target
