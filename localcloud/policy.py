"""Evaluates a resource policy of AWS: whether a statement applies, and whether its conditions hold.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and
reference_policies_elements_condition_operators.html. Without policy variables, ``BinaryEquals`` and session policies.
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Decision = Literal["Allow", "Deny"] | None
Context = Mapping[str, str]
"""Condition key to value; a key that is left out is one that the request does not have."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked for.

    Args:
        action: such as ``s3:GetObject``.
        resource: ARN.
        account: id of the account that asks, as its root user; ``None`` for nobody in particular.
        context: condition keys with their values.
    """

    action: str
    resource: str
    account: str | None
    context: Context = field(default_factory=dict)


def decide(policy: Mapping[str, Any], request: Request) -> Decision:
    """Return what a policy says: one ``Deny`` is enough; ``None`` when no statement applies.

    Raises:
        ValueError: a condition cannot be evaluated.
    """
    effects = {
        statement["Effect"] for statement in _list(policy["Statement"]) if _applies(statement, request)
    }
    return "Deny" if "Deny" in effects else "Allow" if effects else None


def check(policy: object) -> None:
    """Make sure that a policy can be evaluated.

    Raises:
        ValueError: it cannot; says why.
    """
    if not isinstance(policy, Mapping) or "Statement" not in policy:
        raise ValueError("a policy is an object with a Statement")
    for statement in _list(policy["Statement"]):
        if not isinstance(statement, Mapping) or statement.get("Effect") not in {"Allow", "Deny"}:
            raise ValueError("a statement is an object with the Effect Allow or Deny")
        for element in ("Principal", "Action", "Resource"):
            if (element in statement) == (f"Not{element}" in statement):
                raise ValueError(f"a statement has either {element} or Not{element}")
        for name in statement.get("Condition", {}):
            _operator(name)


def hold(conditions: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Whether all conditions of a statement hold.

    Args:
        conditions: operator to condition key to one or more values.
        context: of the request.

    Raises:
        ValueError: an operator is not known, or a value is none for it.
    """
    known = {key.lower(): value for key, value in context.items()}
    return all(
        _holds(name, known.get(key.lower()), _texts(values))
        for name, keys in conditions.items()
        for key, values in keys.items()
    )


def _applies(statement: Mapping[str, Any], request: Request) -> bool:
    for element, matches in (("Principal", _is_one_of), ("Action", _is_action), ("Resource", _is_resource)):
        if element in statement:
            if not matches(statement[element], request):
                return False
        elif matches(statement[f"Not{element}"], request):
            return False
    return hold(statement.get("Condition", {}), request.context)


def _is_one_of(principals: Any, request: Request) -> bool:  # noqa: ANN401 - JSON
    named = {"*"} if principals == "*" else set(_list(principals.get("AWS", [])))
    account = request.account
    root = re.compile(rf"arn:[a-z-]+:iam::{account}:root")
    return "*" in named or any(name == account or root.fullmatch(name) for name in named)


def _is_action(actions: Any, request: Request) -> bool:  # noqa: ANN401 - JSON
    return any(_like(request.action.lower(), pattern.lower()) for pattern in _list(actions))


def _is_resource(resources: Any, request: Request) -> bool:  # noqa: ANN401 - JSON
    return any(_like(request.resource, pattern) for pattern in _list(resources))


def _holds(name: str, actual: str | None, wanted: Sequence[str]) -> bool:
    matches, negated, if_exists, quantifier = _operator(name)
    if matches is None:
        return any((value.lower() == "true") == (actual is None) for value in wanted)
    if actual is None:
        return negated or if_exists or quantifier == "ForAllValues"
    return any(matches(actual, value) for value in wanted) != negated


def _operator(name: str) -> tuple[Callable[[str, str], bool] | None, bool, bool, str]:
    """Return what compares, whether the result is negated, whether a missing key will do, and the quantifier."""
    quantifier, _, plain = name.rpartition(":")
    base = plain.removesuffix("IfExists")
    negated = base in _NEGATED
    base = _NEGATED.get(base, base)
    if base not in _OPERATORS or quantifier not in {"", "ForAllValues", "ForAnyValue"}:
        raise ValueError(f"{name} is no condition operator")
    return _OPERATORS[base], negated, plain.endswith("IfExists"), quantifier


def _like(text: str, pattern: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda actual, wanted: compare(float(actual), float(wanted))


def _dates(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda actual, wanted: compare(_seconds(actual), _seconds(wanted))


def _seconds(moment: str) -> float:
    if re.fullmatch(r"\d+(\.\d+)?", moment):
        return float(moment)
    date = datetime.fromisoformat(moment)
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def _address(actual: str, wanted: str) -> bool:
    return ipaddress.ip_address(actual) in ipaddress.ip_network(wanted, strict=False)


_COMPARE = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
_OPERATORS: dict[str, Callable[[str, str], bool] | None] = {
    "StringEquals": operator.eq,
    "StringEqualsIgnoreCase": lambda actual, wanted: actual.lower() == wanted.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda actual, wanted: actual.lower() == wanted.lower(),
    "IpAddress": _address,
    "Null": None,
    **{f"Numeric{name}": _numbers(compare) for name, compare in _COMPARE.items()},
    **{f"Date{name}": _dates(compare) for name, compare in _COMPARE.items()},
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}


def _list(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else [value]


def _texts(values: Any) -> list[str]:  # noqa: ANN401 - JSON
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in _list(values)]
