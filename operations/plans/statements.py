"""Policy documents: where they are in a value, and what their statements say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from operations.plans.json_values import embedded
from operations.plans.visible import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.plans.json_values import Json
    from operations.plans.model import Path

_EVERYONE = "*"
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
    def said(self) -> dict[str, Json]:
        """Its conditions and exclusions, by their names in the document."""
        said: dict[str, Json] = json.loads(self.rest)
        return said

    @property
    def to_everyone(self) -> bool:
        """Whether it allows something to everyone, without a condition."""
        return self.effect == "Allow" and _EVERYONE in self.principals and not self.conditional

    def __str__(self) -> str:
        actions = ", ".join(sorted(self.actions)) or "all but some actions"
        resources = f" on {', '.join(sorted(self.resources))}" if self.resources else ""
        principals = f" to {', '.join(sorted(self.principals))}" if self.principals else ""
        return shorten(f"{actions}{principals}{resources}")


def documents(value: Json, path: Path = ()) -> Iterator[tuple[Path, dict[str, Json]]]:
    """The policy documents in a value, by where they are: found by their form, whatever the attribute."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from documents(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from documents(inner, (*path, index))
    else:
        document = embedded(value)
        if isinstance(document, dict) and "Statement" in document:
            yield path, document


def statements(document: Json) -> list[Statement]:
    """The statements of a policy document; none of anything else."""
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
