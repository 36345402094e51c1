"""What a review says of a few changes."""

from __future__ import annotations

from typing import Any

from operations.review.classification import Reviewed, review
from tests.operations.plans.building import change, plan


def reviewed(*changes: dict[str, Any], **more: Any) -> list[Reviewed]:
    """The changes of a plan, classified."""
    return list(review(plan(*changes, **more), stack="test").changes)


def texts(*changes: dict[str, Any], **more: Any) -> list[str]:
    """The reasons of all changes: class and text."""
    return [
        f"{reason.class_.slug}: {reason}" for found in reviewed(*changes, **more) for reason in found.reasons
    ]


def rules(*changes: dict[str, Any], **more: Any) -> list[str]:
    """The rules that apply to all changes."""
    return [reason.rule for found in reviewed(*changes, **more) for reason in found.reasons]


def updated(type_: str, before: dict[str, Any], after: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A change in place."""
    return change(f"{type_}.it", "update", before=before, after=after, **more)


def referring(address: str, argument: str, *references: str) -> dict[str, Any]:
    """The configuration of a plan in which one argument of a resource refers to others."""
    names = [*references]
    resource = {"address": address, "mode": "managed", "expressions": {argument: {"references": names}}}
    return {"root_module": {"resources": [resource]}}
