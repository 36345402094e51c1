"""The function that tells CloudWatch how long ago secrets were rotated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.secretsmanager.models import secretsmanager_backends

from functions.rotation_age.handler import LookupFailedError, days_since_rotation, handler

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

REGION = "eu-central-2"


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManagerClient]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("METRIC_NAMESPACE", "Holdfast/Rotation")
    with mock_aws():
        yield boto3.client("secretsmanager", region_name=REGION)


def _secret(client: SecretsManagerClient, name: str, *, rotated_days_ago: int | None = None) -> str:
    arn = client.create_secret(Name=name, SecretString="hidden")["ARN"]
    if rotated_days_ago is not None:
        stored: Any = secretsmanager_backends[DEFAULT_ACCOUNT_ID][REGION].secrets[name]
        stored.rotation_requested = True
        stored.last_rotation_date = (datetime.now(UTC) - timedelta(days=rotated_days_ago)).timestamp()
    return arn


def test_each_secret_gets_its_metric(
    client: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arns = [_secret(client, "one", rotated_days_ago=3), _secret(client, "two", rotated_days_ago=40)]
    monkeypatch.setenv("SECRET_ARNS", json.dumps(arns))
    handler({}, None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["Secret"]: round(line["DaysSinceRotation"]) for line in lines} == {"one": 3, "two": 40}
    (declared,) = lines[0]["_aws"]["CloudWatchMetrics"]
    assert declared == {
        "Namespace": "Holdfast/Rotation",
        "Dimensions": [["Secret"]],
        "Metrics": [{"Name": "DaysSinceRotation", "Unit": "None"}],
    }


def test_a_secret_that_was_never_rotated_counts_from_its_creation(client: SecretsManagerClient) -> None:
    arn = _secret(client, "new")
    name, days = days_since_rotation(client, arn, datetime.now(UTC) + timedelta(days=5))
    assert (name, round(days)) == ("new", 5)


def test_one_that_cannot_be_looked_up_does_not_hide_the_others(
    client: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = f"arn:aws:secretsmanager:{REGION}:{DEFAULT_ACCOUNT_ID}:secret:gone-abcdef"
    monkeypatch.setenv("SECRET_ARNS", json.dumps([gone, _secret(client, "there")]))
    with pytest.raises(LookupFailedError, match=r"secret:gone-abcdef: .*ResourceNotFound"):
        handler({}, None)
    assert json.loads(capsys.readouterr().out)["Secret"] == "there"
