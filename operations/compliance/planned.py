"""A plan as a graph: what will be there once it is applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import Graph, Resource
from operations.plans.model import Action
from operations.plans.openings import GROUPS
from operations.plans.references import References
from operations.plans.secrecy import Secrecy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.plans.model import Plan, StateModule

_RULES = ("egress", "ingress")


def graph(plan: Plan, *, name: str) -> Graph:
    """The resources of a plan; secrets are left out, so what is secret counts as not known.

    Args:
        plan: the plan.
        name: what the system is called.
    """
    return Graph([*_planned(plan), *_read(plan)], name=name)


def _planned(plan: Plan) -> Iterator[Resource]:
    secrecy, references = Secrecy(plan), References(plan.configuration)
    for resource in plan.resource_changes:
        values = secrecy.shown(resource.change).after
        if resource.deposed is not None or not isinstance(values, dict):
            continue
        unknown = resource.change.after_unknown
        if resource.type in GROUPS and resource.action is Action.CREATE and isinstance(unknown, dict):
            # A group without rules of its own gets none: those beside it are resources themselves.
            written = references.arguments(resource.configured_address)
            unknown = {name: mark for name, mark in unknown.items() if name not in _RULES or name in written}
        yield Resource(
            address=resource.address,
            type=resource.type,
            values=values,
            unknown=unknown,
            references=references.by_argument(resource.configured_address),
            managed=resource.mode == "managed",
        )


def _read(plan: Plan) -> Iterator[Resource]:
    """What data sources have read already: it is in the state, not among the changes."""
    planned = {resource.address for resource in plan.resource_changes}
    for address, type_ in _data_sources(plan.prior_state.values.root_module):
        if address not in planned:
            yield Resource(address=address, type=type_, values={}, managed=False)


def _data_sources(module: StateModule) -> Iterator[tuple[str, str]]:
    for resource in module.resources:
        if resource.mode == "data":
            yield resource.address, resource.type
    for child in module.child_modules:
        yield from _data_sources(child)
