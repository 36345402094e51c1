"""Why an object is replaced or removed, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.plans.differences import path_text

if TYPE_CHECKING:
    from operations.review.subject import Subject

_REASONS = {
    "replace_because_cannot_update": "it cannot be changed in place",
    "replace_because_tainted": "it is tainted: its creation failed half way",
    "replace_by_request": "it was asked for with -replace",
    "replace_by_triggers": "something in its replace_triggered_by changes",
    "delete_because_no_resource_config": "it is no longer in the configuration",
    "delete_because_wrong_repetition": "its block has, or no longer has, count or for_each",
    "delete_because_count_index": "count is smaller",
    "delete_because_each_key": "its key is no longer in for_each",
    "delete_because_no_module": "its module is no longer in the configuration",
    "delete_because_no_move_target": "it was moved to an address that is not in the configuration",
}
"""Source: Terraform, "JSON Output Format", action_reason (2026-11)."""

_MOST = 3
"""Attributes told of each that forces a replacement; all are among the differences."""


def why(subject: Subject) -> list[str]:
    """Why Terraform does what it does: its own reason, and the attributes that force a replacement."""
    texts = []
    reason = subject.resource.action_reason
    if reason is not None and not reason.startswith("read_"):
        texts.append(_REASONS.get(reason, reason))
    if subject.resource.deposed is not None:
        texts.append("a replacement has left it")
    for path in subject.change.replace_paths or ():
        found = subject.details(path)
        texts.extend(found[:_MOST] or [path_text(path)])
        if len(found) > _MOST:
            texts.append(f"{len(found) - _MOST} more in {path_text(path)}")
    return texts
