"""The bucket of the states: ours is versioned, encrypted and private; somebody else's is never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from environments.backend import Backend
from environments.problem import Problem
from operations.state import kms_key, s3_bucket
from tests.localcloud.server import REGION, Server

pytestmark = pytest.mark.server

ACCOUNT = "123456789012"


@pytest.fixture
def s3(aws: Server) -> Any:
    return aws.client("s3")


@pytest.fixture
def key(aws: Server, backend: Backend) -> str:
    arn, _ = kms_key.ensure(aws.client("kms"), backend.kms_key_id)
    return arn


def create(s3: Any, backend: Backend) -> None:
    s3.create_bucket(Bucket=backend.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})


def statements(s3: Any, bucket: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    return found


def test_a_new_bucket_is_versioned_encrypted_and_private(s3: Any, backend: Backend, key: str) -> None:
    bucket = backend.bucket
    assert s3_bucket.ensure(s3, backend, key, account=ACCOUNT) == "created"
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == REGION
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert rule["BucketKeyEnabled"]
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    (owner,) = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owner["ObjectOwnership"] == "BucketOwnerEnforced"
    (lifecycle,) = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert lifecycle["NoncurrentVersionExpiration"]["NoncurrentDays"] == 90
    assert [statement["Effect"] for statement in statements(s3, bucket)] == ["Deny", "Deny"]
    assert s3_bucket.is_ours(s3, bucket)
    assert s3_bucket.ensure(s3, backend, key, account=ACCOUNT) == "already there"


def test_a_bucket_in_the_first_region_is_created_without_naming_it(
    aws: Server, backend: Backend, key: str
) -> None:
    there = backend.model_copy(update={"region": "us-east-1"})
    assert s3_bucket.ensure(aws.client("s3", "us-east-1"), there, key, account=ACCOUNT) == "created"


def test_a_bucket_that_became_weaker_is_corrected_and_keeps_what_was_added(
    s3: Any, backend: Backend, key: str
) -> None:
    bucket = backend.bucket
    s3_bucket.ensure(s3, backend, key, account=ACCOUNT)
    added = {
        "Sid": "Auditors",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [added]}))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket=bucket)
    s3.delete_bucket_encryption(Bucket=bucket)
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    old = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [old]})
    assert s3_bucket.ensure(s3, backend, key, account=ACCOUNT) == (
        "corrected: versioning, encryption, public access block, object ownership, lifecycle, TLS-only policy"
    )
    assert [statement["Sid"] for statement in statements(s3, bucket)] == [
        "Auditors",
        "HoldfastDenyWithoutTls",
        "HoldfastDenyOldTls",
    ]
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [rule["ID"] for rule in rules] == ["old", "holdfast-replaced-states"]
    assert s3_bucket.ensure(s3, backend, key, account=ACCOUNT) == "already there"


def test_an_empty_bucket_is_taken_with_the_tags_it_has(s3: Any, backend: Backend, key: str) -> None:
    """It may be one that an earlier run created before it broke off."""
    create(s3, backend)
    mine = {"Key": "Team", "Value": "platform"}
    s3.put_bucket_tagging(Bucket=backend.bucket, Tagging={"TagSet": [mine]})
    assert s3_bucket.ensure(s3, backend, key, account=ACCOUNT).startswith("corrected: versioning")
    tags = s3.get_bucket_tagging(Bucket=backend.bucket)["TagSet"]
    assert tags == [mine, {"Key": "ManagedBy", "Value": "holdfast"}]


def test_a_bucket_with_something_in_it_is_not_changed(s3: Any, backend: Backend, key: str) -> None:
    create(s3, backend)
    s3.put_object(Bucket=backend.bucket, Key="index.html", Body=b"somebody's web site")
    with pytest.raises(Problem, match="was not created by holdfast, so it is not changed") as caught:
        s3_bucket.ensure(s3, backend, key, account=ACCOUNT)
    assert str(caught.value.given).startswith("it lacks: versioning, encryption, public access block")
    assert "Status" not in s3.get_bucket_versioning(Bucket=backend.bucket)


def test_a_bucket_of_somebody_else_that_is_good_enough_is_used(s3: Any, backend: Backend, key: str) -> None:
    s3_bucket.ensure(s3, backend, key, account=ACCOUNT)
    policy = s3.get_bucket_policy(Bucket=backend.bucket)["Policy"]
    s3.delete_bucket_policy(Bucket=backend.bucket)
    s3.put_object(Bucket=backend.bucket, Key="states/other.tfstate", Body=b"{}")
    s3.delete_bucket_tagging(Bucket=backend.bucket)
    with pytest.raises(Problem) as caught:
        s3_bucket.check(s3, backend, key, account=ACCOUNT)
    assert caught.value.given == "it lacks: TLS-only policy"
    s3.put_bucket_policy(Bucket=backend.bucket, Policy=policy)
    assert s3_bucket.ensure(s3, backend, key, account=ACCOUNT) == (
        "already there; not created by holdfast, so left as it is"
    )


def test_a_bucket_in_another_region_is_refused(aws: Server, s3: Any, backend: Backend, key: str) -> None:
    s3_bucket.ensure(s3, backend, key, account=ACCOUNT)
    there = backend.model_copy(update={"region": "eu-south-1"})
    with pytest.raises(Problem, match="is in another region") as caught:
        s3_bucket.check(aws.client("s3", "eu-south-1"), there, key, account=ACCOUNT)
    assert (caught.value.given, caught.value.allowed) == ("eu-south-1", REGION)


@pytest.fixture
def s3_of_others(s3: Any) -> Iterator[Stubber]:
    """S3 as it answers about the buckets of others: the local AWS has one account only."""
    with Stubber(s3) as stubber:
        yield stubber


def looked_for(s3: Stubber, backend: Backend, status: int) -> None:
    s3.add_client_error(
        "head_bucket",
        str(status),
        http_status_code=status,
        expected_params={"Bucket": backend.bucket, "ExpectedBucketOwner": ACCOUNT},
    )


def test_a_bucket_of_another_account_is_refused(s3: Any, s3_of_others: Stubber, backend: Backend) -> None:
    looked_for(s3_of_others, backend, 403)
    with pytest.raises(Problem, match="belongs to another account") as caught:
        s3_bucket.check(s3, backend, None, account=ACCOUNT)
    assert caught.value.given == backend.bucket


def test_a_region_that_answers_for_another_one_names_it(
    s3: Any, s3_of_others: Stubber, backend: Backend
) -> None:
    s3_of_others.add_client_error(
        "head_bucket",
        "301",
        http_status_code=301,
        response_meta={"HTTPHeaders": {"x-amz-bucket-region": "eu-south-1"}},
    )
    with pytest.raises(Problem, match="is in another region") as caught:
        s3_bucket.check(s3, backend, None, account=ACCOUNT)
    assert (caught.value.given, caught.value.allowed) == (REGION, "eu-south-1")


def test_any_other_answer_is_aws_own(s3: Any, s3_of_others: Stubber, backend: Backend) -> None:
    looked_for(s3_of_others, backend, 503)
    with pytest.raises(ClientError, match="503"):
        s3_bucket.check(s3, backend, None, account=ACCOUNT)


def test_a_name_that_somebody_takes_meanwhile_is_refused(
    s3: Any, s3_of_others: Stubber, backend: Backend
) -> None:
    looked_for(s3_of_others, backend, 404)
    looked_for(s3_of_others, backend, 404)
    s3_of_others.add_client_error("create_bucket", "BucketAlreadyExists", http_status_code=409)
    with pytest.raises(Problem, match="belongs to another account"):
        s3_bucket.ensure(s3, backend, "key", account=ACCOUNT)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-central-2", "aws"), ("us-gov-west-1", "aws-us-gov"), ("cn-north-1", "aws-cn")],
)
def test_arns_are_of_the_regions_partition(region: str, partition: str) -> None:
    assert s3_bucket._partition(region) == partition
