"""A synthesized stack becomes a graph; what is none is refused with one message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.compliance import configuration, reading


def test_references_are_those_to_what_is_there() -> None:
    graph = configuration.graph(
        {
            "resource": {
                "aws_kms_key": {"k": {}},
                "aws_log": {
                    "g": {
                        "key": "${aws_kms_key.k.arn}",
                        "names": ["${data.aws_caller_identity.me.account_id}:${var.x}", "${aws_gone.it.id}"],
                        "depends_on": ["aws_kms_key.k"],
                    }
                },
            },
            "data": {"aws_caller_identity": {"me": {}}},
        },
        name="test",
        source="cdk.tf.json",
    )
    (group,) = graph.all("aws_log")
    assert dict(group.references) == {
        "key": {"aws_kms_key.k"},
        "names": {"data.aws_caller_identity.me"},
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not valid JSON"),
        ("{", "is not valid JSON"),
        ("[]", "is no Terraform configuration"),
        ('{"format_version": "1.2"}', "is no Terraform configuration"),
        ('{"resource": {}}', "has no resources"),
        ('{"resource": []}', "does not hold types with names"),
        ('{"resource": {"aws_x": ["a"]}}', "does not hold types with names"),
        ('{"resource": {"aws_x": {"it": "text"}}}', "is no block"),
        ('{"module": {"m": {}}, "resource": {}}', "uses modules"),
        ("[" * 100_000, "is not valid JSON"),
    ],
)
def test_what_is_no_configuration_is_refused(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "cdk.tf.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=says):
        reading.stack(file, name="test")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="there is no such file"):
        reading.stack(tmp_path / "cdk.tf.json", name="test")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot be read"):
        reading.stack(tmp_path, name="test")


def test_a_stack_is_read(tmp_path: Path) -> None:
    file = tmp_path / "cdk.tf.json"
    file.write_text(json.dumps({"resource": {"aws_x": {"it": {"a": 1}}}}), encoding="utf-8")
    graph = reading.stack(file, name="test")
    assert [resource.address for resource in graph.resources] == ["aws_x.it"]
