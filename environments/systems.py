"""The systems that there are: the one list that synthesis and the commands go by."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from environments.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, kw_only=True)
class System:
    """One system: one stack, one Terraform state.

    Attributes:
        name: name of its stack, ``citizen-data``.
        code: what builds it. Named, not imported: commands need no bindings, and synthesis only those of what it builds.
        block: the block of the environment's file that describes it, without which an environment has none; ``None``
            for the system that the file itself describes.
    """

    name: str
    code: str
    block: str | None = None


SYSTEMS = (
    System(name="citizen-data", code="stacks.citizen_data.CitizenData"),
    System(name="database-ha", code="stacks.database_ha.DatabaseHa", block="database_ha"),
)


def names() -> list[str]:
    """The names of all systems."""
    return [system.name for system in SYSTEMS]


def required(name: str) -> System:
    """The system of a name.

    Raises:
        Problem: there is none.
    """
    found = next((system for system in SYSTEMS if system.name == name), None)
    if found is None:
        close = get_close_matches(name, names(), n=1)
        raise Problem(
            "there is no such system",
            given=name,
            allowed=", ".join(names()),
            fix=f"write {close[0]}" if close else "name one of them",
        )
    return found


def chosen(wanted: Collection[str], *, blocks: Collection[str], environment: str) -> list[System]:
    """The systems of an environment that are wanted.

    Args:
        wanted: names of systems; none for all that the environment has.
        blocks: the blocks of the environment's file.
        environment: name of the environment.

    Raises:
        Problem: there is no such system, or the environment has none.
    """
    having = [system for system in SYSTEMS if system.block is None or system.block in blocks]
    for system in map(required, wanted):
        if system not in having:
            raise Problem(
                f"the environment {environment} has no {system.name}",
                allowed=", ".join(one.name for one in having),
                fix=f"add {system.block} = {{}} to environments/{environment}.tfvars",
            )
    return [system for system in having if not wanted or system.name in wanted]
