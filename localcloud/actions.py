"""Adds actions that moto's responses of a REST service lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any


def add(response: Any, urls: Any, *, paths: Iterable[str], operations: Iterable[Callable[..., Any]]) -> None:  # noqa: ANN401 - moto's
    """Let a service answer more actions.

    Args:
        response: moto's class of the service's responses; an action is a method of its name.
        urls: moto's module of the service's paths.
        paths: of the actions, as moto writes them.
        operations: what answers them, named as the actions.
    """
    for path in paths:
        urls.url_paths[path] = urls.response.dispatch
    for operation in operations:
        setattr(response, operation.__name__, operation)
