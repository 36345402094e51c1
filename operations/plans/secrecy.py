"""What of a plan may be shown: everything but secrets, found by the plan's own marks and by names.

Text is never searched for what looks like a secret. But a value that is known to be a secret in one place is hidden
wherever else it stands.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.plans.json_values import Json, Marks, embedded, inner_marks
from operations.plans.secret_names import is_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from operations.plans.model import Change, Plan, StateModule

REDACTED = "(sensitive)"
"""What stands in the place of a secret."""

SHORTEST_KNOWN = 8
"""Characters from which a secret is looked for elsewhere: ``admin`` is in too many harmless values."""

_DEEPEST = 100
"""Levels of nesting that are looked into; what is deeper is hidden."""

_NAMES_OF_PAIRS = ("name", "Name", "key", "Key")
_VALUES_OF_PAIRS = ("value", "Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The values of a change as they may be shown.

    Attributes:
        before: the values before.
        after: the values after, without those that are not known yet.
    """

    before: Json
    after: Json


class Secrecy:
    """Knows the secrets of one plan.

    Args:
        plan: the plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._known: set[str] = set()
        self._harmless: dict[str, bool] = {}
        for resource in (*plan.resource_changes, *plan.resource_drift):
            self._redact_both(resource.change, "")
        for name, change in plan.output_changes.items():
            self._redact_both(change, name)
        root = plan.configuration.root_module
        for name, variable in root.variables.items() if root else ():
            if variable.sensitive and name in plan.variables:
                self._remember(plan.variables[name].value, marked=True)
        for values, marks in _state_values(plan.prior_state.values.root_module):
            self._redact(values, marks, "")

    def shown(self, change: Change, name: str = "") -> Shown:
        """The values of a change, without secrets.

        Args:
            change: what is planned.
            name: what the values as a whole are called, when they are those of an output.
        """
        before, after = self._redact_both(change, name)
        return Shown(before=self._conceal(before), after=self._conceal(after))

    def _redact_both(self, change: Change, name: str) -> tuple[Json, Json]:
        return (
            self._redact(change.before, change.before_sensitive, name),
            self._redact(change.after, change.after_sensitive, name),
        )

    def _redact(self, value: Json, marks: Marks, name: str, depth: int = 0) -> Json:
        """The value without what is marked, or has the name of a secret."""
        if value is None or value in ("", [], {}):
            return value
        # Whether something is on is no secret, whatever its name; unless the plan says so.
        named = bool(name) and not isinstance(value, bool) and is_secret(name)
        if marks is True or named or depth > _DEEPEST:
            self._remember(value, marked=marks is True)
            return REDACTED
        if isinstance(value, dict):
            hidden = _value_of_secret_pair(value)
            return {
                key: self._redact(inner, key == hidden or inner_marks(marks, key), key, depth + 1)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [
                self._redact(inner, inner_marks(marks, index), "", depth + 1)
                for index, inner in enumerate(value)
            ]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return _within(value, lambda inner: self._redact(inner, None, "", depth + 1))

    def _conceal(self, value: Json) -> Json:
        """The value without what is known to be secret from elsewhere."""
        if not self._known:
            return value
        if isinstance(value, dict):
            return {key: self._conceal(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._conceal(inner) for inner in value]
        concealed = _within(value, self._conceal)
        if (
            isinstance(concealed, str)
            and len(concealed) >= SHORTEST_KNOWN
            and not self._is_harmless(concealed)
        ):
            return REDACTED
        return concealed

    def _is_harmless(self, text: str) -> bool:
        found = self._harmless.get(text)
        if found is None:
            found = self._harmless[text] = not any(secret in text for secret in self._known)
        return found

    def _remember(self, value: Json, *, marked: bool) -> None:
        named, others = _texts(value)
        for text in named or (others if marked or not isinstance(value, dict) else ()):
            if len(text) >= SHORTEST_KNOWN:
                self._known.add(text)
        if isinstance(value, str) and len(value) >= SHORTEST_KNOWN:
            self._known.add(value)


def _within(value: Json, change: Callable[[Json], Json]) -> Json:
    """The value; when it is a string that holds JSON, with that changed."""
    inner = embedded(value)
    if inner is None:
        return value
    changed = change(inner)
    return value if changed == inner else json.dumps(changed, ensure_ascii=False)


def _value_of_secret_pair(value: dict[str, Json]) -> str | None:
    """Where the secret is in ``{"name": "DB_PASSWORD", "value": ...}``, as containers get their environment."""
    for key in _NAMES_OF_PAIRS:
        name = value.get(key)
        if isinstance(name, str) and is_secret(name):
            return next((key for key in _VALUES_OF_PAIRS if key in value), None)
    return None


def _texts(value: Json) -> tuple[list[str], list[str]]:
    """The strings in a value, also in JSON that a string holds: those with the name of a secret, and the others.

    In ``{"username": "citizens", "password": "..."}`` the user's name is no secret, although the whole is one.
    """
    named: list[str] = []
    others: list[str] = []
    waiting: list[tuple[str, Json]] = [("", value)]
    while waiting:
        name, current = waiting.pop()
        if isinstance(current, dict):
            waiting.extend(current.items())
        elif isinstance(current, list):
            waiting.extend((name, inner) for inner in current)
        elif isinstance(current, str):
            inner = embedded(current)
            if inner is not None:
                waiting.append((name, inner))
            else:
                (named if is_secret(name) else others).append(current)
    return named, others


def _state_values(module: StateModule) -> Iterator[tuple[Json, Marks]]:
    """What data sources read: the changes do not have it."""
    for resource in module.resources:
        if resource.mode == "data":
            yield resource.values, resource.sensitive_values
    for child in module.child_modules:
        yield from _state_values(child)
