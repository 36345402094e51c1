"""KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.policies import document_of, open_to_everyone
from operations.compliance.verdicts import (
    decided,
    needs_runtime,
    not_applicable,
    number,
    require,
    require_true,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph
    from operations.compliance.verdicts import Finding

_SYMMETRIC = "SYMMETRIC_DEFAULT"
A_YEAR = 365
DELETION_DAYS = 30
"""The longest that KMS waits before it deletes a key."""


def rotated(graph: Graph) -> Iterator[Finding]:
    """Symmetric keys are rotated every year."""
    for key in graph.all("aws_kms_key"):
        spec = key.value("customer_master_key_spec", _SYMMETRIC)
        if spec == _SYMMETRIC:
            yield require_true(key, "enable_key_rotation")
        elif isinstance(spec, str):
            yield not_applicable(key, "customer_master_key_spec", spec)
        else:
            yield needs_runtime(key, "customer_master_key_spec")


def private(graph: Graph) -> Iterator[Finding]:
    """No key's policy lets everyone use it."""
    for key in graph.all("aws_kms_key"):
        statements = document_of(key, "policy")
        if statements is None:
            yield needs_runtime(key, "policy")
        else:
            opened = open_to_everyone(statements)
            yield decided(key, "policy", not opened, str(opened[0]) if opened else "open to nobody else")


def deleted_late(graph: Graph) -> Iterator[Finding]:
    """A key that is to be deleted can be had back for 30 days."""
    for key in graph.all("aws_kms_key"):
        yield require(
            key, "deletion_window_in_days", lambda value: value == DELETION_DAYS, default=DELETION_DAYS
        )


def rotated_yearly(graph: Graph) -> Iterator[Finding]:
    """Keys that are rotated are so every year or sooner."""
    for key in graph.all("aws_kms_key"):
        yield require(
            key, "rotation_period_in_days", lambda value: 0 < number(value) <= A_YEAR, default=A_YEAR
        )
