"""What was added by hand, where the resources of a plan show it.

A rule of a security group that nobody configured is in none of the planned changes: the group only mirrors its rules, and
Terraform compares each configured rule with AWS, never AWS with the rules. Once a refresh has recorded the mirror, it is not
even drift any more. So what is there is compared with what is configured, whatever the state says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.drift.added import access, network, rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from operations.drift.added.model import Added
    from operations.drift.parts import Parts, Values

_FINDERS: dict[str, dict[str, Callable[[Values, Values, Parts], Iterator[Added]]]] = {
    # Terraform empties a default group once, when it takes it over.
    "aws_default_security_group": {"ingress": rules.ingress, "egress": rules.egress},
    "aws_security_group": {"ingress": rules.ingress, "egress": rules.egress},
    "aws_iam_role": {
        "inline_policy": access.inline_policies,
        "managed_policy_arns": access.attached_policies,
    },
    "aws_route_table": {"route": network.routes},
    "aws_network_acl": {"ingress": network.acl_ingress, "egress": network.acl_egress},
    "aws_secretsmanager_secret": {"policy": access.secret_policy},
}


def added(
    type_: str, values: Values, shown: Values, parts: Parts, configured: frozenset[str]
) -> Iterator[Added]:
    """What was added to a resource.

    Args:
        type_: its type.
        values: its values, as they are.
        shown: the same as they may be shown.
        parts: all resources of the plan.
        configured: the arguments that it is configured with.
    """
    for attribute, find in _FINDERS.get(type_, {}).items():
        if attribute not in configured:
            yield from find(values, shown, parts)


def handled(type_: str, attribute: str, configured: frozenset[str]) -> bool:
    """Whether `added` looks at an attribute, element by element."""
    return attribute in _FINDERS.get(type_, {}) and attribute not in configured
