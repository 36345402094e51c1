"""The S3 bucket of the states: versioned, encrypted with one key, private, reachable through TLS only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code
from operations.state.ownership import NOT_OURS, TAG_KEY, TAG_VALUE, became

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import (
        LifecycleRuleTypeDef,
        PublicAccessBlockConfigurationTypeDef,
        ServerSideEncryptionByDefaultTypeDef,
        TagTypeDef,
    )

    from environments.backend import Backend

NONCURRENT_DAYS = 90
"""Days for which a replaced state can be brought back."""

NONCURRENT_KEPT = 10
"""Replaced states that are kept for longer than that."""

_NO_PUBLIC_ACCESS: PublicAccessBlockConfigurationTypeDef = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}

_LIFECYCLE: LifecycleRuleTypeDef = {
    "ID": "holdfast-replaced-states",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {
        "NoncurrentDays": NONCURRENT_DAYS,
        "NewerNoncurrentVersions": NONCURRENT_KEPT,
    },
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}

_ABSENT = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
}


_TAG: TagTypeDef = {"Key": TAG_KEY, "Value": TAG_VALUE}


def check(s3: S3Client, backend: Backend, key: str | None, *, account: str) -> None:
    """Make sure that the bucket can be created, or used; nothing is changed.

    Args:
        s3: client in the bucket's region.
        backend: names the bucket and its region.
        key: ARN of the KMS key for everything in it; None when it does not exist yet.
        account: id of the account that must own it: somebody may have taken the name, and let everybody in.

    Raises:
        Problem: the name is taken by someone else, the bucket is in another region, or it is not ours to correct.
    """
    if not exists(s3, backend, account) or is_ours(s3, backend.bucket) or _is_empty(s3, backend.bucket):
        return
    if lacks := lacking(s3, backend.bucket, key):
        raise Problem(
            f"the bucket {backend.bucket} has something in it and was {NOT_OURS}, so it is not changed",
            given=f"it lacks: {', '.join(lacks)}",
            allowed="a new name, an empty bucket, or one that has all of this",
            fix=f"name another bucket in backend.tf; or tag it {TAG_KEY}={TAG_VALUE} to let this command correct it",
        )


def ensure(s3: S3Client, backend: Backend, key: str, *, account: str) -> str:
    """Create the bucket, or correct the one that was created before.

    Args:
        s3: client in the bucket's region.
        backend: names the bucket and its region.
        key: ARN of the KMS key for everything in it.
        account: id of the account that must own it.

    Returns:
        What became of it.

    Raises:
        Problem: see `check`.
    """
    check(s3, backend, key, account=account)
    bucket = backend.bucket
    new = not exists(s3, backend, account)
    if new:
        _create(s3, backend)
    # An empty one without the tag is one that an earlier run created and did not come to mark.
    if not is_ours(s3, bucket):
        if not _is_empty(s3, bucket):
            return became([], ours=False)
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [*_tags(s3, bucket), _TAG]})
    corrections = []
    for name, look in _settings(s3, bucket, key):
        if (correct := look()) is not None:
            correct()
            corrections.append(name)
    return "created" if new else became(corrections)


def lacking(s3: S3Client, bucket: str, key: str | None) -> list[str]:
    """The settings of a bucket that are weaker than those that it would be created with.

    Args:
        s3: client in the bucket's region.
        bucket: its name.
        key: ARN of the KMS key for everything in it; None when there is no such key.
    """
    return [name for name, look in _settings(s3, bucket, key or "") if look() is not None]


def is_ours(s3: S3Client, bucket: str) -> bool:
    """Whether a bucket carries our tag."""
    return _TAG in _tags(s3, bucket)


def _tags(s3: S3Client, bucket: str) -> list[TagTypeDef]:
    return _found(lambda: s3.get_bucket_tagging(Bucket=bucket)["TagSet"]) or []


def _is_empty(s3: S3Client, bucket: str) -> bool:
    found = s3.list_object_versions(Bucket=bucket, MaxKeys=1)
    return not found.get("Versions") and not found.get("DeleteMarkers")


def exists(s3: S3Client, backend: Backend, account: str) -> bool:
    """Whether the bucket is there.

    Raises:
        Problem: it is another account's, or in another region.
    """
    try:
        answer = s3.head_bucket(Bucket=backend.bucket, ExpectedBucketOwner=account)
        found = answer.get("BucketRegion", backend.region)
    except ClientError as error:
        # An answer to HEAD has no body: its error code is the status.
        match error_code(error):
            case "404":
                return False
            case "403":
                raise _taken(backend) from None
            case "301":
                found = error.response["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", "")
            case _:
                raise
    if found != backend.region:
        raise Problem(
            f"the bucket {backend.bucket} is in another region",
            given=backend.region,
            allowed=found,
            fix="correct region in backend.tf, or name another bucket",
        )
    return True


def _create(s3: S3Client, backend: Backend) -> None:
    try:
        if backend.region == "us-east-1":  # the one region that must not be named
            s3.create_bucket(Bucket=backend.bucket)
        else:
            s3.create_bucket(
                Bucket=backend.bucket,
                CreateBucketConfiguration={"LocationConstraint": backend.region},  # type: ignore[typeddict-item]
            )
    except ClientError as error:
        if error_code(error) == "BucketAlreadyExists":
            raise _taken(backend) from None
        raise
    s3.get_waiter("bucket_exists").wait(Bucket=backend.bucket)


def _taken(backend: Backend) -> Problem:
    return Problem(
        "the bucket belongs to another account, or these credentials may not see it",
        given=backend.bucket,
        allowed="a name that nobody in AWS uses yet",
        fix="name another bucket in backend.tf",
    )


Correction = Callable[[], object]
"""Corrects one setting."""


def _settings(s3: S3Client, bucket: str, key: str) -> list[tuple[str, Callable[[], Correction | None]]]:
    """Every setting, with what looks at it and answers how to correct it, or None; the policy comes last."""
    return [
        ("versioning", lambda: _versioning(s3, bucket)),
        ("encryption", lambda: _encryption(s3, bucket, key)),
        ("public access block", lambda: _private(s3, bucket)),
        ("object ownership", lambda: _ownership(s3, bucket)),
        ("lifecycle", lambda: _lifecycle(s3, bucket)),
        ("TLS-only policy", lambda: _policy(s3, bucket)),
    ]


def _versioning(s3: S3Client, bucket: str) -> Correction | None:
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
        return None
    return lambda: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def _encryption(s3: S3Client, bucket: str, key: str) -> Correction | None:
    found = _found(
        lambda: s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    )
    wanted: ServerSideEncryptionByDefaultTypeDef = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    if any(
        rule.get("ApplyServerSideEncryptionByDefault") == wanted and rule.get("BucketKeyEnabled")
        for rule in found or ()
    ):
        return None
    return lambda: s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": wanted, "BucketKeyEnabled": True}]
        },
    )


def _private(s3: S3Client, bucket: str) -> Correction | None:
    found = _found(lambda: s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])
    if found == _NO_PUBLIC_ACCESS:
        return None
    return lambda: s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_NO_PUBLIC_ACCESS)


def _ownership(s3: S3Client, bucket: str) -> Correction | None:
    found = _found(lambda: s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"])
    if found == [{"ObjectOwnership": "BucketOwnerEnforced"}]:
        return None
    return lambda: s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )


def _lifecycle(s3: S3Client, bucket: str) -> Correction | None:
    """Other rules that someone added stay."""
    found = _found(lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]) or []
    ours = [rule for rule in found if rule.get("ID") == _LIFECYCLE["ID"]]
    # Of what AWS answers only the days are compared: emulations leave the number of kept versions out.
    days = ours[0].get("NoncurrentVersionExpiration", {}).get("NoncurrentDays") if ours else None
    if days == NONCURRENT_DAYS and ours[0]["Status"] == "Enabled":
        return None
    others: list[Any] = [rule for rule in found if rule.get("ID") != _LIFECYCLE["ID"]]
    return lambda: s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [*others, _LIFECYCLE]}
    )


def _policy(s3: S3Client, bucket: str) -> Correction | None:
    """Other statements that someone added stay."""
    arn = f"arn:{_partition(s3.meta.region_name)}:s3:::{bucket}"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    wanted = [
        {"Sid": "HoldfastDenyWithoutTls", **deny, "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Sid": "HoldfastDenyOldTls", **deny, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
    ]
    text = _found(lambda: s3.get_bucket_policy(Bucket=bucket)["Policy"])
    found: list[dict[str, Any]] = json.loads(text)["Statement"] if text else []
    if all(statement in found for statement in wanted):
        return None
    sids = {statement["Sid"] for statement in wanted}
    others = [statement for statement in found if statement.get("Sid") not in sids]
    policy = {"Version": "2012-10-17", "Statement": [*others, *wanted]}
    return lambda: s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def _partition(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rpartition("-")[0].rpartition("-")[0], "aws")


T = TypeVar("T")


def _found(read: Callable[[], T]) -> T | None:
    """What AWS has, or None when it answers that nothing is configured."""
    try:
        return read()
    except ClientError as error:
        if error_code(error) in _ABSENT:
            return None
        raise
