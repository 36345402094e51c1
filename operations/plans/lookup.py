"""Find values by path, through the lists on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.plans.json_values import any_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.plans.json_values import Json, Marks

UNKNOWN = "known only after apply"
"""What is said in the place of a value that Terraform does not know yet."""


def found(value: Json, path: Sequence[str]) -> list[Json]:
    """The values at a path; None for each place where it could be, and is not.

    A list at the end of the path is one value.
    """
    if not path:
        return [value]
    if isinstance(value, list):
        return [inner for element in value for inner in found(element, path)] or [None]
    if isinstance(value, dict):
        return found(value.get(path[0]), path[1:])
    return [None]


def unknown_at(marks: Marks, path: Sequence[str], *, inside: bool = True) -> bool:
    """Whether a value at a path is marked.

    Args:
        marks: the marks of the whole.
        path: where the value is; lists on the way are gone through.
        inside: look into the value too.
    """
    if path and isinstance(marks, dict):
        return unknown_at(marks.get(path[0]), path[1:], inside=inside)
    if path and isinstance(marks, list):
        return any(unknown_at(element, path, inside=inside) for element in marks)
    return any_mark(marks) if inside else marks is True
