"""Destroys data: what holds data is deleted, replaced, or no longer managed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments.stateful import stateful
from operations.plans.model import Action
from operations.review.classes import Class, Reason
from operations.review.subject import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.review.subject import Subject

_RETENTION = "backup_retention_period"


def reasons(subject: Subject) -> Iterator[Reason]:
    """Why a change destroys data."""
    if subject.action.removes and subject.type in stateful():
        yield Reason(
            class_=Class.DESTROYS_DATA,
            rule="stateful-resource",
            text=f"{_what(subject)}{_way_back(subject)}",
        )
    turned_off = subject.stays and subject.after(_RETENTION) == [0] and subject.before(_RETENTION) != [0]
    if turned_off and subject.type == "aws_db_instance":
        yield Reason(
            class_=Class.DESTROYS_DATA,
            rule="automated-backups-deleted",
            text="the automated backups are deleted",
            detail=subject.transition((_RETENTION,)),
            path=(_RETENTION,),
            source="RDS user guide, disabling automated backups",
        )


def _what(subject: Subject) -> str:
    holds = stateful()[subject.type]
    if subject.resource.deposed is not None:
        return f"the {holds} that a replacement has left is deleted"
    if subject.action is Action.FORGET:
        return f"the {holds} is no longer managed: Terraform forgets it, and nothing protects it any more"
    if subject.action is Action.REPLACE_AND_FORGET:
        return f"another takes the place of the {holds}, which Terraform forgets"
    if subject.action.replaces:
        return f"the {holds} is deleted, and a new one takes its place, empty"
    return f"the {holds} is deleted"


def _way_back(subject: Subject) -> str:
    """What is left of the data; Terraform deletes as the state says, not as the configuration does."""
    if not subject.action.deletes or not isinstance(subject.change.before, dict):
        return ""
    before = subject.change.before
    for attribute, then in (
        ("skip_final_snapshot", "no final snapshot is made"),
        ("skip_final_backup", "no final backup is made"),
    ):
        if attribute in before:
            return (
                f"; {then}"
                if before[attribute]
                else f"; {then.replace('no final', 'a final').replace('made', 'kept')}"
            )
    if "recovery_window_in_days" in before:
        days = value_text(before["recovery_window_in_days"])
        return "; at once" if days == "0" else f"; it can be restored for {days} days"
    if "deletion_window_in_days" in before:
        days = value_text(before["deletion_window_in_days"] or 30)
        return f"; AWS waits {days} days, in which that can be cancelled"
    if before.get("force_destroy") is True or before.get("force_delete") is True:
        return "; with all that is in it"
    return ""
