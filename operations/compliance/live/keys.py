"""KMS keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.live.aws import NOT_SEEN, absent_as_none

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State


def key(aws: Aws, state: State) -> Arguments | None:
    """A key, its rotation and its policy."""
    kms, name = aws.client("kms"), state["arn"]
    found = absent_as_none(lambda: kms.describe_key(KeyId=name)["KeyMetadata"], "NotFoundException")
    if found is None or found["KeyState"] == "PendingDeletion":
        return None
    rotation = kms.get_key_rotation_status(KeyId=name)
    return {
        "customer_master_key_spec": found.get("KeySpec") or found.get("CustomerMasterKeySpec"),
        "enable_key_rotation": rotation["KeyRotationEnabled"],
        "rotation_period_in_days": rotation.get("RotationPeriodInDays"),
        "policy": kms.get_key_policy(KeyId=name, PolicyName="default")["Policy"],
        "deletion_window_in_days": NOT_SEEN,
    }


READERS: dict[str, Reader] = {"aws_kms_key": key}
