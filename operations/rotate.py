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

LAST_STEP = "finishSecret"
INTERVAL = 1.0
"""Seconds between two looks."""

QUIET_SECONDS = 30.0
"""How long nothing may happen after a failure until it counts as the end. Secrets Manager tries again several times, and
does not say when it gives up."""

LOG_SECONDS = 5.0
"""How long the last lines of the log are waited for; CloudWatch takes a moment to show them."""

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
    watch = _Watch(begun, show)
    started = time.monotonic()
    while True:
        watch.look()
        waited = time.monotonic() - started
        if "AWSCURRENT" in watch.labels:
            watch.wait_for_log(lambda: watch.finished)
            show(f"  AWSCURRENT has moved to {begun.version} ({duration(waited)})")
            return
        if "AWSPENDING" not in watch.labels:
            watch.wait_for_log(lambda: watch.failed is not None)
            raise watch.failure("was given up")
        if watch.failed and watch.silence > quiet:
            raise watch.failure("failed")
        if waited > timeout:
            raise watch.failure(f"is not over after {duration(timeout)}")
        time.sleep(INTERVAL)


class _Watch:
    """What is known of a rotation that is followed.

    Attributes:
        labels: of the version that is to become current.
        failed: the last failure.
        finished: whether the log has told of the last step.
    """

    def __init__(self, begun: Begun, show: Callable[[str], None]) -> None:
        aws = session(begun.region)
        self._begun = begun
        self._show = show
        self._client = aws.client("secretsmanager")
        self._log = RotationLog(
            aws.client("logs"),
            log_group(aws.client("lambda"), begun.function),
            version=begun.version,
            since=begun.since,
        )
        self._heard = time.monotonic()
        self.finished = False
        self.labels: list[str] = []
        self.failed: Line | None = None

    @property
    def silence(self) -> float:
        """Seconds since the log had something new."""
        return time.monotonic() - self._heard

    def look(self) -> None:
        """Ask for the labels, and print what is new in the log."""
        # The labels first: what the function wrote before it moved them is then in the log.
        with explained():
            described = self._client.describe_secret(SecretId=self._begun.name)
        self.labels = described.get("VersionIdsToStages", {}).get(self._begun.version, [])
        for line in self._log.new_lines():
            self._heard = time.monotonic()
            self._show(_told(line))
            self.failed = line if line.failure else self.failed
            self.finished = self.finished or (line.step == LAST_STEP and not line.failure)

    def wait_for_log(self, complete: Callable[[], bool]) -> None:
        """Give CloudWatch the moment that it takes to show the log's last lines."""
        deadline = time.monotonic() + LOG_SECONDS
        while not complete() and not self._log.unreadable and time.monotonic() < deadline:
            time.sleep(INTERVAL)
            self.look()

    def failure(self, what: str) -> Failed:
        """The error that says what happened, and why."""
        parts = [f"the rotation of {self._begun.name} {what}"]
        if self.failed is not None:
            parts.append(f"{self.failed.step or 'Lambda'}: {self.failed.failure}: {self.failed.text}")
        elif self._log.unreadable:
            parts.append(f"its log cannot be read: {self._log.unreadable}")
        else:
            parts.append("the function's log says nothing about it")
        parts.append(
            "Clients keep using AWSCURRENT. Secrets Manager may try again; so does `holdfast rotate`."
        )
        return Failed("\n".join(parts))


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
