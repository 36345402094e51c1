"""The Lambda function that tells CloudWatch how long ago secrets were rotated. It cannot read them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

METRIC = "DaysSinceRotation"
_DAY = 86400


class LookupFailedError(Exception):
    """Secrets Manager did not say when some of the secrets were rotated."""


def handler(event: Mapping[str, object], context: object) -> None:  # noqa: ARG001 - Lambda's signature
    """Look each secret up, and write the metric of each that was found.

    Args:
        event: of the schedule; not used.
        context: Lambda's context; not used.

    Raises:
        LookupFailedError: some could not be looked up; all others were.
    """
    namespace = os.environ.get("METRIC_NAMESPACE") or "Holdfast/Rotation"
    client = _client()
    failures = []
    for arn in json.loads(os.environ["SECRET_ARNS"]):
        try:
            name, days = days_since_rotation(client, arn, datetime.now(UTC))
        except (BotoCoreError, ClientError) as error:
            failures.append(f"{arn}: {error}")
        else:
            print(metric(namespace, name, days), flush=True)
    if failures:
        raise LookupFailedError("; ".join(failures))


def days_since_rotation(client: SecretsManagerClient, arn: str, now: datetime) -> tuple[str, float]:
    """Return the name of a secret, and the days since it was rotated.

    A secret that was never rotated, or whose rotation is turned off, counts from the day on which it was made.
    """
    secret = client.describe_secret(SecretId=arn)
    since = secret.get("LastRotatedDate") or secret["CreatedDate"]
    return secret["Name"], (now - since).total_seconds() / _DAY


def metric(namespace: str, name: str, days: float) -> str:
    """Return a line of the log that CloudWatch makes a metric of.

    Source: CloudWatch user guide, "Embedded metric format specification", 2026-11.
    """
    return json.dumps(
        {
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": namespace,
                        "Dimensions": [["Secret"]],
                        "Metrics": [{"Name": METRIC, "Unit": "None"}],
                    }
                ],
            },
            "Secret": name,
            METRIC: round(days, 3),
        }
    )


def _client() -> SecretsManagerClient:
    limits = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return boto3.client("secretsmanager", config=limits)
