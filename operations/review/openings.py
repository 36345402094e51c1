"""A wider security group: what may connect, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.plans.openings import BLOCKS, GROUPS, RULES, openings
from operations.plans.secrecy import REDACTED
from operations.review.classes import Class, Reason
from operations.review.weakening import widens_what_is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.review.subject import Subject


def reasons(subject: Subject) -> Iterator[Reason]:
    """Why a change opens a security group wider.

    A new rule of a new group widens nothing, unless it lets the whole internet in.
    """
    if subject.type not in RULES and subject.type not in GROUPS:
        return
    if subject.change.after is None:
        return
    marks = subject.change.after_unknown
    before = openings(subject.type, subject.change.before)
    compared = subject.stays or widens_what_is_there(subject)
    after = openings(subject.type, subject.change.after, marks)
    names = [str(opening) for opening in openings(subject.type, subject.shown.after, marks)]
    if len(names) != len(after):
        names = [REDACTED] * len(after)
    for opening, name in zip(after, names, strict=True):
        new = not any(old.covers(opening) for old in before)
        if new and (compared or opening.to_everyone):
            yield Reason(
                class_=Class.WEAKENS_PROTECTION,
                rule="security-group-opened" if opening.to_everyone else "security-group-wider",
                text="the security group lets more through",
                detail=name,
                path=(BLOCKS[opening.direction],) if subject.type in GROUPS else None,
            )
