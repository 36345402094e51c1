"""Runs commands of the AWS CLI without it: their words are those of the API, whose model the AWS SDK has."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from typing import Any

import jmespath  # type: ignore[import-untyped]  # it has no types

OF_THE_CLI = {"region", "query", "output"}
"""Options that are not the API's."""

_SCALARS: dict[str, Callable[[str], Any]] = {"integer": int, "long": int, "float": float, "double": float}


def run(command: str, client: Callable[..., Any]) -> Any:
    """Run a command.

    Args:
        command: ``aws <service> <operation> --option value ...``; a comment at its end is left out.
        client: makes a client of a service, and, when the command names it, of a region.

    Returns:
        What it would print: the answer, or what ``--query`` takes of it; with ``--output text`` as text.
    """
    words = shlex.split(command, comments=True)
    assert words[0] == "aws", command
    service, operation, options = words[1], words[2], _options(words[3:])
    region = options.pop("region", None)
    query, output = options.pop("query", None), options.pop("output", None)
    found = client(service, *(region or ()))
    mapping = found.meta.method_to_api_mapping
    names = [name for name, of_api in mapping.items() if of_api.lower() == operation.replace("-", "")]
    assert names, f"{service} has no {operation}"
    model = found.meta.service_model.operation_model(mapping[names[0]])
    parameters = _parameters(options, model.input_shape, command)
    if found.can_paginate(names[0]):
        answer = found.get_paginator(names[0]).paginate(**parameters).build_full_result()
    else:
        answer = getattr(found, names[0])(**parameters)
    answer.pop("ResponseMetadata", None)
    if query:
        answer = jmespath.search(query[0], answer)
    return _text(answer) if output == ["text"] else answer


def _options(words: list[str]) -> dict[str, list[str]]:
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            options[word.removeprefix("--")] = []
        else:
            options[list(options)[-1]].append(word)
    if {"ingress", "egress"} & set(options):  # the CLI's two switches for one parameter
        options["egress" if "egress" in options else "no-egress"] = []
        options.pop("ingress", None)
    return options


def _parameters(options: dict[str, list[str]], shape: Any, command: str) -> dict[str, Any]:
    members = {member.lower(): (member, of_it) for member, of_it in (shape.members if shape else {}).items()}
    parameters = {}
    for option, values in options.items():
        name, is_on = option.replace("-", ""), True
        if name not in members and option.startswith("no-"):
            name, is_on = name.removeprefix("no"), False
        assert name in members, f"there is no option --{option}: {command}"
        member, of_it = members[name]
        if of_it.type_name == "boolean":
            assert not values, f"--{option} takes no value: {command}"
            parameters[member] = is_on
        else:
            assert values, f"--{option} wants a value: {command}"
            parameters[member] = _value(values, of_it)
    return parameters


def _value(values: list[str], shape: Any) -> Any:
    """What an option says, as the API takes it: JSON, words, or ``Key=value,...``."""
    first = values[0]
    if shape.type_name == "list":
        if first.startswith("["):
            return json.loads(first)
        return [_value([value], shape.member) for value in values]
    if shape.type_name in {"map", "structure"}:
        if first.startswith("{"):
            return json.loads(first)
        return dict(pair.split("=", 1) for pair in first.split(","))
    assert len(values) == 1, f"one value, not {values}"
    return _SCALARS.get(shape.type_name, str)(first)


def _text(answer: Any) -> str:
    if isinstance(answer, list):
        return "\t".join(_text(one) for one in answer)
    return "None" if answer is None else str(answer)
