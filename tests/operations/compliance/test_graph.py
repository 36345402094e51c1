"""What a value is: written, not written, or not known."""

from __future__ import annotations

import pytest

from operations.compliance.graph import UNKNOWN, Graph, Resource


def resource(values: dict[str, object], **more: object) -> Resource:
    return Resource(address="aws_x.it", type="aws_x", values=values, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "path", "value"),
    [
        ({"a": True}, "a", True),
        ({"a": {"b": 1}}, "a.b", 1),
        ({"a": [{"b": 1}]}, "a.b", 1),
        ({}, "a.b", "default"),
        ({"a": None}, "a", "default"),
        ({"a": "${var.a}"}, "a", UNKNOWN),
        ({"a": "%{ if true }a%{ endif }"}, "a", UNKNOWN),
        ({"a": "$${not.computed}"}, "a", "$${not.computed}"),
        ({"a": [{"b": 1}, {"b": 2}]}, "a.b", UNKNOWN),
        ({"dynamic": {"a": {}}}, "a", UNKNOWN),
        (
            {"a": '{"Statement": [{"Resource": "${aws_y.it.arn}"}]}'},
            "a",
            '{"Statement": [{"Resource": "${aws_y.it.arn}"}]}',
        ),
        ({"a": "(sensitive)"}, "a", UNKNOWN),
    ],
)
def test_the_value_at_a_path(values: dict[str, object], path: str, value: object) -> None:
    assert resource(values).value(path, "default") == value


def test_what_is_known_only_after_apply_is_unknown() -> None:
    planned = resource({"a": None, "b": [{"c": None}]}, unknown={"a": True, "b": [{"c": True}]})
    assert planned.value("a") is UNKNOWN
    assert planned.value("b.c") is UNKNOWN
    assert planned.blocks("a") is UNKNOWN


@pytest.mark.parametrize(
    ("value", "refers", "is_set"),
    [
        ("key", False, True),
        ("", False, False),
        ([], False, False),
        (None, False, False),
        ("${aws_kms_key.k.arn}", True, True),
        ("${aws_kms_key.k.arn}", False, UNKNOWN),
        ("${var.on ? aws_kms_key.k.arn : null}", True, UNKNOWN),
        (["${aws_sns_topic.t.arn}"], True, True),
        (["${aws_sns_topic.gone.arn}"], False, UNKNOWN),
    ],
)
def test_a_reference_to_a_resource_that_is_there_is_something(
    value: object, refers: bool, is_set: object
) -> None:
    references = {"a": frozenset({"aws_kms_key.k"})} if refers else {}
    assert resource({"a": value}, references=references).is_set("a") is is_set


def test_references_are_followed_both_ways_and_through_instances() -> None:
    key = Resource(address='aws_kms_key.k["a"]', type="aws_kms_key", values={})
    group = Resource(
        address="aws_log.g", type="aws_log", values={}, references={"key": frozenset({"aws_kms_key.k"})}
    )
    graph = Graph([key, group], name="test")
    assert graph.referred(group, "key", "aws_kms_key") == [key]
    assert graph.referred(group, "key", "aws_other") == []
    assert graph.referring(key, "key", "aws_log") == [group]


def test_data_sources_are_asked_for() -> None:
    read = Resource(address="data.aws_x.it", type="aws_x", values={}, managed=False)
    graph = Graph([read], name="test")
    assert list(graph.all("aws_x")) == []
    assert list(graph.all("aws_x", managed=False)) == [read]
    assert graph.types() == frozenset()
