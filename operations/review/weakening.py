"""Weakens protection: attributes that protect less, what protects something else and goes, what is added to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.plans.model import Action
from operations.review import tables
from operations.review.classes import Class, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.plans.json_values import Json
    from operations.review.subject import Subject
    from operations.review.tables import Protection


def reasons(subject: Subject) -> Iterator[Reason]:
    """Why a change weakens protection, by the tables."""
    yield from _attributes(subject)
    if subject.type in tables.guards() and subject.action.removes and not subject.action.replaces:
        forgotten = subject.action is Action.FORGET
        yield Reason(
            class_=Class.WEAKENS_PROTECTION,
            rule="guard-removed",
            text=f"{tables.guards()[subject.type]} is {'no longer managed' if forgotten else 'removed'}",
        )
    part = tables.parts().get(subject.type)
    if part is not None and part.allows is not None and widens_what_is_there(subject):
        yield Reason(class_=Class.WEAKENS_PROTECTION, rule="permission-added", text=part.allows)


def widens_what_is_there(subject: Subject) -> bool:
    """Whether something is added to what is there already: that is then compared with nothing."""
    added = subject.action is Action.CREATE and subject.type in tables.parts()
    return added and not subject.new_whole


def _attributes(subject: Subject) -> Iterator[Reason]:
    if not subject.stays and not widens_what_is_there(subject):
        return
    for protection in tables.protections(subject.type):
        path = protection.attribute
        before = subject.before(*path)
        # Where the type has no such attribute, nothing is found before or after, and nothing is unknown.
        if subject.unknown(*path, inside=not protection.protects.counts):
            weaker = protection.protects.at_risk(before)
        else:
            weaker = protection.protects.weaker(before, subject.after(*path))
        if weaker:
            yield Reason(
                class_=Class.WEAKENS_PROTECTION,
                rule="less-protection",
                text=protection.weaker,
                detail=_transition(subject, protection),
                path=path,
                source=protection.source,
            )


def _transition(subject: Subject, protection: Protection) -> str:
    """What becomes of the attribute; of blocks that are counted, how many there are."""
    path = protection.attribute
    before, after = _length(subject.before(*path)), _length(subject.after(*path))
    if not protection.protects.counts or before is None or after is None:
        return subject.transition(path)
    return f"{'.'.join(path)} {before} → {after}"


def _length(values: Sequence[Json]) -> int | None:
    lists = [value for value in values if isinstance(value, list)]
    return sum(map(len, lists)) if lists or values == [None] else None
