"""S3: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import REGION, Server

pytestmark = pytest.mark.server

Check = Callable[[Server], None]

OTHER_ROLE = {"AWS": "arn:aws:iam::123456789012:role/other"}


def bucket(server: Server, *, versioned: bool = False) -> str:
    s3, name = server.client("s3"), f"b-{uuid.uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def statement(name: str, **elements: Any) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{name}"
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"], **elements}


def restrict(server: Server, name: str, **elements: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": [statement(name, **elements)]}
    server.client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps(policy))


def use(server: Server, name: str) -> None:
    s3 = server.client("s3")
    s3.put_object(Bucket=name, Key="key", Body=b"text")
    s3.head_object(Bucket=name, Key="key")
    assert s3.get_object(Bucket=name, Key="key")["Body"].read() == b"text"
    answer = s3.delete_objects(Bucket=name, Delete={"Objects": [{"Key": "key"}]})
    assert "Errors" not in answer


def a_denial_without_tls_denies_nothing_on_loopback(server: Server) -> None:
    name = bucket(server)
    restrict(server, name, Condition={"Bool": {"aws:SecureTransport": "false"}})
    use(server, name)
    restrict(server, name, Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})
    use(server, name)


def a_denial_of_another_role_denies_nothing_to_the_account(server: Server) -> None:
    name = bucket(server)
    restrict(server, name, Principal=OTHER_ROLE)
    use(server, name)


def an_upload_is_denied_by_its_own_headers(server: Server) -> None:
    s3, name = server.client("s3"), bucket(server)
    unencrypted = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    restrict(server, name, Action="s3:PutObject", Condition=unencrypted)
    s3.put_object(Bucket=name, Key="key", Body=b"1", ServerSideEncryption="aws:kms")
    with pytest.raises(ClientError, match="403"):
        s3.put_object(Bucket=name, Key="key", Body=b"2")
    assert s3.get_object(Bucket=name, Key="key")["Body"].read() == b"1"


def a_policy_that_cannot_be_evaluated_is_refused(server: Server) -> None:
    with pytest.raises(ClientError, match="MalformedPolicy"):
        restrict(server, bucket(server), Condition={"StringIs": {"aws:SourceIp": "10.0.0.1"}})


def listed(server: Server, name: str) -> list[dict[str, str]]:
    answer = server.client("s3").list_object_versions(Bucket=name)
    found = [*answer.get("Versions", []), *answer.get("DeleteMarkers", [])]
    return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]


def with_versions(server: Server) -> str:
    """A bucket with two versions and a delete marker of an object, whose versioning is suspended."""
    s3, name = server.client("s3"), bucket(server, versioned=True)
    for text in (b"1", b"2"):
        s3.put_object(Bucket=name, Key="key", Body=text)
    s3.delete_object(Bucket=name, Key="key")
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Suspended"})
    return name


def a_suspended_bucket_can_be_emptied(server: Server) -> None:
    s3, name = server.client("s3"), with_versions(server)
    objects = listed(server, name)
    assert len(objects) == 3
    s3.delete_object(Bucket=name, **objects[0])
    assert len(listed(server, name)) == 2
    assert "Errors" not in s3.delete_objects(Bucket=name, Delete={"Objects": objects[1:]})
    assert not listed(server, name)
    s3.delete_bucket(Bucket=name)


def a_suspended_bucket_keeps_versions_behind_a_marker(server: Server) -> None:
    s3, name = server.client("s3"), with_versions(server)
    before = listed(server, name)
    answer = s3.delete_object(Bucket=name, Key="key")
    assert (answer["DeleteMarker"], answer["VersionId"]) == (True, "null")
    s3.delete_object(Bucket=name, Key="key")
    after = listed(server, name)
    assert [one for one in after if one not in before] == [{"Key": "key", "VersionId": "null"}]
    assert all(one in after for one in before)


GAPS: list[Check] = [
    a_denial_without_tls_denies_nothing_on_loopback,
    a_denial_of_another_role_denies_nothing_to_the_account,
    an_upload_is_denied_by_its_own_headers,
    a_policy_that_cannot_be_evaluated_is_refused,
    a_suspended_bucket_can_be_emptied,
    a_suspended_bucket_keeps_versions_behind_a_marker,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, ClientError, pytest.fail.Exception)):
        check(plain_moto)


def test_a_denial_whose_condition_holds_denies(local_aws: Server) -> None:
    name = bucket(local_aws)
    restrict(local_aws, name, Condition={"Bool": {"aws:SecureTransport": "true"}})
    with pytest.raises(ClientError, match="403"):
        local_aws.client("s3").put_object(Bucket=name, Key="key", Body=b"text")


def test_who_does_not_sign_is_not_the_account(local_aws: Server) -> None:
    name = bucket(local_aws)
    local_aws.client("s3").put_object(Bucket=name, Key="key", Body=b"text")
    address = f"{local_aws.endpoint}/{name}/key"
    restrict(local_aws, name, Effect="Allow", Principal={"AWS": "123456789012"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(address, timeout=5)
    restrict(local_aws, name, Effect="Allow", Principal="*")
    with urllib.request.urlopen(address, timeout=5) as answer:
        assert answer.read() == b"text"
