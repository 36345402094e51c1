"""What identities may do: policies that roles, users and groups have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from operations.compliance import facts
from operations.compliance.graph import UNKNOWN, without_expressions
from operations.compliance.policies import allowed, document_of, everywhere, has_condition
from operations.compliance.verdicts import decided, fails, needs_runtime, not_applicable, passes
from operations.plans.json_values import embedded
from operations.plans.statements import statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from operations.compliance.graph import Graph, Resource
    from operations.compliance.verdicts import Finding
    from operations.plans.statements import Statement

_IDENTITIES = ("aws_iam_role", "aws_iam_user", "aws_iam_group")
_MANAGED = ("aws_iam_policy",)
_INLINE = ("aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")
_INTERFACES = "ec2:CreateNetworkInterface"
_FROM_CODE = "lambda:SourceFunctionArn"
_ARN_PARTS = 6  # arn:partition:service:region:account:resource
_WIDE = re.compile(r"^\*|:(?:[A-Z]?[a-z]*)\*|\*.")
"""All actions, those of a service, those of a verb, and any with a wildcard that is not at its end."""

_DECRYPTION = ("kms:Decrypt", "kms:ReEncryptFrom")

Objection = str | None


def no_inline_policy(graph: Graph) -> Iterator[Finding]:
    """Roles, users and groups have no policies within."""
    for identity in graph.all(*_IDENTITIES):
        argument = identity.type.removeprefix("aws_iam_")
        type_ = f"{identity.type}_policy"
        inline = graph.referring(identity, argument, type_)
        blocks = identity.blocks("inline_policy")
        if inline:
            yield fails(identity, type_, ", ".join(policy.address for policy in inline))
        elif blocks is UNKNOWN or graph.unresolved(argument, type_):
            yield needs_runtime(identity, type_)
        else:
            yield decided(identity, "inline_policy", not blocks, f"{len(blocks)} inline policies")


def no_administration(graph: Graph) -> Iterator[Finding]:
    """No customer managed policy allows everything on everything."""

    def objection(statement: Statement) -> Objection:
        return str(statement) if "*" in statement.actions and everywhere(statement) else None

    yield from _check(graph, _MANAGED, objection)


def no_whole_service(graph: Graph) -> Iterator[Finding]:
    """No customer managed policy allows all actions of a service."""

    def objection(statement: Statement) -> Objection:
        whole = [action for action in statement.actions if action == "*" or action.endswith(":*")]
        return ", ".join(sorted(whole)) or None

    yield from _check(graph, _MANAGED, objection)


def no_decryption_with_all_keys(graph: Graph) -> Iterator[Finding]:
    """No customer managed policy allows decryption with every key."""
    yield from _check(graph, _MANAGED, _decrypts_with_all_keys)


def no_inline_decryption_with_all_keys(graph: Graph) -> Iterator[Finding]:
    """No inline policy allows decryption with every key."""
    yield from _check(graph, _INLINE, _decrypts_with_all_keys)
    for identity in graph.all(*_IDENTITIES):
        if identity.blocks("inline_policy"):
            yield _verdict(identity, _of_blocks(identity), "inline_policy", _decrypts_with_all_keys)


def no_wildcard_action(graph: Graph) -> Iterator[Finding]:
    """No action stands for a service or for a verb; ``s3:PutObject*``, as RDS wants it for exports, names what is done."""

    def objection(statement: Statement) -> Objection:
        if statement.said.get("NotAction"):
            return "all but some actions"
        return ", ".join(sorted(filter(_WIDE.search, statement.actions))) or None

    yield from _check(graph, (*_MANAGED, *_INLINE), objection)


def no_wildcard_resource(graph: Graph) -> Iterator[Finding]:
    """Actions that can be limited to resources are."""

    def objection(statement: Statement) -> Objection:
        if not everywhere(statement):
            return None
        wide = [action for action in statement.actions if facts.can_be_narrowed(action)]
        return f"{', '.join(sorted(wide))} on *" if wide else None

    yield from _check(graph, (*_MANAGED, *_INLINE), objection)


def assumed_by_somebody(graph: Graph) -> Iterator[Finding]:
    """Nobody but who is named can take a role."""
    for role in graph.all("aws_iam_role"):
        document = document_of(role, "assume_role_policy")
        if document is None:
            yield needs_runtime(role, "assume_role_policy")
            continue
        opened = [statement for statement in document if statement.to_everyone]
        yield decided(role, "assume_role_policy", not opened, "; ".join(map(str, opened or document)))


def network_not_for_code(graph: Graph) -> Iterator[Finding]:
    """What Lambda needs to reach a VPC is denied to the function's own code.

    Source: Lambda developer guide, configuration-vpc, "Required IAM permissions", 2026-11.
    """
    for policy in graph.all(*_MANAGED, *_INLINE):
        document = document_of(policy, "policy")
        if document is None:
            yield needs_runtime(policy, "policy")
            continue
        given = any(one.effect == "Allow" and allowed(one, _INTERFACES) for one in document)
        if given:
            denied = any(
                one.effect == "Deny" and allowed(one, _INTERFACES) and has_condition(one, _FROM_CODE)
                for one in document
            )
            yield decided(
                policy, "policy", denied, "denied to the code" if denied else f"{_INTERFACES} for the code"
            )


def _decrypts_with_all_keys(statement: Statement) -> Objection:
    found = [action for action in _DECRYPTION if allowed(statement, action)]
    wide = [resource for resource in sorted(statement.resources) if _is_any_key(resource)]
    if statement.said.get("NotResource"):
        wide.append("all but some")
    return f"{', '.join(found)} on {', '.join(wide)}" if found and wide else None


def _is_any_key(resource: str) -> bool:
    """Whether it is every key: the keys of one account and region are what KMS.1 recommends at most."""
    if resource == "*":
        return True
    parts = without_expressions(resource).split(":")
    return len(parts) == _ARN_PARTS and parts[5] in {"*", "key/*"} and "*" in parts[3:5]


def _check(
    graph: Graph, types: Sequence[str], objection: Callable[[Statement], Objection]
) -> Iterator[Finding]:
    for policy in graph.all(*types):
        yield _verdict(policy, document_of(policy, "policy"), "policy", objection)


def _verdict(
    resource: Resource,
    document: Sequence[Statement] | None,
    attribute: str,
    objection: Callable[[Statement], Objection],
) -> Finding:
    if document is None:
        return needs_runtime(resource, attribute)
    if not document:
        return not_applicable(resource, attribute, "no statement")
    for statement in document:
        said = objection(statement) if statement.effect == "Allow" else None
        if said is not None:
            return fails(resource, attribute, said)
    return passes(resource, attribute, f"{len(document)} statements")


def _of_blocks(identity: Resource) -> Sequence[Statement] | None:
    blocks = identity.blocks("inline_policy")
    if blocks is UNKNOWN:
        return None
    found: list[Statement] = []
    for block in blocks:
        document = embedded(block.get("policy"))
        if document is None:
            return None
        found.extend(statements(document))
    return found
