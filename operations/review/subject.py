"""One change, with all that its classification looks at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.plans.differences import path_text
from operations.plans.lookup import UNKNOWN, found, unknown_at
from operations.plans.visible import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from operations.plans.differences import Difference
    from operations.plans.json_values import Json
    from operations.plans.model import Action, Change, Path, ResourceChange
    from operations.plans.secrecy import Shown


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A change to classify.

    Attributes:
        resource: the change.
        shown: its values as they may be shown.
        differences: what becomes of its attributes.
        new_whole: whether it is part of something that this plan creates.
    """

    resource: ResourceChange
    shown: Shown
    differences: Sequence[Difference]
    new_whole: bool = False

    @property
    def type(self) -> str:
        """Type of the resource."""
        return self.resource.type

    @property
    def action(self) -> Action:
        """What is done to it."""
        return self.resource.action

    @property
    def change(self) -> Change:
        """Its values, secrets included: to compare, never to show."""
        return self.resource.change

    @property
    def stays(self) -> bool:
        """Whether an object is there before and after: what it becomes can be compared with what it was."""
        return self.change.before is not None and self.change.after is not None

    def before(self, *path: str) -> list[Json]:
        """The values at a path before."""
        return found(self.change.before, path)

    def after(self, *path: str) -> list[Json]:
        """The values at a path after, as far as they are known."""
        return found(self.change.after, path)

    def unknown(self, *path: str, inside: bool = True) -> bool:
        """Whether the value at a path, or something inside it, is known only after apply."""
        return unknown_at(self.change.after_unknown, path, inside=inside)

    def transition(self, path: Sequence[str]) -> str:
        """What becomes of the value at a path, for a sentence: ``deletion_protection true → false``."""
        before = _texts(found(self.shown.before, path))
        after = UNKNOWN if self.unknown(*path) else _texts(found(self.shown.after, path))
        return f"{'.'.join(path)} {before} → {after}"

    def details(self, path: Path) -> list[str]:
        """The same for every attribute in the value at a path that changes."""
        return [
            f"{path_text(difference.path)} {value_text(difference.before)} → "
            f"{UNKNOWN if difference.unknown else value_text(difference.after)}"
            for difference in self.differences
            if difference.path[: len(path)] == path
        ]


def value_text(value: Json) -> str:
    """A value as it stands in a sentence: on one line, and short."""
    text = (
        "not set"
        if value is None
        else value
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False)
    )
    return shorten(text) if text else '""'


def literal(value: Json) -> str:
    """A value as it stands in a diff: text in quotes."""
    text = value_text(value)
    return json.dumps(text, ensure_ascii=False) if isinstance(value, str) else text


def _texts(values: Sequence[Json]) -> str:
    return shorten(", ".join(map(value_text, values)))
