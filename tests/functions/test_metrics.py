"""Metrics in CloudWatch's embedded format."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from functions.rotation import metrics

NAMESPACE = "Holdfast/Rotation"


def emitted(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    [line] = capsys.readouterr().out.splitlines()
    return dict(json.loads(line))


def counted(document: dict[str, Any]) -> dict[str, list[list[str]]]:
    """Each metric of a document with its sets of dimensions; and that the document is what CloudWatch accepts."""
    assert time.time() * 1000 - document["_aws"]["Timestamp"] < 60_000
    found: dict[str, list[list[str]]] = {}
    for directive in document["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == NAMESPACE
        for metric in directive["Metrics"]:
            assert isinstance(document[metric["Name"]], int | float)
            found.setdefault(metric["Name"], []).extend(directive["Dimensions"])
        for names in directive["Dimensions"]:
            assert all(isinstance(document[name], str) and document[name] for name in names)
    return found


def test_a_failure_counts_for_the_secret_and_for_its_cause(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.step_failed(NAMESPACE, "dr-db", step="setSecret", failure="network", seconds=1.5)
    document = emitted(capsys)
    assert counted(document) == {
        "RotationFailed": [["Secret"], ["Secret", "Failure"]],
        "RotationSeconds": [["Secret", "Step"]],
    }
    assert (document["Secret"], document["Failure"], document["RotationFailed"]) == ("dr-db", "network", 1)
    assert document["RotationSeconds"] == 1.5


def test_the_last_step_counts_a_rotation(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.step_succeeded(NAMESPACE, "dr-db", step="finishSecret", last=True, seconds=0.1)
    document = emitted(capsys)
    assert counted(document)["RotationSucceeded"] == [["Secret"]]
    assert document["RotationSucceeded"] == 1


def test_another_step_is_only_measured(capsys: pytest.CaptureFixture[str]) -> None:
    metrics.step_succeeded(NAMESPACE, "dr-db", step="setSecret", last=False, seconds=0.1)
    assert counted(emitted(capsys)) == {"RotationSeconds": [["Secret", "Step"]]}


@pytest.mark.parametrize(
    ("secret", "name"),
    [
        (
            "arn:aws:secretsmanager:eu-central-2:123456789012:secret:dr-db-credentials-dev-AbC123",
            "dr-db-credentials-dev",
        ),
        ("arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:team/db-aaaaaa", "team/db"),
        ("dr-db-credentials", "dr-db-credentials"),
    ],
)
def test_a_secret_is_called_by_its_name(secret: str, name: str) -> None:
    assert metrics.secret_name(secret) == name
