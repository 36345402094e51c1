"""Plans in a few words, for what needs none of Terraform's own."""

from __future__ import annotations

import json
from typing import Any

from operations.plans.model import Plan
from operations.plans.reading import parse


def change(
    address: str,
    *actions: str,
    before: Any = None,
    after: Any = None,
    unknown: Any = None,
    sensitive: Any = None,
    **more: Any,
) -> dict[str, Any]:
    """A change as Terraform writes it; what is marked sensitive is so before and after."""
    type_, name = address.split("[", maxsplit=1)[0].split(".")[-2:]
    within = {key: more.pop(key) for key in ("replace_paths", "importing") if key in more}
    return {
        "address": address,
        "mode": "managed",
        "type": type_,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": list(actions),
            "before": before,
            "after": after,
            "after_unknown": unknown or {},
            "before_sensitive": sensitive or {},
            "after_sensitive": sensitive or {},
            **within,
        },
        **more,
    }


def plan(*changes: dict[str, Any], **more: Any) -> Plan:
    """A plan of some changes."""
    return parse(document(*changes, **more), source="plan.json")


def document(*changes: dict[str, Any], **more: Any) -> bytes:
    """The JSON of a plan of some changes."""
    whole = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": list(changes),
        "complete": True,
        "errored": False,
        **more,
    }
    return json.dumps(whole).encode()
