"""S3 buckets, and what is configured beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operations.compliance.live.aws import NOT_SEEN, absent_as_none, first

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State

_GONE = (
    "404",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ObjectLockConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "ReplicationConfigurationNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
)
_TARGETS = (
    ("topic", "TopicConfigurations", "topic_arn", "TopicArn"),
    ("queue", "QueueConfigurations", "queue_arn", "QueueArn"),
    ("lambda_function", "LambdaFunctionConfigurations", "lambda_function_arn", "LambdaFunctionArn"),
)


def bucket(aws: Aws, state: State) -> Arguments | None:
    """A bucket."""
    found = absent_as_none(lambda: aws.client("s3").head_bucket(Bucket=state["bucket"]), *_GONE)
    return {"bucket": state["bucket"], "force_destroy": NOT_SEEN} if found else None


def versioning(aws: Aws, state: State) -> Arguments | None:
    """Whether versions are kept."""
    found = _get(aws, state, "get_bucket_versioning")
    return found and {
        "bucket": state["bucket"],
        "versioning_configuration": {
            "status": found.get("Status", "Suspended"),
            "mfa_delete": found.get("MFADelete"),
        },
    }


def encryption(aws: Aws, state: State) -> Arguments | None:
    """How objects are encrypted."""
    found = _get(aws, state, "get_bucket_encryption")
    rule = found and first(found["ServerSideEncryptionConfiguration"]["Rules"])
    return rule and {
        "bucket": state["bucket"],
        "rule": {
            "apply_server_side_encryption_by_default": {
                "sse_algorithm": rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
                "kms_master_key_id": rule["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID"),
            }
        },
    }


def public_access_block(aws: Aws, state: State) -> Arguments | None:
    """What public access is blocked."""
    found = _get(aws, state, "get_public_access_block")
    block = found and found["PublicAccessBlockConfiguration"]
    return block and {
        "bucket": state["bucket"],
        "block_public_acls": block["BlockPublicAcls"],
        "block_public_policy": block["BlockPublicPolicy"],
        "ignore_public_acls": block["IgnorePublicAcls"],
        "restrict_public_buckets": block["RestrictPublicBuckets"],
    }


def logging(aws: Aws, state: State) -> Arguments | None:
    """Where requests are logged."""
    found = _get(aws, state, "get_bucket_logging")
    enabled = found and found.get("LoggingEnabled")
    return {"bucket": state["bucket"], "target_bucket": enabled["TargetBucket"]} if enabled else None


def lifecycle(aws: Aws, state: State) -> Arguments | None:
    """When objects move or expire."""
    return _rules(state, _get(aws, state, "get_bucket_lifecycle_configuration"))


def replication(aws: Aws, state: State) -> Arguments | None:
    """Where objects are copied."""
    found = _get(aws, state, "get_bucket_replication")
    return _rules(state, found and found["ReplicationConfiguration"])


def object_lock(aws: Aws, state: State) -> Arguments | None:
    """Whether objects can be deleted."""
    found = _get(aws, state, "get_object_lock_configuration")
    return found and {
        "bucket": state["bucket"],
        "object_lock_enabled": found["ObjectLockConfiguration"].get("ObjectLockEnabled"),
    }


def ownership(aws: Aws, state: State) -> Arguments | None:
    """Who owns objects."""
    found = _get(aws, state, "get_bucket_ownership_controls")
    rule = found and first(found["OwnershipControls"]["Rules"])
    return rule and {"bucket": state["bucket"], "rule": {"object_ownership": rule["ObjectOwnership"]}}


def notification(aws: Aws, state: State) -> Arguments | None:
    """Who hears of what happens to objects."""
    found = _get(aws, state, "get_bucket_notification_configuration") or {}
    told = {
        ours: [{"events": one["Events"], argument: one[target]} for one in found.get(theirs, ())]
        for ours, theirs, argument, target in _TARGETS
    }
    bus = "EventBridgeConfiguration" in found
    return {"bucket": state["bucket"], "eventbridge": bus, **told} if bus or any(told.values()) else None


def policy(aws: Aws, state: State) -> Arguments | None:
    """The policy of a bucket."""
    found = _get(aws, state, "get_bucket_policy")
    return found and {"bucket": state["bucket"], "policy": found["Policy"]}


def _get(aws: Aws, state: State, call: str) -> Any:  # noqa: ANN401 - boto3's answers are not typed
    return absent_as_none(lambda: getattr(aws.client("s3"), call)(Bucket=state["bucket"]), *_GONE)


def _rules(state: State, found: Any) -> Arguments | None:  # noqa: ANN401 - boto3's answers are not typed
    if not found:
        return None
    return {"bucket": state["bucket"], "rule": [{"status": rule["Status"]} for rule in found["Rules"]]}


READERS: dict[str, Reader] = {
    "aws_s3_bucket": bucket,
    "aws_s3_bucket_lifecycle_configuration": lifecycle,
    "aws_s3_bucket_logging": logging,
    "aws_s3_bucket_notification": notification,
    "aws_s3_bucket_object_lock_configuration": object_lock,
    "aws_s3_bucket_ownership_controls": ownership,
    "aws_s3_bucket_policy": policy,
    "aws_s3_bucket_public_access_block": public_access_block,
    "aws_s3_bucket_replication_configuration": replication,
    "aws_s3_bucket_server_side_encryption_configuration": encryption,
    "aws_s3_bucket_versioning": versioning,
}
