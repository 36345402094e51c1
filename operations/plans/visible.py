"""Text that a reader sees as it is: nothing that moves the cursor, turns the direction, or has no width."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from operations.plans.json_values import Json

_KEPT = "\n\t"
LONGEST_VALUE = 160
"""Characters of a value in a sentence; the whole value is among the attributes."""


def visible(text: str) -> str:
    """The text, with every character that would not be seen written as its code: ``\\u202e``."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in _KEPT else f"\\u{ord(character):04x}"
        for character in text
    )


def visible_value(value: Json) -> Json:
    """The same for every text in a value, names included."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(name): visible_value(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [visible_value(inner) for inner in value]
    return value


def shorten(text: str) -> str:
    """Text on one line, with its middle left out when it is long."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_VALUE:
        return line
    half = LONGEST_VALUE // 2 - 1
    return f"{line[:half]} … {line[-half:]}"
