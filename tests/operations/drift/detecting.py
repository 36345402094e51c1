"""What a check says of a few resources."""

from __future__ import annotations

from typing import Any

from operations.drift.detection import Detection
from operations.drift.findings import Finding
from operations.drift.parts import Parts, Values
from tests.operations.plans.building import change, plan


def nobody(_type: str, _values: Values, _parts: Parts) -> list[Any]:
    """AWS has nothing to add."""
    return []


def found(*changes: dict[str, Any], drift: tuple[dict[str, Any], ...] = (), **more: Any) -> list[Finding]:
    """What drifted, by a plan."""
    return list(Detection(plan(*changes, resource_drift=list(drift), **more)).findings(nobody))


def drifted(
    address: str, before: dict[str, Any], after: dict[str, Any] | None, **more: Any
) -> dict[str, Any]:
    """Something that changed outside of Terraform, or is gone."""
    return change(address, "update" if after is not None else "delete", before=before, after=after, **more)


def undone(address: str, real: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """What a plan does about it."""
    return change(address, "update", before=real, after=wanted)


def as_it_is(address: str, values: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A resource that a plan leaves alone."""
    return change(address, "no-op", before=values, after=values, **more)


def configured(**arguments: list[str]) -> dict[str, Any]:
    """The configuration of a plan: by address, with underscores for dots, the arguments that are set."""
    resources = [
        {
            "address": address.replace("__", "."),
            "expressions": {name: {"constant_value": 0} for name in names},
        }
        for address, names in arguments.items()
    ]
    return {"root_module": {"resources": resources}}
