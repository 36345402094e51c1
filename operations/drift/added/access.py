"""Policies of roles and secrets that are not configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.drift.added.model import Added
from operations.drift.aws_cli import command
from operations.drift.parts import listed, region, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.drift.parts import Parts, Values

_EXCLUSIVE = ("aws_iam_role_policies_exclusive", "aws_iam_role_policy_attachments_exclusive")
"""With these Terraform itself removes what it did not give a role."""


def inline_policies(values: Values, shown: Values, parts: Parts) -> Iterator[Added]:
    """Inline policies of a role."""
    role = str(values.get("name"))
    known = texts(parts.of(values, "aws_iam_role_policy", "role"), "name")
    documents = {policy.get("name"): policy.get("policy") for policy in listed(shown.get("inline_policy"))}
    for policy in listed(values.get("inline_policy")):
        name = str(policy.get("name") or "")
        if name and name not in known and not _exclusive(values, parts):
            yield Added(
                kind="inline_policy",
                name=name,
                value=documents.get(name),
                text="the role has a policy that is not configured",
                command=command("iam", "delete-role-policy", role_name=role, policy_name=name),
            )


def attached_policies(values: Values, _: Values, parts: Parts) -> Iterator[Added]:
    """Policies that are attached to a role."""
    role = str(values.get("name"))
    known = texts(parts.of(values, "aws_iam_role_policy_attachment", "role"), "policy_arn") | frozenset(
        str(attachment.get("policy_arn"))
        for attachment in parts.all("aws_iam_policy_attachment")
        if role in (attachment.get("roles") or ())
    )
    for arn in values.get("managed_policy_arns") or ():
        if arn not in known and not _exclusive(values, parts):
            yield Added(
                kind="managed_policy_arns",
                name=str(arn),
                value=str(arn),
                text="the role has a policy attached that is not configured",
                command=command("iam", "detach-role-policy", role_name=role, policy_arn=str(arn)),
            )


def secret_policy(values: Values, shown: Values, parts: Parts) -> Iterator[Added]:
    """The resource policy of a secret that is to have none."""
    policy = values.get("policy")
    if policy and next(parts.of(values, "aws_secretsmanager_secret_policy", "secret_arn"), None) is None:
        yield Added(
            kind="policy",
            name="resource policy",
            value=shown.get("policy"),
            text="the secret has a resource policy that is not configured",
            command=command(
                "secretsmanager",
                "delete-resource-policy",
                region=region(values),
                secret_id=str(values.get("arn")),
            ),
        )


def _exclusive(role: Values, parts: Parts) -> bool:
    """Whether Terraform itself removes what it did not give the role."""
    return any(next(parts.of(role, type_, "role_name"), None) for type_ in _EXCLUSIVE)
