"""The values that JSON can hold, and JSON that a string holds."""

from __future__ import annotations

from typing import TypeAlias

from pydantic_core import from_json

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A value of a plan."""

Marks: TypeAlias = "bool | list[Marks] | dict[str, Marks] | None"
"""What a plan says of a value (sensitive, not known yet): ``true`` where it holds, shaped like the value."""


def embedded(text: Json) -> Json:
    """The object or list that a string holds as JSON, such as a policy document; None when it holds none."""
    if not isinstance(text, str) or text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        value: Json = from_json(text, allow_inf_nan=False)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def inner_marks(marks: Marks, key: str | int) -> Marks:
    """What is said of one attribute or element."""
    if isinstance(marks, dict):
        return marks.get(str(key))
    if isinstance(marks, list) and isinstance(key, int):
        return marks[key] if key < len(marks) else None
    return marks if marks is True else None


def any_mark(marks: Marks) -> bool:
    """Whether anything is marked."""
    if isinstance(marks, dict):
        return any(map(any_mark, marks.values()))
    if isinstance(marks, list):
        return any(map(any_mark, marks))
    return marks is True
