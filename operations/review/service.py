"""Interrupts service: reboots, failovers, and what others use while it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.plans.model import Action
from operations.review import tables
from operations.review.classes import Class, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.review.subject import Subject
    from operations.review.tables import Interruption

_IMMEDIATELY = "apply_immediately"
_WINDOWS = {
    "window": "in the next maintenance window",
    "now": "at once",
    "reboot": "at the next reboot",
    "zero": "in the next maintenance window",
}


def reasons(subject: Subject) -> Iterator[Reason]:
    """Why a change interrupts service."""
    without_it = tables.serving().get(subject.type)
    if without_it is not None and subject.action is Action.DELETE:
        yield Reason(class_=Class.INTERRUPTS_SERVICE, rule="in-use-removed", text=f"removed: {without_it}")
    if without_it is not None and subject.action is Action.REPLACE:
        yield Reason(
            class_=Class.INTERRUPTS_SERVICE,
            rule="in-use-replaced",
            text=f"deleted before its replacement is there: until then, {without_it}",
        )
    if subject.action is not Action.UPDATE:
        return
    at_once = subject.after(_IMMEDIATELY) == [True] or subject.unknown(_IMMEDIATELY)
    for interruption in tables.interruptions().get(subject.type, ()):
        if _happens(subject, interruption):
            waits = interruption.when in {"window", "zero"} and not at_once
            when = _WINDOWS[interruption.when if waits or interruption.when == "reboot" else "now"]
            yield Reason(
                class_=Class.INTERRUPTS_SERVICE,
                rule="applied-immediately" if when == _WINDOWS["now"] else "interruption",
                text=f"{interruption.what}, {when}",
                detail=subject.transition(interruption.attribute),
                path=interruption.attribute,
                source=interruption.source,
            )


def _happens(subject: Subject, interruption: Interruption) -> bool:
    path = interruption.attribute
    if subject.unknown(*path):
        return True
    before, after = subject.before(*path), subject.after(*path)
    if interruption.when == "zero":
        return (before == [0]) != (after == [0])
    return before != after
