"""The mark of what holdfast created beside Terraform: nothing else is changed or removed."""

from __future__ import annotations

TAG_KEY, TAG_VALUE = "ManagedBy", "holdfast"

NOT_OURS = "not created by holdfast"

ALREADY_THERE = "already there"


def became(corrections: list[str], *, ours: bool = True) -> str:
    """What to report of a thing that existed.

    Args:
        corrections: the settings that were corrected.
        ours: whether it carries the tag.
    """
    if not ours:
        return f"{ALREADY_THERE}; {NOT_OURS}, so left as it is"
    return f"corrected: {', '.join(corrections)}" if corrections else ALREADY_THERE
