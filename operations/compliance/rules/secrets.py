"""Entries of Secrets Manager: those that the system creates, and those that it only refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.policies import attached, denies_other_accounts, denies_plain_text
from operations.compliance.verdicts import (
    decided,
    fails,
    needs_runtime,
    number,
    passes,
    require,
    require_set,
    require_true,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph, Resource
    from operations.compliance.verdicts import Finding

_TYPE = "aws_secretsmanager_secret"
_ROTATION = "aws_secretsmanager_secret_rotation"
LONGEST_DAYS = 90
"""Security Hub's parameter of SecretsManager.4."""

A_WEEK = 7
LONGEST_WINDOW = 30
"""Days; what Secrets Manager does unless told otherwise."""

AGENCY_DAYS = 30
"""What the agency asks for."""


def rotated(graph: Graph) -> Iterator[Finding]:
    """Every secret is rotated by a function."""
    for secret in graph.all(_TYPE, managed=False):
        rotations = graph.referring(secret, "secret_id", _ROTATION)
        if rotations:
            yield passes(secret, _ROTATION, ", ".join(rotation.address for rotation in rotations))
        elif graph.unresolved("secret_id", _ROTATION):
            yield needs_runtime(secret, _ROTATION)
        else:
            yield fails(secret, _ROTATION, "not rotated")


def rotated_in_90_days(graph: Graph) -> Iterator[Finding]:
    """Every secret is rotated every 90 days or sooner."""
    yield from _rotated_within(graph, LONGEST_DAYS)


def rotated_in_30_days(graph: Graph) -> Iterator[Finding]:
    """Every secret is rotated every 30 days or sooner."""
    yield from _rotated_within(graph, AGENCY_DAYS)


def own_key(graph: Graph) -> Iterator[Finding]:
    """Secrets are encrypted with a key of ours."""
    for secret in graph.all(_TYPE, managed=False):
        if secret.managed:
            yield require_set(secret, "kms_key_id")
        else:
            yield _own_key_of_existing(secret)


def tls_only(graph: Graph) -> Iterator[Finding]:
    """Nobody reads a secret without TLS."""
    for secret in graph.all(_TYPE, managed=False):
        found = attached(graph, secret, "secret_arn", "aws_secretsmanager_secret_policy")
        attribute = "aws_secretsmanager_secret_policy.policy"
        if found is None:
            yield needs_runtime(secret, attribute)
        else:
            yield decided(secret, attribute, denies_plain_text(found), f"{len(found)} statements")


def policies_block_the_public(graph: Graph) -> Iterator[Finding]:
    """Secrets Manager refuses a policy that lets everyone in."""
    for policy in graph.all("aws_secretsmanager_secret_policy"):
        yield require_true(policy, "block_public_policy")


def closed_to_others(graph: Graph) -> Iterator[Finding]:
    """No other account may use a secret."""
    for secret in graph.all(_TYPE, managed=False):
        found = attached(graph, secret, "secret_arn", "aws_secretsmanager_secret_policy")
        attribute = "aws_secretsmanager_secret_policy.policy"
        if found is None:
            yield needs_runtime(secret, attribute)
        else:
            good = any(map(denies_other_accounts, found))
            yield decided(secret, attribute, good, f"{len(found)} statements")


def recoverable(graph: Graph) -> Iterator[Finding]:
    """A secret that is deleted can be had back for a week or longer."""
    for secret in graph.all(_TYPE):
        yield require(
            secret, "recovery_window_in_days", lambda value: number(value) >= A_WEEK, default=LONGEST_WINDOW
        )


def _own_key_of_existing(secret: Resource) -> Finding:
    value = secret.value("kms_key_id")
    if value is UNKNOWN or value is None:
        return needs_runtime(
            secret, "kms_key_id", "the entry was there before; its key is not in the configuration"
        )
    return decided(secret, "kms_key_id", "alias/aws/" not in str(value), shown(value))


def _rotated_within(graph: Graph, days: int) -> Iterator[Finding]:
    for secret in graph.all(_TYPE, managed=False):
        rotations = graph.referring(secret, "secret_id", _ROTATION)
        if not rotations:
            unresolved = graph.unresolved("secret_id", _ROTATION)
            yield decided(secret, _ROTATION, UNKNOWN if unresolved else False, "not rotated")
        for rotation in rotations:
            yield _interval(secret, rotation, days)


def _interval(secret: Resource, rotation: Resource, days: int) -> Finding:
    attribute = f"{_ROTATION}.rotation_rules"
    after = rotation.value("rotation_rules.automatically_after_days")
    if after is UNKNOWN or (after is None and rotation.is_set("rotation_rules.schedule_expression")):
        return needs_runtime(secret, attribute, "by a schedule, or known only after apply")
    return decided(secret, attribute, 0 < number(after) <= days, shown(after))
