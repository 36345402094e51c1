"""Plans that are read, and all that is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from environments.problem import Problem
from operations.plans import reading
from operations.plans.model import Action, without_keys
from tests.fixtures.plans.make import FOLDER
from tests.operations.plans.building import change, document, plan


def refusal(data: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        reading.parse(data, source="plan.json")
    assert caught.value.what.startswith("plan.json: ")
    return caught.value


def test_a_plan_of_terraform_is_read() -> None:
    read = reading.read(FOLDER / "database-replaced-by-engine.json")
    (replaced,) = [resource for resource in read.resource_changes if resource.happens]
    assert replaced.type == "aws_db_instance"
    assert replaced.action is Action.REPLACE
    assert replaced.action_reason == "replace_because_cannot_update"
    assert replaced.change.replace_paths == (("engine",),)
    assert read.terraform_version == "1.11.4"
    assert read.applyable is True


def test_a_move_and_an_import_happen_although_nothing_is_done_to_the_object() -> None:
    for name in ("moved", "imported"):
        (resource,) = [
            resource
            for resource in reading.read(FOLDER / f"{name}.json").resource_changes
            if resource.happens
        ]
        assert resource.action is Action.NOTHING
        assert resource.moved == (name == "moved")


def test_a_later_minor_version_with_more_in_it_is_read() -> None:
    extended = {**change("aws_x.y", "create", after={}), "news": {"of": "1.9"}}
    assert reading.parse(
        document(extended, format_version="1.9", more=[1]), source="plan.json"
    ).resource_changes


@pytest.mark.parametrize("version", ["2.0", "0.2", "1", "1.x", "", "10.2"])
def test_another_format_is_refused(version: str) -> None:
    problem = refusal(document(format_version=version))
    assert problem.allowed == "1.x"
    assert repr(version) in str(problem.given)


def test_a_plan_that_broke_off_is_refused() -> None:
    with pytest.raises(Problem, match="broke off while it planned"):
        reading.read(FOLDER / "errored.json")
    with pytest.raises(Problem, match="not complete"):
        reading.read(FOLDER / "incomplete.json")


def test_changes_that_are_put_off_make_a_plan_incomplete() -> None:
    deferred = [{"reason": "instance_count_unknown", "resource_change": change("aws_x.y", "create")}]
    assert "not complete" in refusal(document(deferred_changes=deferred)).what


def test_an_older_terraform_that_does_not_say_whether_a_plan_is_complete_is_believed() -> None:
    assert reading.parse(b'{"format_version": "1.0", "resource_changes": []}', source="plan.json")


@pytest.mark.parametrize("actions", [["open"], ["delete", "delete"], ["update", "delete"], []])
def test_an_action_that_is_not_known_is_refused(actions: list[str]) -> None:
    refusal(document(change("aws_x.y", *actions)))
    refusal(document(resource_drift=[change("aws_x.y", *actions)]))
    refusal(document(output_changes={"name": {"actions": actions}}))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not valid JSON; it ends too early"),
        (b"{", "not valid JSON; it ends too early"),
        (document(change("aws_x.y", "create"))[:-200], "not valid JSON; it ends too early"),
        (b"not JSON", "not valid JSON"),
        (b"[]", "not a plan"),
        (b"null", "not a plan"),
        (b"{}", "not a plan"),
        (b'{"format_version": 1}', "not a plan"),
        (b'{"format_version": "1.0", "values": {}}', "the JSON of something else"),
        (b"PK\x03\x04\x00\x00", "Terraform's own plan file"),
        (
            b'{"@level":"info","@message":"Terraform 1.11.4"}\n{"@level":"info"}',
            "log of terraform plan -json",
        ),
        (b'{"format_version": "1.2", "resource_changes": ' + b"[" * 100_000, "not valid JSON"),
        (b'{"format_version": "1.2", "resource_changes": [' + b"9" * 10_000 + b"]}", "not valid JSON"),
        (b"\xff\xfe{", "neither UTF-8 nor UTF-16"),
        (b'{"format_version": "1.2", "resource_changes": ["\xff"]}', "not valid JSON"),
    ],
)
def test_what_is_no_plan_gets_one_clear_message(data: bytes, says: str) -> None:
    assert says in refusal(data).what


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("resource_changes", {}),
        ("resource_changes", [{}]),
        ("resource_changes", [{**change("aws_x.y", "create"), "change": None}]),
        ("resource_changes", [{**change("aws_x.y", "create"), "mode": "wish"}]),
        ("resource_changes", [{**change("aws_x.y", "create"), "address": ""}]),
        ("resource_drift", 1),
        ("errored", "no"),
        ("complete", "yes"),
        ("output_changes", []),
    ],
)
def test_a_plan_with_something_wrong_in_it_says_where(place: str, value: Any) -> None:
    assert place in refusal(document(**{place: value})).what


def test_text_that_powershell_wrote_is_read() -> None:
    text = document(change("aws_x.ÿ", "create")).decode()
    for data in (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode()):
        (resource,) = reading.parse(data, source="plan.json").resource_changes
        assert resource.address == "aws_x.ÿ"


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problem, match="there is no such file"):
        reading.read(tmp_path / "absent.json")
    with pytest.raises(Problem, match="cannot be read"):
        reading.read(tmp_path)
    huge = tmp_path / "huge.json"
    huge.touch()
    os.truncate(huge, reading.LARGEST_FILE + 1)
    with pytest.raises(Problem, match="too large for a plan"):
        reading.read(huge)


@pytest.mark.parametrize(
    ("address", "without"),
    [
        ("aws_x.y", "aws_x.y"),
        ("aws_x.y[0]", "aws_x.y"),
        ('module.m["a"].aws_x.y["]["]', "module.m.aws_x.y"),
        (r'aws_x.y["a\"]"].z', "aws_x.y.z"),
    ],
)
def test_an_address_without_keys(address: str, without: str) -> None:
    assert without_keys(address) == without


def test_a_read_is_no_change() -> None:
    (resource,) = plan(change("aws_x.y", "read")).resource_changes
    assert not resource.happens
