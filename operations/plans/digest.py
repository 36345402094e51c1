"""The hash of what a plan does, which a waiver names.

It is not the hash of a file: two plans of the same change at different times have the same one. So it leaves out when the
plan was made and what AWS will decide, and with it the values of what goes anyway. Secrets count as changed or not; their
values are not in it, because a hash that is published would tell who guesses a short one that the guess is right.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from operations.plans.comparison import Comparison
    from operations.plans.differences import Difference
    from operations.plans.model import Change, ResourceChange

_IDENTITY = ("id", "arn")


def digest(comparison: Comparison) -> str:
    """The hash of what a plan does: ``sha256:`` and 64 hexadecimal digits."""
    plan = comparison.plan
    resources = [_resource(resource, comparison) for resource in plan.resource_changes if resource.happens]
    outputs = {
        name: _values(change, comparison.differences(change, name))
        for name, change in plan.output_changes.items()
        if change.actions != ("no-op",)
    }
    text = json.dumps({"resources": resources, "outputs": outputs}, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _resource(resource: ResourceChange, comparison: Comparison) -> dict[str, Any]:
    change = resource.change
    shown = comparison.shown(change)
    before = shown.before if isinstance(shown.before, dict) else {}
    goes = resource.action.removes and not resource.action.replaces
    return {
        "address": resource.address,
        "previous": resource.previous_address,
        "deposed": resource.deposed,
        "reason": resource.action_reason,
        "importing": change.importing.id if change.importing else None,
        "identity": [before.get(name) for name in _IDENTITY],
        **_values(change, [] if goes else comparison.differences(change)),
    }


def _values(change: Change, changed: list[Difference]) -> dict[str, Any]:
    return {
        "actions": change.actions,
        "replace": change.replace_paths,
        "changed": [
            [difference.path, None if difference.unknown else difference.before, difference.after]
            for difference in changed
        ],
        "unknown": [difference.path for difference in changed if difference.unknown],
    }
