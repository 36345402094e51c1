"""Metrics by the CloudWatch embedded metric format: lines of the log that CloudWatch counts.

No call and no permission is needed. Source:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence

FAILED, SUCCEEDED, SECONDS = "RotationFailed", "RotationSucceeded", "RotationSeconds"

_ARN = re.compile(r"arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(?P<name>.+)-[A-Za-z0-9]{6}")


def secret_name(secret_id: str) -> str:
    """The secret's name, without the six characters that Secrets Manager adds to it in an ARN.

    Args:
        secret_id: ARN or name.
    """
    match = _ARN.fullmatch(secret_id)
    return match["name"] if match else secret_id


def step_failed(namespace: str, secret: str, *, step: str, failure: str, seconds: float) -> None:
    """Count a failure of a step, for the secret and for the kind of failure.

    Args:
        namespace: of the metrics.
        secret: its name.
        step: of the rotation.
        failure: its kind; there are about ten.
        seconds: that the step took.
    """
    _emit(
        namespace,
        {"Secret": secret, "Step": step, "Failure": failure},
        (FAILED, 1, "Count", (("Secret",), ("Secret", "Failure"))),
        (SECONDS, seconds, "Seconds", (("Secret", "Step"),)),
    )


def step_succeeded(namespace: str, secret: str, *, step: str, last: bool, seconds: float) -> None:
    """Measure a step, and count the rotation when it was the last one.

    Args:
        namespace: of the metrics.
        secret: its name.
        step: of the rotation.
        last: whether the new version is current now.
        seconds: that the step took.
    """
    succeeded = [(SUCCEEDED, 1, "Count", (("Secret",),))] if last else []
    _emit(
        namespace,
        {"Secret": secret, "Step": step},
        *succeeded,
        (SECONDS, seconds, "Seconds", (("Secret", "Step"),)),
    )


def _emit(
    namespace: str,
    properties: dict[str, str],
    *metrics: tuple[str, float, str, Sequence[Sequence[str]]],
) -> None:
    directives = [
        {
            "Namespace": namespace,
            "Dimensions": [list(names) for names in dimensions],
            "Metrics": [{"Name": name, "Unit": unit}],
        }
        for name, _, unit, dimensions in metrics
    ]
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": directives},
        **properties,
        **{name: value for name, value, _, _ in metrics},
    }
    # Apart from the log's lines, without a level: Lambda drops lines below the log level that is set for a function.
    print(json.dumps(line), flush=True)
