"""Terraform's outputs as one flat JSON object, without anything secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from environments.problem import Problem
from operations import outputs

if TYPE_CHECKING:
    from pathlib import Path


def output(value: object, *, sensitive: bool = False) -> dict[str, Any]:
    return {"value": value, "type": "string", "sensitive": sensitive}


@pytest.mark.parametrize(
    ("value", "flat"),
    [
        ("vpc-1", {"it": "vpc-1"}),
        (5432, {"it": "5432"}),
        (True, {"it": "true"}),
        (["a", "b"], {"it": "a,b"}),
        ([], {"it": ""}),
        ({"eu-central-2a": "subnet-1", "n": 2}, {"it_eu-central-2a": "subnet-1", "it_n": "2"}),
        ([{"id": "x"}, {"id": "y"}], {"it_0_id": "x", "it_1_id": "y"}),
        (None, {}),
    ],
)
def test_every_value_becomes_text(value: object, flat: dict[str, str]) -> None:
    assert outputs.flatten({"it": output(value)}) == flat


def test_names_are_in_order() -> None:
    assert list(outputs.flatten({"b": output("2"), "a": output("1")})) == ["a", "b"]


def test_a_sensitive_output_is_refused_and_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "cfn-outputs" / "flat-outputs.json"
    with pytest.raises(Problem, match="sensitive") as caught:
        outputs.write({"password": output("hunter2", sensitive=True), "vpc": output("vpc-1")}, path)
    assert "hunter2" not in str(caught.value)
    assert caught.value.given == "password"
    assert not path.exists()


def test_two_outputs_of_one_flat_name_are_refused() -> None:
    with pytest.raises(Problem, match="same flat name") as caught:
        outputs.flatten({"a_b": output("1"), "a": output({"b": "2"})})
    assert caught.value.given == "a_b"


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "cfn-outputs" / "flat-outputs.json"
    outputs.write({"old": output("1")}, path)
    assert outputs.write({"vpc_id": output("vpc-1")}, path) == {"vpc_id": "vpc-1"}
    assert json.loads(path.read_text(encoding="utf-8")) == {"vpc_id": "vpc-1"}
    assert list(path.parent.iterdir()) == [path]
