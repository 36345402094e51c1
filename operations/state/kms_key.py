"""The KMS key of the states: made when its alias does not exist, with rotation on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code
from operations.state.ownership import TAG_KEY, TAG_VALUE, became

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_ALIAS = "alias/"


def check(kms: KMSClient, key_id: str) -> str | None:
    """Find the key, and make sure that it can be used; nothing is changed.

    Args:
        kms: client in the key's region.
        key_id: ``alias/...`` or an ARN.

    Returns:
        Its ARN, or None when it will be created.

    Raises:
        Problem: it is disabled or will be deleted, or an ARN names no key.
    """
    try:
        found = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    except ClientError as error:
        if error_code(error) != "NotFoundException":
            raise
        if not key_id.startswith(_ALIAS):
            raise Problem(
                "the KMS key does not exist", given=key_id, fix="name a key that exists, or an alias"
            ) from None
        return None
    if found.get("KeyState") != "Enabled":
        raise Problem(
            "the KMS key cannot be used",
            given=f"{key_id} is {found.get('KeyState')}",
            allowed="an enabled key",
            fix="aws kms cancel-key-deletion and enable-key, or another alias in backend.tf",
        )
    return found["Arn"]


def ensure(kms: KMSClient, key_id: str) -> tuple[str, str]:
    """Create the key, or correct the one that was created before.

    Returns:
        Its ARN, and what became of it.

    Raises:
        Problem: see `check`.
    """
    arn = check(kms, key_id)
    if arn is None:
        return _create(kms, key_id), "created"
    ours = is_ours(kms, arn)
    corrections = []
    if ours and not kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]:
        kms.enable_key_rotation(KeyId=arn)
        corrections.append("rotation")
    return arn, became(corrections, ours=ours)


def is_ours(kms: KMSClient, key: str) -> bool:
    """Whether a key carries our tag."""
    return {"TagKey": TAG_KEY, "TagValue": TAG_VALUE} in kms.list_resource_tags(KeyId=key).get("Tags", [])


def _create(kms: KMSClient, alias: str) -> str:
    arn = _unfinished(kms)
    if arn is None:
        arn = kms.create_key(
            Description="Terraform states of Holdfast", Tags=[{"TagKey": TAG_KEY, "TagValue": TAG_VALUE}]
        )["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=arn)
    kms.create_alias(AliasName=alias, TargetKeyId=arn)
    return arn


def _unfinished(kms: KMSClient) -> str | None:
    """The key of a run that broke off before it gave it its alias; otherwise every such run would leave one."""
    named = {
        alias.get("TargetKeyId")
        for page in kms.get_paginator("list_aliases").paginate()
        for alias in page["Aliases"]
    }
    for page in kms.get_paginator("list_keys").paginate():
        for key in page["Keys"]:
            if key["KeyId"] not in named and _is_usable_and_ours(kms, key["KeyId"]):
                return key["KeyArn"]
    return None


def _is_usable_and_ours(kms: KMSClient, key: str) -> bool:
    try:
        return is_ours(kms, key) and kms.describe_key(KeyId=key)["KeyMetadata"].get("KeyState") == "Enabled"
    except ClientError as error:
        if error_code(error) == "AccessDeniedException":  # a key whose policy leaves these credentials out
            return False
        raise
