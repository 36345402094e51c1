"""The S3 bucket of the states: versioned, encrypted with one key, private, reachable through TLS only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import LifecycleRuleTypeDef, PublicAccessBlockConfigurationTypeDef

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
    "OwnershipControlsNotFoundError",
    "ServerSideEncryptionConfigurationNotFoundError",
}


def ensure(s3: S3Client, backend: Backend, key: str, *, tag: tuple[str, str]) -> str:
    """Create the bucket, or correct where the one that exists is weaker.

    Args:
        s3: client in the bucket's region.
        backend: names the bucket and its region.
        key: ARN of the KMS key for everything in it.
        tag: name and value of the tag that a new bucket gets.

    Returns:
        What became of it.

    Raises:
        Problem: the name is taken by someone else, or the bucket is in another region.
    """
    new = not _exists(s3, backend)
    if new:
        _create(s3, backend, tag)
    corrections = [name for name, correct in _settings(s3, backend.bucket, key) if correct()]
    if new:
        return "created"
    return f"corrected: {', '.join(corrections)}" if corrections else "already there"


def _exists(s3: S3Client, backend: Backend) -> bool:
    try:
        found = s3.head_bucket(Bucket=backend.bucket).get("BucketRegion", backend.region)
    except ClientError as error:
        code = str(error.response["ResponseMetadata"]["HTTPStatusCode"])
        headers = error.response["ResponseMetadata"]["HTTPHeaders"]
        if code == "404":
            return False
        if code == "403":
            raise _taken(backend) from None
        found = headers.get("x-amz-bucket-region", "")
        if code != "301":
            raise
    if found != backend.region:
        raise Problem(
            f"the bucket {backend.bucket} is in another region",
            given=backend.region,
            allowed=found,
            fix="correct region in backend.tf, or name another bucket",
        )
    return True


def _create(s3: S3Client, backend: Backend, tag: tuple[str, str]) -> None:
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
    s3.put_bucket_tagging(Bucket=backend.bucket, Tagging={"TagSet": [{"Key": tag[0], "Value": tag[1]}]})


def _taken(backend: Backend) -> Problem:
    return Problem(
        "the bucket belongs to another account, or these credentials may not see it",
        given=backend.bucket,
        allowed="a name that nobody in AWS uses yet",
        fix="name another bucket in backend.tf",
    )


def _settings(s3: S3Client, bucket: str, key: str) -> list[tuple[str, Callable[[], bool]]]:
    """Every setting, with what corrects it and says whether that was needed; the policy comes last."""
    return [
        ("versioning", lambda: _versioning(s3, bucket)),
        ("encryption", lambda: _encryption(s3, bucket, key)),
        ("public access block", lambda: _private(s3, bucket)),
        ("object ownership", lambda: _ownership(s3, bucket)),
        ("lifecycle", lambda: _lifecycle(s3, bucket)),
        ("TLS-only policy", lambda: _policy(s3, bucket)),
    ]


def _versioning(s3: S3Client, bucket: str) -> bool:
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
        return False
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    return True


def _encryption(s3: S3Client, bucket: str, key: str) -> bool:
    found = _found(
        lambda: s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    )
    wanted = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    if any(
        rule.get("ApplyServerSideEncryptionByDefault") == wanted and rule.get("BucketKeyEnabled")
        for rule in found or ()
    ):
        return False
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    return True


def _private(s3: S3Client, bucket: str) -> bool:
    if (
        _found(lambda: s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"])
        == _NO_PUBLIC_ACCESS
    ):
        return False
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=_NO_PUBLIC_ACCESS)
    return True


def _ownership(s3: S3Client, bucket: str) -> bool:
    found = _found(lambda: s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"])
    if found == [{"ObjectOwnership": "BucketOwnerEnforced"}]:
        return False
    s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    return True


def _lifecycle(s3: S3Client, bucket: str) -> bool:
    """Other rules that someone added stay."""
    found = _found(lambda: s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]) or []
    ours = [rule for rule in found if rule.get("ID") == _LIFECYCLE["ID"]]
    # Of what AWS answers only the days are compared: emulations leave the number of kept versions out.
    days = ours[0].get("NoncurrentVersionExpiration", {}).get("NoncurrentDays") if ours else None
    if days == NONCURRENT_DAYS and ours[0]["Status"] == "Enabled":
        return False
    others: list[Any] = [rule for rule in found if rule.get("ID") != _LIFECYCLE["ID"]]
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": [*others, _LIFECYCLE]}
    )
    return True


def _policy(s3: S3Client, bucket: str) -> bool:
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
        return False
    sids = {statement["Sid"] for statement in wanted}
    others = [statement for statement in found if statement.get("Sid") not in sids]
    policy = {"Version": "2012-10-17", "Statement": [*others, *wanted]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return True


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
