"""A wider policy: what documents allow, and no longer deny."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.plans.differences import path_text
from operations.plans.lookup import UNKNOWN
from operations.plans.secrecy import REDACTED
from operations.plans.statements import Statement, documents, statements
from operations.review.classes import Class, Reason
from operations.review.weakening import widens_what_is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.plans.json_values import Json
    from operations.plans.model import Path
    from operations.review.subject import Subject

_ATTRIBUTES = ("policy", "inline_policy", "assume_role_policy", "access_policies")
"""Attributes that hold a document when its form cannot be seen yet."""


def reasons(subject: Subject) -> Iterator[Reason]:
    """Why a change makes a policy wider.

    A policy of something new widens nothing, unless it allows something to everyone.
    """
    if subject.change.after is None:
        return
    compared = subject.stays or widens_what_is_there(subject)
    before, after = dict(documents(subject.change.before)), dict(documents(subject.change.after))
    shown_before, shown_after = dict(documents(subject.shown.before)), dict(documents(subject.shown.after))
    paths = {*before, *after, *(((name,)) for name in _ATTRIBUTES if compared and subject.unknown(name))}
    for path in sorted(paths, key=str):
        if subject.unknown(*(part for part in path if isinstance(part, str))):
            yield _reason("policy-unknown", f"a policy may allow more: it is {UNKNOWN}", path)
        elif path in after:
            old = _named(before.get(path), shown_before.get(path))
            new = _named(after[path], shown_after.get(path))
            yield from _compare(path, old, new, compared=compared)
        else:
            # The document is gone; what it denied may be denied by another that the same attribute still has.
            others = [
                statement
                for other in after
                if other[0] == path[0]
                for statement in _named(after[other], shown_after.get(other))
            ]
            yield from _denies_less(path, _named(before[path], shown_before.get(path)), others)


def _compare(
    path: Path, old: list[tuple[Statement, str]], new: list[tuple[Statement, str]], *, compared: bool
) -> Iterator[Reason]:
    for statement, name in new:
        allowed = any(wider.covers(statement) for wider, _ in old)
        if statement.to_everyone and not allowed:
            yield _reason("policy-opened", "a policy allows something to everyone", path, name)
        elif statement.effect == "Allow" and compared and not allowed:
            yield _reason("policy-wider", "a policy allows more", path, name)
    yield from _denies_less(path, old, new)


def _denies_less(
    path: Path, old: list[tuple[Statement, str]], new: list[tuple[Statement, str]]
) -> Iterator[Reason]:
    for statement, name in old:
        if statement.effect == "Deny" and not any(wider.covers(statement) for wider, _ in new):
            yield _reason("policy-denies-less", "a policy no longer denies something", path, name)


def _named(document: Json, shown: Json) -> list[tuple[Statement, str]]:
    """The statements of a document, each with what may be shown of it."""
    found, names = statements(document), [str(statement) for statement in statements(shown)]
    if len(names) != len(found):
        names = [REDACTED] * len(found)
    return list(zip(found, names, strict=True))


def _reason(rule: str, text: str, path: Path, statement: str | None = None) -> Reason:
    detail = path_text(path) if statement is None else f"{path_text(path)}: {statement}"
    return Reason(class_=Class.WEAKENS_PROTECTION, rule=rule, text=text, detail=detail, path=path)
