"""Runs commands of the AWS CLI without it: their words are those of the API."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any


def run(command: str, client: Callable[[str], Any]) -> None:
    """Run a command.

    Args:
        command: ``aws <service> <operation> --option value ...``.
        client: makes a client of a service.
    """
    _, service, operation, *words = shlex.split(command)
    options: dict[str, Any] = {}
    for word in words:
        if word.startswith("--"):
            options[word.removeprefix("--")] = True
        else:
            options[list(options)[-1]] = word
    options.pop("region", None)
    if "ingress" in options or "egress" in options:  # the CLI's two switches for one parameter
        options["egress"] = not options.pop("ingress", False)
    found = client(service)
    name = next(
        method
        for method, of_api in found.meta.method_to_api_mapping.items()
        if of_api.lower() == operation.replace("-", "")
    )
    shape = found.meta.service_model.operation_model(found.meta.method_to_api_mapping[name]).input_shape
    members = {member.lower(): (member, kind.type_name) for member, kind in shape.members.items()}
    parameters = {}
    for option, value in options.items():
        member, kind = members[option.replace("-", "")]
        is_text = kind == "string" or isinstance(value, bool)
        parameters[member] = value if is_text else json.loads(value)
    getattr(found, name)(**parameters)
