"""What a rule says of a resource, and what decided it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.plans.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from operations.compliance.graph import Resource, Unknown
    from operations.plans.json_values import Json

LONGEST_EVIDENCE = 200
"""Characters; a longer one is cut."""


class Verdict(Enum):
    """What a rule says."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NOT_APPLICABLE = "not applicable"
    NEEDS_RUNTIME = "needs runtime"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict on one resource.

    Attributes:
        address: address of the resource.
        verdict: what the rule says.
        attribute: what decided.
        evidence: what it is, or why that is not known.
    """

    address: str
    verdict: Verdict
    attribute: str
    evidence: str


def passes(resource: Resource, attribute: str, evidence: str) -> Finding:
    """The resource is as the rule wants it."""
    return _finding(resource, Verdict.PASS, attribute, evidence)


def fails(resource: Resource, attribute: str, evidence: str) -> Finding:
    """The resource is not as the rule wants it."""
    return _finding(resource, Verdict.FAIL, attribute, evidence)


def not_applicable(resource: Resource, attribute: str, evidence: str) -> Finding:
    """The rule is not about resources like this one."""
    return _finding(resource, Verdict.NOT_APPLICABLE, attribute, evidence)


def needs_runtime(resource: Resource, attribute: str, evidence: str | None = None) -> Finding:
    """Only the deployed system can show it, or AWS itself does not."""
    return _finding(resource, Verdict.NEEDS_RUNTIME, attribute, evidence or resource.why_unknown)


def decided(resource: Resource, attribute: str, good: bool | Unknown, evidence: str) -> Finding:
    """The verdict on what is so, is not so, or is not known."""
    if good is UNKNOWN:
        return needs_runtime(resource, attribute)
    return (passes if good else fails)(resource, attribute, evidence)


def require(
    resource: Resource, attribute: str, accept: Callable[[Json], bool], *, default: Json = None
) -> Finding:
    """The verdict by the value of one attribute.

    Args:
        resource: the resource.
        attribute: path of the attribute.
        accept: whether a value is as the rule wants it.
        default: what it means when the attribute is not written.
    """
    value = resource.value(attribute, default)
    if value is UNKNOWN:
        return needs_runtime(resource, attribute)
    return (passes if accept(value) else fails)(resource, attribute, shown(value))


def require_true(resource: Resource, attribute: str, *, default: bool = False) -> Finding:
    """The verdict by whether an attribute is on."""
    return require(resource, attribute, is_true, default=default)


def require_set(resource: Resource, attribute: str) -> Finding:
    """The verdict by whether an attribute is written, whatever it is."""
    return decided(resource, attribute, resource.is_set(attribute), set_text(resource, attribute))


def is_true(value: Json) -> bool:
    """Whether a value is true, also as the text that Terraform takes for it."""
    return value is True or value == "true"


def number(value: Json) -> float:
    """A value as a number; 0 when it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0
    try:
        return float(value)
    except ValueError:
        return 0


def shown(value: Json) -> str:
    """A value in evidence."""
    return "not set" if value is None else json.dumps(value, ensure_ascii=False)


def set_text(resource: Resource, attribute: str) -> str:
    """What an attribute refers to, else its value."""
    references = resource.references.get(attribute.split(".", maxsplit=1)[0])
    if references:
        return ", ".join(sorted(references))
    value = resource.value(attribute)
    return "" if value is UNKNOWN else shown(value)


def _finding(resource: Resource, verdict: Verdict, attribute: str, evidence: str) -> Finding:
    text = visible(" ".join(evidence.split()))
    if len(text) > LONGEST_EVIDENCE:
        text = f"{text[: LONGEST_EVIDENCE - 1]}…"
    return Finding(address=visible(resource.address), verdict=verdict, attribute=attribute, evidence=text)
