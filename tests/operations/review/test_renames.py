"""Renames that are recognized, and the move that is proposed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformResource

from operations.review import renames
from operations.review.renames import Rename
from tests.operations.plans.building import change
from tests.operations.review.reviewing import reviewed

VALUES = {"identifier": "db", "engine": "postgres", "class": "small", "storage": 100, "id": "1", "arn": "a"}


def deleted(address: str = "aws_db.old", **values: Any) -> dict[str, Any]:
    return change(address, "delete", before={**VALUES, **values})


def created(address: str = "aws_db.new", **values: Any) -> dict[str, Any]:
    after = {name: value for name, value in {**VALUES, **values}.items() if name not in {"id", "arn"}}
    return change(address, "create", after=after, unknown={"id": True, "arn": True})


def found(*changes: dict[str, Any]) -> list[tuple[str, str]]:
    pairs = {change.rename for change in reviewed(*changes) if change.rename}
    return sorted((pair.old, pair.new) for pair in pairs)


def test_two_of_one_type_with_like_values_are_one() -> None:
    assert found(deleted(), created()) == [("aws_db.old", "aws_db.new")]
    assert found(deleted(), created(storage=200)) == [("aws_db.old", "aws_db.new")]


def test_another_type_or_other_values_are_another() -> None:
    assert found(deleted(), created("aws_cache.new")) == []
    assert found(deleted(), created(identifier="x", engine="mysql", storage=200)) == []
    assert found(deleted(), change("aws_db.new", "create", after={})) == []


def test_the_likest_belong_together() -> None:
    changes = [
        deleted("aws_db.a", identifier="one"),
        deleted("aws_db.b", identifier="two"),
        created("aws_db.c", identifier="two"),
        created("aws_db.d", identifier="one"),
    ]
    assert found(*changes) == [("aws_db.a", "aws_db.d"), ("aws_db.b", "aws_db.c")]


def test_what_a_replacement_left_is_no_rename() -> None:
    assert found({**deleted(), "deposed": "abcd"}, created()) == []


def test_very_many_at_once_are_no_renames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renames, "_MOST_COMPARISONS", 3)
    changes = [deleted("aws_db.a"), deleted("aws_db.b"), created("aws_db.c"), created("aws_db.d")]
    assert found(*changes) == []


def test_cdktf_has_the_call_that_is_proposed() -> None:
    rename = Rename(old="aws_db_instance.a_1", new="aws_db_instance.b_2", alike=1)
    assert rename.call == 'move_from_id("aws_db_instance.a_1")'
    assert hasattr(TerraformResource, "move_from_id")


@pytest.mark.parametrize("old", ['aws_db.old["a"]', "module.m.aws_db.old"])
def test_an_address_for_which_cdktf_has_no_call_gets_the_block_alone(old: str) -> None:
    rename = Rename(old=old, new="aws_db.new", alike=1)
    assert rename.call is None
    assert f"from = {old}\n" in rename.block


@pytest.mark.terraform
def test_terraform_accepts_the_block(tmp_path: Path) -> None:
    rename = Rename(old="terraform_data.old", new='terraform_data.new["a"]', alike=1)
    text = f'resource "terraform_data" "new" {{\n  for_each = toset(["a"])\n}}\n{rename.block}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    for command in (["init"], ["validate"], ["fmt", "-check"]):
        subprocess.run(["terraform", *command], cwd=tmp_path, check=True, capture_output=True)
