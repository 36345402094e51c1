"""What was added to a resource, by a plan with a few parts of it."""

from __future__ import annotations

from typing import Any

from operations.drift.added import shown
from operations.drift.added.model import Added
from operations.drift.parts import Parts
from tests.operations.drift.detecting import as_it_is
from tests.operations.plans.building import plan


def parts_of(**parts: dict[str, Any]) -> Parts:
    """Resources of a plan: by type, with the values of one."""
    return Parts(plan(*(as_it_is(f"{type_}.it", values) for type_, values in parts.items())))


def added(type_: str, values: dict[str, Any], *configured: str, **parts: dict[str, Any]) -> list[Added]:
    """What was added to a resource of a type."""
    return list(shown.added(type_, values, values, parts_of(**parts), frozenset(configured)))
