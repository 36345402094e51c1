"""What becomes of each attribute."""

from __future__ import annotations

import json
from typing import Any

import pytest

from operations.plans.differences import Difference, differences, path_text
from operations.plans.secrecy import REDACTED, Secrecy
from tests.operations.plans.building import change, plan


def found(before: Any, after: Any, **more: Any) -> list[tuple[str, Any, Any]]:
    """Each difference of an update: path, before, after; "?" for what is not known yet."""
    return [
        (path_text(difference.path), difference.before, "?" if difference.unknown else difference.after)
        for difference in raw(before, after, **more)
    ]


def raw(before: Any, after: Any, **more: Any) -> list[Difference]:
    made = plan(change("aws_x.y", "update", before=before, after=after, **more))
    resource = made.resource_changes[0].change
    return differences(resource, Secrecy(made).shown(resource))


def test_attributes_are_compared_by_name() -> None:
    before = {"same": 1, "number": 1, "gone": "x", "block": {"a": True, "b": 2}, "nothing": None}
    after = {"same": 1, "number": 2, "new": False, "block": {"a": False, "b": 2}, "nothing": []}
    assert found(before, after) == [
        ("block.a", True, False),
        ("gone", "x", None),
        ("new", None, False),
        ("number", 1, 2),
    ]


def test_what_is_known_only_after_apply_is_a_difference() -> None:
    assert found({"a": 1, "b": {"c": 2}}, {"b": {}}, unknown={"a": True, "b": {"c": True}, "d": True}) == [
        ("a", 1, "?"),
        ("b.c", 2, "?"),
        ("d", None, "?"),
    ]


def test_the_order_of_a_list_is_no_difference() -> None:
    assert found({"a": [1, 2, 3]}, {"a": [3, 1, 2]}) == []


def test_elements_that_go_and_come_are_told() -> None:
    assert found({"a": ["x", "y"]}, {"a": ["y", "z", "w"]}) == [
        ("a[0]", "x", None),
        ("a[1]", None, "z"),
        ("a[2]", None, "w"),
    ]
    assert found({"a": None}, {"a": ["z"]}) == [("a[0]", None, "z")]


def test_elements_belong_together_by_their_name() -> None:
    before = {"parameter": [{"name": "a.b", "value": "1"}, {"name": "c", "value": "2"}]}
    after = {"parameter": [{"name": "c", "value": "3"}, {"name": "a.b", "value": "1"}]}
    assert found(before, after) == [("parameter.c.value", "2", "3")]
    twice = {"parameter": [{"name": "c", "value": "1"}, {"name": "c", "value": "2"}]}
    assert len(found(twice, {"parameter": [{"name": "c", "value": "3"}]})) == 3


def test_elements_belong_together_by_their_place_when_as_many_are_there() -> None:
    assert found({"rule": [{"days": 35, "x": 1}]}, {"rule": [{"days": 7, "x": 1}]}) == [
        ("rule[0].days", 35, 7)
    ]


def test_an_element_with_something_unknown_is_a_difference() -> None:
    before = {"rule": [{"arn": "a"}], "ids": ["i"]}
    after = {"rule": [{}], "ids": [None]}
    unknown = {"rule": [{"arn": True}], "ids": [True]}
    assert found(before, after, unknown=unknown) == [("ids[0]", "i", "?"), ("rule[0].arn", "a", "?")]
    assert found({"ids": []}, {"ids": [None]}, unknown={"ids": [True]}) == [("ids[0]", None, "?")]


def test_documents_in_strings_are_compared_inside() -> None:
    before = {"policy": json.dumps({"Statement": [{"Sid": "Read", "Action": "s3:Get*"}]})}
    after = {"policy": json.dumps({"Statement": [{"Sid": "Read", "Action": "s3:*"}]})}
    assert found(before, after) == [("policy.Statement.Read.Action", "s3:Get*", "s3:*")]


def test_a_document_that_becomes_plain_text_is_one_difference() -> None:
    assert found({"p": '{"a": 1}'}, {"p": "none"}) == [("p", '{"a": 1}', "none")]


def test_secrets_are_compared_and_not_shown() -> None:
    before = {"password": "first-secret", "same_token": "t", "d": json.dumps({"api_key": "1", "b": 1})}
    after = {"password": "second-secret", "same_token": "t", "d": json.dumps({"api_key": "2", "b": 1})}
    assert found(before, after) == [("d.api_key", REDACTED, REDACTED), ("password", REDACTED, REDACTED)]
    assert all(difference.secret for difference in raw(before, after))


def test_a_created_and_a_deleted_object_show_what_is_set() -> None:
    assert found(None, {"a": 1, "b": None, "c": ""}) == [("a", None, 1)]
    assert found({"a": 1, "b": None}, None) == [("a", 1, None)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a",), "a"),
        (("rule", 0, "lifecycle"), "rule[0].lifecycle"),
        (("tags", "a b"), 'tags["a b"]'),
        (("parameter", "rds.force_ssl", "value"), 'parameter["rds.force_ssl"].value'),
    ],
)
def test_a_path_as_text(path: tuple[str | int, ...], text: str) -> None:
    assert path_text(path) == text
