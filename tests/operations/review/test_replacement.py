"""Why something is replaced or removed."""

from __future__ import annotations

from typing import Any

from tests.operations.plans.building import change
from tests.operations.review.reviewing import reviewed


def why(*actions: str, **more: Any) -> tuple[str, ...]:
    (found,) = reviewed(change("aws_x.it", *actions, **more))
    return found.why


def test_the_attributes_that_force_it() -> None:
    assert why(
        "delete",
        "create",
        before={"engine": "postgres", "zone": "a", "block": [{"size": 1}], "password": "old-secret"},
        after={"engine": "mysql", "block": [{"size": 2}], "password": "new-secret"},
        unknown={"zone": True},
        replace_paths=[["engine"], ["zone"], ["block", 0, "size"], ["password"]],
        action_reason="replace_because_cannot_update",
    ) == (
        "it cannot be changed in place",
        "engine postgres → mysql",
        "zone a → known only after apply",
        "block[0].size 1 → 2",
        "password (sensitive) → (sensitive)",
    )


def test_of_many_attributes_the_first_are_named() -> None:
    many = {f"key{number}": number for number in range(5)}
    found = why("delete", "create", before={"map": many}, after={"map": {}}, replace_paths=[["map"]])
    assert found[-1] == "2 more in map"
    assert len(found) == 4


def test_an_attribute_that_does_not_seem_to_change_is_named() -> None:
    assert why("delete", "create", before={"a": 1}, after={"a": 1}, replace_paths=[["a"]]) == ("a",)


def test_a_reason_that_is_not_known_is_passed_on() -> None:
    assert why("delete", before={}, action_reason="delete_because_of_the_weather") == (
        "delete_because_of_the_weather",
    )
    assert why("delete", before={}, action_reason="delete_because_each_key") == (
        "its key is no longer in for_each",
    )
