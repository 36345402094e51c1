"""Policy documents of resources, and what rules ask of them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.plans.json_values import embedded
from operations.plans.statements import statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.compliance.graph import Graph, Resource
    from operations.plans.json_values import Json
    from operations.plans.statements import Statement

_TLS = "aws:SecureTransport"
_OURS = frozenset(
    {
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:PrincipalOrgID",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceOwner",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "kms:CallerAccount",
    }
)
"""Condition keys that narrow everyone down to somebody."""


def document_of(resource: Resource, attribute: str) -> Sequence[Statement] | None:
    """The statements of a policy; none of a resource without one.

    Returns:
        None when the document is not known.
    """
    value = resource.value(attribute)
    if value is UNKNOWN:
        return None
    if value is None or value == "":
        return ()
    document = value if isinstance(value, dict) else embedded(value)
    return statements(document) if isinstance(document, dict) else None


def attached(
    graph: Graph, resource: Resource, argument: str, type_: str, attribute: str = "policy"
) -> Sequence[Statement] | None:
    """The statements of the policies that are resources of their own.

    Args:
        graph: all resources.
        resource: what they are attached to.
        argument: the argument that names it.
        type_: type of such a policy.
        attribute: its document.

    Returns:
        None when one of them is not known.
    """
    found: list[Statement] = []
    for policy in graph.referring(resource, argument, type_):
        document = document_of(policy, attribute)
        if document is None:
            return None
        found.extend(document)
    return None if not found and graph.unresolved(argument, type_) else found


def open_to_everyone(found: Sequence[Statement]) -> list[Statement]:
    """The statements that allow something to everyone, with no condition that narrows it down."""
    return [
        statement
        for statement in found
        if statement.effect == "Allow"
        and "*" in statement.principals
        and not _keys(statement.said.get("Condition")) & {key.lower() for key in _OURS}
    ]


def denies_plain_text(found: Sequence[Statement]) -> bool:
    """Whether everything that does not come over TLS is denied to everyone."""
    return any(
        statement.effect == "Deny"
        and "*" in statement.principals
        and _TLS.lower() in _keys(statement.said.get("Condition"))
        and str(_tests(statement.said.get("Condition")).get(_TLS.lower())).lower() == "false"
        for statement in found
    )


def denies_other_accounts(statement: Statement) -> bool:
    """Whether a statement denies what it is about to everyone of another account."""
    return (
        statement.effect == "Deny"
        and "*" in statement.principals
        and "aws:principalaccount" in _keys(statement.said.get("Condition"))
    )


def has_condition(statement: Statement, key: str) -> bool:
    """Whether a statement has a condition on a key."""
    return key.lower() in _keys(statement.said.get("Condition"))


def allowed(statement: Statement, action: str) -> bool:
    """Whether a statement is about an action, whatever its effect."""
    if statement.said.get("NotAction"):
        return not any(
            fnmatchcase(action.lower(), str(pattern).lower())
            for pattern in _list(statement.said["NotAction"])
        )
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in statement.actions)


def everywhere(statement: Statement) -> bool:
    """Whether a statement is about every resource."""
    return "*" in statement.resources or bool(statement.said.get("NotResource"))


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _tests(condition: Json) -> dict[str, Json]:
    """Condition keys, in lower case as IAM compares them, to what they are compared with."""
    if not isinstance(condition, dict):
        return {}
    return {
        key.lower(): value
        for tests in condition.values()
        if isinstance(tests, dict)
        for key, value in tests.items()
    }


def _keys(condition: Json) -> frozenset[str]:
    return frozenset(_tests(condition))
