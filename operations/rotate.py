"""``holdfast rotate``: a rotation by Secrets Manager, started and followed to its end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations import console
from operations.aws import error_code, explained, session
from operations.failure import Failed
from operations.phases import duration
from operations.rotation_log import Line, RotationLog, log_group

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef

INTERVAL = 1.0
"""Seconds between two looks."""

QUIET_SECONDS = 30.0
"""How long nothing may happen after a failure until it counts as the end. Secrets Manager tries again several times, and
does not say when it gives up."""

DEFAULT_TIMEOUT = 300
_IN_PROGRESS = "previous rotation"
_NOT_INVOKED = "cannot invoke the specified Lambda function"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """A rotation that is under way.

    Attributes:
        name: of the secret.
        region: of the secret.
        function: ARN of the function.
        version: id of the version that becomes current.
        since: when it began, by the clock of AWS.
        joined: whether it was under way before.
    """

    name: str
    region: str
    function: str
    version: str
    since: datetime
    joined: bool


def begin(secret: str, region: str) -> Begun:
    """Start a rotation, or join the one that is under way.

    Args:
        secret: name or ARN.
        region: where it is.

    Raises:
        Problem: there is no such secret, or it has no rotation.
        Failed: Secrets Manager refuses to rotate it.
    """
    client = session(region).client("secretsmanager")
    described = _described(client, secret, region)
    with explained():
        try:
            answer: Any = client.rotate_secret(SecretId=described["ARN"])
        except client.exceptions.InvalidRequestException as error:
            if _IN_PROGRESS not in str(error):
                raise
            answer = error.response
        except ClientError as error:
            if _NOT_INVOKED in str(error):
                raise Failed(
                    f"Secrets Manager may not call the function of {described['Name']}: {error}"
                ) from error
            raise
        joined = "VersionId" not in answer
        version = _pending(client, described["ARN"]) if joined else str(answer["VersionId"])
    return Begun(
        name=described["Name"],
        region=region,
        function=described["RotationLambdaARN"],
        version=version,
        since=_clock(answer),
        joined=joined,
    )


def follow(
    begun: Begun,
    *,
    timeout: float,
    show: Callable[[str], None] = console.line,
    quiet: float = QUIET_SECONDS,
) -> None:
    """Wait until the new version is current, and tell what happens meanwhile.

    Args:
        begun: from `begin`.
        timeout: seconds to wait at most.
        show: prints a line.
        quiet: seconds without anything new after a failure that count as the end.

    Raises:
        Failed: it failed, was given up, or takes too long; with the function's own words.
    """
    aws = session(begun.region)
    client = aws.client("secretsmanager")
    log = RotationLog(
        aws.client("logs"),
        log_group(aws.client("lambda"), begun.function),
        version=begun.version,
        since=begun.since,
    )
    started = heard = time.monotonic()
    failed: Line | None = None
    while True:
        # The labels first: what the function wrote before it moved them is then in the log.
        with explained():
            labels = client.describe_secret(SecretId=begun.name).get("VersionIdsToStages", {})
        for line in log.new_lines():
            heard = time.monotonic()
            show(_told(line))
            failed = line if line.failure else failed
        now = time.monotonic()
        if "AWSCURRENT" in labels.get(begun.version, []):
            show(f"  AWSCURRENT has moved to {begun.version} ({duration(now - started)})")
            return
        if "AWSPENDING" not in labels.get(begun.version, []):
            raise _failure(begun, "was given up", failed, log)
        if failed and now - heard > quiet:
            raise _failure(begun, "failed", failed, log)
        if now - started > timeout:
            raise _failure(begun, f"is not over after {duration(timeout)}", failed, log)
        time.sleep(INTERVAL)


def _described(client: SecretsManagerClient, secret: str, region: str) -> DescribeSecretResponseTypeDef:
    with explained():
        try:
            found = client.describe_secret(SecretId=secret)
        except ClientError as error:
            if error_code(error) in {"ResourceNotFoundException", "ValidationException"}:
                raise Problem(
                    f"there is no such secret in {region}",
                    given=secret,
                    fix=f"aws secretsmanager list-secrets --region {region}",
                ) from error
            raise
    if found.get("DeletedDate") is not None:
        raise Problem("this secret is marked for deletion", given=f"{secret}, on {found['DeletedDate']}")
    if not found.get("RotationLambdaARN"):
        raise Problem(
            "this secret has no rotation function",
            given=secret,
            allowed="a secret with a rotation that is configured",
            fix="deploy the system: that configures it",
        )
    return found


def _pending(client: SecretsManagerClient, arn: str) -> str:
    labels = client.describe_secret(SecretId=arn).get("VersionIdsToStages", {})
    # It may have ended between the two calls: then the current version is the one.
    for label in ("AWSPENDING", "AWSCURRENT"):
        for version, stages in labels.items():
            if label in stages:
                return version
    raise Failed(f"{arn} has no version with a label")


def _clock(answer: Any) -> datetime:  # noqa: ANN401 - any answer of boto3
    """When AWS answered, by its own clock: it stamps the log too."""
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return parsedate_to_datetime(date) if date else datetime.now(UTC)


def _told(line: Line) -> str:
    what = f"{line.failure}: {line.text}" if line.failure else line.text
    return f"  {line.step or 'Lambda':<13} {what}"


def _failure(begun: Begun, what: str, failed: Line | None, log: RotationLog) -> Failed:
    parts = [f"the rotation of {begun.name} {what}"]
    if failed is not None:
        parts.append(f"{failed.step or 'Lambda'}: {failed.failure}: {failed.text}")
    elif log.unreadable:
        parts.append(f"its log cannot be read: {log.unreadable}")
    else:
        parts.append("the function's log says nothing about it")
    parts.append("Clients keep using AWSCURRENT. Secrets Manager may try again; so does `holdfast rotate`.")
    return Failed("\n".join(parts))
