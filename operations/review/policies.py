"""A wider policy: what documents allow, and no longer deny."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from operations.plans.differences import path_text
from operations.plans.json_values import embedded
from operations.plans.secrecy import REDACTED
from operations.review.classes import Class, Reason
from operations.review.subject import UNKNOWN, shorten
from operations.review.weakening import widens_what_is_there

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.plans.json_values import Json
    from operations.plans.model import Path
    from operations.review.subject import Subject

_EVERYONE = "*"
_ATTRIBUTES = ("policy", "inline_policy", "assume_role_policy", "access_policies")
"""Attributes that hold a document when its form cannot be seen yet."""

_NOT = ("NotAction", "NotResource", "NotPrincipal")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a policy document.

    Attributes:
        effect: ``Allow`` or ``Deny``.
        actions: what it is about.
        resources: on what.
        principals: for whom; empty in the policies of identities.
        rest: conditions, and what is said by exclusion: compared as a whole.
        conditional: whether it has conditions.
    """

    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    principals: frozenset[str]
    rest: str
    conditional: bool

    def covers(self, other: Statement) -> bool:
        """Whether this statement is about all that another is about; False when it is not certain."""
        if self.effect != other.effect:
            return False
        if self.rest not in (other.rest, "{}"):
            return False
        return (
            _cover(_lower(self.actions), _lower(other.actions))
            and _cover(self.resources, other.resources)
            and _cover(self.principals, other.principals)
        )

    @property
    def to_everyone(self) -> bool:
        """Whether it allows something to everyone, without a condition."""
        return self.effect == "Allow" and _EVERYONE in self.principals and not self.conditional

    def __str__(self) -> str:
        actions = ", ".join(sorted(self.actions)) or "all but some actions"
        resources = f" on {', '.join(sorted(self.resources))}" if self.resources else ""
        principals = f" to {', '.join(sorted(self.principals))}" if self.principals else ""
        return shorten(f"{actions}{principals}{resources}")


def reasons(subject: Subject) -> Iterator[Reason]:
    """Why a change makes a policy wider.

    A policy of something new widens nothing, unless it allows something to everyone.
    """
    if subject.change.after is None:
        return
    compared = subject.stays or widens_what_is_there(subject)
    before, after = dict(_documents(subject.change.before)), dict(_documents(subject.change.after))
    shown_before, shown_after = dict(_documents(subject.shown.before)), dict(_documents(subject.shown.after))
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
    statements, names = _statements(document), [str(statement) for statement in _statements(shown)]
    if len(names) != len(statements):
        names = [REDACTED] * len(statements)
    return list(zip(statements, names, strict=True))


def _reason(rule: str, text: str, path: Path, statement: str | None = None) -> Reason:
    detail = path_text(path) if statement is None else f"{path_text(path)}: {statement}"
    return Reason(class_=Class.WEAKENS_PROTECTION, rule=rule, text=text, detail=detail, path=path)


def _documents(value: Json, path: Path = ()) -> Iterator[tuple[Path, dict[str, Json]]]:
    """The policy documents in a value, by where they are: found by their form, whatever the attribute."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _documents(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _documents(inner, (*path, index))
    else:
        document = embedded(value)
        if isinstance(document, dict) and "Statement" in document:
            yield path, document


def _statements(document: Json) -> list[Statement]:
    if not isinstance(document, dict):
        return []
    statements = document.get("Statement")
    return [
        _statement(statement)
        for statement in (statements if isinstance(statements, list) else [statements])
        if isinstance(statement, dict)
    ]


def _statement(statement: dict[str, Json]) -> Statement:
    principal = statement.get("Principal")
    principals = (
        {
            name if kind == "AWS" else f"{kind}:{name}"
            for kind, names in principal.items()
            for name in _texts(names)
        }
        if isinstance(principal, dict)
        else set(_texts(principal))
    )
    rest = {name: statement[name] for name in (*_NOT, "Condition") if statement.get(name)}
    return Statement(
        effect=str(statement.get("Effect")),
        actions=frozenset(_texts(statement.get("Action"))),
        resources=frozenset(_texts(statement.get("Resource"))),
        principals=frozenset(principals),
        rest=json.dumps(rest, sort_keys=True),
        conditional="Condition" in rest,
    )


def _texts(value: Json) -> list[str]:
    if value is None:
        return []
    return [str(element) for element in (value if isinstance(value, list) else [value])]


def _lower(actions: frozenset[str]) -> frozenset[str]:
    """Actions as they are compared: IAM does not tell upper from lower case in them."""
    return frozenset(action.lower() for action in actions)


def _cover(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    """Whether each pattern on one side is within one of the other; only ``*`` and ``?`` are wild in IAM."""
    if not wide or not narrow:
        return wide == narrow
    return all(any(fnmatchcase(text, _pattern(pattern)) for pattern in wide) for text in narrow)


def _pattern(text: str) -> str:
    return text.replace("[", "[[]")
