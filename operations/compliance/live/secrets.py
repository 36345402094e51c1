"""Secrets Manager: entries, their rotation and policies; never a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.live.aws import NOT_SEEN, absent_as_none

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State

_GONE = "ResourceNotFoundException"
_AWS_KEY = "alias/aws/secretsmanager"
"""What encrypts an entry that names no key."""


def secret(aws: Aws, state: State) -> Arguments | None:
    """An entry."""
    found = _describe(aws, state["arn"])
    return found and {
        "name": found["Name"],
        "kms_key_id": found.get("KmsKeyId", _AWS_KEY),
        "recovery_window_in_days": NOT_SEEN,
    }


def rotation(aws: Aws, state: State) -> Arguments | None:
    """How an entry is rotated."""
    found = _describe(aws, state["secret_id"])
    if not found or not found.get("RotationEnabled"):
        return None
    rules = found.get("RotationRules", {})
    return {
        "secret_id": found["ARN"],
        "rotation_rules": {
            "automatically_after_days": rules.get("AutomaticallyAfterDays"),
            "schedule_expression": rules.get("ScheduleExpression"),
        },
    }


def policy(aws: Aws, state: State) -> Arguments | None:
    """The policy of an entry."""
    arn = state["secret_arn"]
    found = absent_as_none(lambda: aws.client("secretsmanager").get_resource_policy(SecretId=arn), _GONE)
    if not found or "ResourcePolicy" not in found:
        return None
    return {"secret_arn": arn, "policy": found["ResourcePolicy"], "block_public_policy": NOT_SEEN}


def _describe(aws: Aws, name: str) -> Arguments | None:
    found: Arguments | None = absent_as_none(
        lambda: aws.client("secretsmanager").describe_secret(SecretId=name), _GONE
    )
    return found


READERS: dict[str, Reader] = {
    "aws_secretsmanager_secret": secret,
    "aws_secretsmanager_secret_rotation": rotation,
    "aws_secretsmanager_secret_policy": policy,
}
