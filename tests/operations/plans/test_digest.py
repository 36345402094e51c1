"""The hash of what a plan does."""

from __future__ import annotations

from typing import Any

import pytest

from operations.plans.comparison import Comparison
from operations.plans.digest import digest
from tests.operations.plans.building import change, plan

BEFORE = {"id": "db-1", "latest_restorable_time": "2026-11-25T18:00:00Z", "engine": "postgres", "days": 35}


def hash_of(*changes: dict[str, Any], **more: Any) -> str:
    return digest(Comparison(plan(*changes, **more)))


def later(before: dict[str, Any]) -> dict[str, Any]:
    return {**before, "latest_restorable_time": "2026-11-25T19:00:00Z"}


def replaced(before: dict[str, Any], engine: str = "mysql") -> dict[str, Any]:
    unknown = {"id": True, "latest_restorable_time": True}
    after = {"engine": engine, "days": 35}
    return change("aws_db.x", "delete", "create", before=before, after=after, unknown=unknown)


def updated(before: dict[str, Any], days: int = 7) -> dict[str, Any]:
    return change("aws_db.x", "update", before=before, after={**before, "days": days})


def deleted(before: dict[str, Any]) -> dict[str, Any]:
    return change("aws_db.x", "delete", before=before)


@pytest.mark.parametrize("make", [replaced, updated, deleted])
def test_the_same_change_planned_later_has_the_same_hash(make: Any) -> None:
    first = hash_of(make(BEFORE), timestamp="2026-11-25T18:00:00Z")
    assert first == hash_of(make(later(BEFORE)), timestamp="2026-11-25T19:00:00Z")
    assert first.startswith("sha256:")
    assert len(first) == len("sha256:") + 64


def test_what_does_not_change_is_not_in_it() -> None:
    quiet = change("aws_db.y", "no-op", before={"a": 1}, after={"a": 1})
    assert hash_of(updated(BEFORE)) == hash_of(updated(BEFORE), quiet)


@pytest.mark.parametrize(
    "other",
    [
        updated(BEFORE, days=6),
        replaced(BEFORE),
        replaced(BEFORE, engine="mariadb"),
        deleted(BEFORE),
        deleted({**BEFORE, "id": "db-2"}),
        {**updated(BEFORE), "address": "aws_db.z"},
        {**updated(BEFORE), "previous_address": "aws_db.z"},
        {**updated(BEFORE), "deposed": "abcd1234"},
        {**updated(BEFORE), "action_reason": "replace_by_request"},
    ],
)
def test_another_change_has_another_hash(other: dict[str, Any]) -> None:
    assert hash_of(updated(BEFORE)) != hash_of(other)


def test_an_output_is_in_it() -> None:
    outputs = {"a": {"actions": ["update"], "before": 1, "after": 2}}
    assert hash_of(updated(BEFORE)) != hash_of(updated(BEFORE), output_changes=outputs)
    quiet = {"a": {"actions": ["no-op"], "before": 1, "after": 1}}
    assert hash_of(updated(BEFORE)) == hash_of(updated(BEFORE), output_changes=quiet)


def test_nobody_can_try_out_secrets_on_it() -> None:
    def rotated(new: str) -> dict[str, Any]:
        return change("aws_db.x", "update", before={"password": "0000"}, after={"password": new})

    assert hash_of(rotated("1111")) == hash_of(rotated("2222"))
    assert hash_of(rotated("1111")) != hash_of(rotated("0000"))
