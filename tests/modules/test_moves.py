"""What was renamed is moved: every resource below it, from the address that cdktf gave it before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cdktf import TerraformResource, TerraformStack
from constructs import Construct

from environments.problem import Problem
from modules.aws.moves import moved
from tests.template import Template


class Database(Construct):
    """Two resources, of which one is in the other, and one construct that cdktf hides in addresses."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        key = TerraformResource(self, "key", terraform_resource_type="aws_kms_key")
        TerraformResource(key, "alias", terraform_resource_type="aws_kms_alias")
        TerraformResource(Construct(self, "Default"), "it", terraform_resource_type="aws_db_instance")


def synthesized(build: Callable[[TerraformStack], object]) -> dict[str, Any]:
    return Template.of(build).document


def addresses(document: dict[str, Any]) -> set[str]:
    return {f"{type_}.{label}" for type_, blocks in document["resource"].items() for label in blocks}


def moves(document: dict[str, Any]) -> dict[str, str]:
    return {move["from"]: move["to"] for move in document["moved"]}


def test_every_resource_comes_from_where_it_was() -> None:
    before = synthesized(lambda stack: Database(stack, "database"))

    def renamed(stack: TerraformStack) -> None:
        Database(stack, "db")
        moved(stack, "database", to="db")

    after = synthesized(renamed)
    assert len(addresses(before)) == 3
    assert set(moves(after)) == addresses(before)
    assert set(moves(after).values()) == addresses(after)
    assert all(old.partition(".")[0] == new.partition(".")[0] for old, new in moves(after).items())


def test_a_construct_can_go_into_another() -> None:
    before = synthesized(lambda stack: Database(stack, "database"))

    def moved_into(stack: TerraformStack) -> None:
        data = Construct(stack, "data")
        Database(data, "primary")
        moved(stack, "database", to="data/primary")

    assert set(moves(synthesized(moved_into))) == addresses(before)


def test_paths_are_those_below_the_scope() -> None:
    before = synthesized(lambda stack: Database(Construct(stack, "data"), "database"))

    def renamed(stack: TerraformStack) -> None:
        data = Construct(stack, "data")
        Database(data, "db")
        moved(data, "database", to="db")

    assert set(moves(synthesized(renamed))) == addresses(before)


def test_what_is_renamed_twice_is_moved_step_by_step() -> None:
    first = synthesized(lambda stack: Database(stack, "database"))
    second = synthesized(lambda stack: Database(stack, "db"))

    def renamed(stack: TerraformStack) -> None:
        Database(stack, "primary")
        moved(stack, "database", "db", to="primary")

    after = synthesized(renamed)
    steps = moves(after)
    assert set(steps) == addresses(first) | addresses(second)
    assert {steps[steps[address]] for address in addresses(first)} == addresses(after)
    assert len(set(steps.values())) == len(steps), "Terraform refuses two moves to one address"


def test_one_resource_can_be_moved_alone() -> None:
    def renamed(stack: TerraformStack) -> None:
        Database(stack, "database")
        moved(stack, "database/secret-key", to="database/key/alias")

    assert len(moves(synthesized(renamed))) == 1


@pytest.mark.parametrize(
    ("to", "what", "allowed"),
    [
        ("primary", "test has no construct primary to move to", "db, empty"),
        ("db/instance", "test has no construct db/instance to move to", "Default, key"),
        ("empty", "empty in test has no resource to move", None),
    ],
)
def test_a_move_to_nothing_is_refused(to: str, what: str, allowed: str | None) -> None:
    def renamed(stack: TerraformStack) -> None:
        Database(stack, "db")
        Construct(stack, "empty")
        moved(stack, "database", to=to)

    with pytest.raises(Problem, match=what) as caught:
        synthesized(renamed)
    assert caught.value.allowed == allowed
