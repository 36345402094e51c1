"""IAM policy documents as values, so that no call site writes JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

ANYONE: Mapping[str, Sequence[str]] = {"AWS": ["*"]}
"""Every principal; only in statements that deny, or that a condition narrows to this account."""

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a policy.

    Args:
        sid: what the statement is for, in letters and digits.
        actions: IAM actions.
        resources: ARNs; ``*`` in a resource policy stands for the resource itself; none in a trust policy.
        principals: principal type to principals; only in resource policies.
        conditions: operator to condition key to value(s).
        effect: ``Allow`` or ``Deny``.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ("*",)
    principals: Mapping[str, Sequence[str]] | None = None
    conditions: Conditions | None = None
    effect: Literal["Allow", "Deny"] = "Allow"

    def to_json(self) -> dict[str, object]:
        """Return the statement as IAM spells it; one value stands alone, as AWS itself normalises it."""
        statement: dict[str, object] = {"Sid": self.sid, "Effect": self.effect}
        if self.principals is not None:
            statement["Principal"] = {
                kind: _one_or_many(names) for kind, names in sorted(self.principals.items())
            }
        statement["Action"] = _one_or_many(self.actions)
        if self.resources:
            statement["Resource"] = _one_or_many(self.resources)
        if self.conditions:
            statement["Condition"] = {
                operator: {key: _one_or_many(value) for key, value in sorted(tests.items())}
                for operator, tests in sorted(self.conditions.items())
            }
        return statement


def as_sid(name: str) -> str:
    """Return a name in the letters and digits of a statement's id: ``RotationAge`` from ``rotation-age``."""
    return "".join(map(str.capitalize, name.split("-")))


def policy_document(statements: Iterable[Statement]) -> str:
    """Return the policy document of the statements, as JSON, in the order given."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [statement.to_json() for statement in statements]}
    )


def deny_plain_text(actions: Sequence[str], resources: Sequence[str] = ("*",)) -> Statement:
    """Return the statement that refuses every request that does not come over TLS."""
    return Statement(
        sid="DenyPlainText",
        effect="Deny",
        principals=ANYONE,
        actions=actions,
        resources=resources,
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def _one_or_many(values: str | Sequence[str]) -> str | list[str]:
    if isinstance(values, str):
        return values
    return values[0] if len(values) == 1 else list(values)
