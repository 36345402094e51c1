"""S3: bucket policies that mean what they say, and versions in a bucket whose versioning is suspended.

What moto 5.2.5 lacks, and what Terraform shows:

- A statement of a bucket policy applies whatever its ``Condition`` says, and to whomever it names: after a policy that
  denies requests without TLS, AccessDenied on every object. Here both are evaluated; TLS is taken for granted, because
  nothing but this machine hears what is said on loopback. A policy that cannot be evaluated is refused.
- With versioning suspended, as Terraform leaves it before it destroys a bucket, DeleteObject fails when there is a delete
  marker, and deletes every version otherwise: a bucket with ``force_destroy`` cannot be destroyed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from localcloud import policy

Backend: TypeAlias = Any
"""moto's ``S3Backend``."""
Bucket: TypeAlias = Any
"""moto's ``FakeBucket``."""

TLS_VERSION = "1.3"
_ACTIONS = {"s3:HeadObject": "s3:GetObject", "s3:PostObject": "s3:PutObject"}
"""moto names an action after the method."""


def install() -> None:
    """Patch moto's S3 once."""
    from moto.s3 import models  # noqa: PLC0415 - moto comes after its settings

    bucket: Any = models.FakeBucket
    backend: Any = models.S3Backend
    if hasattr(bucket, "holdfast_permission"):
        return
    bucket.holdfast_permission = True
    bucket.get_permission = _permission
    backend.put_bucket_policy = _checked(backend.put_bucket_policy)
    backend.delete_object = _with_suspended(backend.delete_object)


def _permission(self: Bucket, action: str, resource: str) -> Any:  # noqa: ANN401 - moto's
    from flask import request  # noqa: PLC0415
    from moto.iam.access_control import PermissionResult  # noqa: PLC0415

    if self.policy is None:
        return PermissionResult.NEUTRAL
    signed = "Authorization" in request.headers or "Signature" in request.url
    account = self.account_id if signed else None
    asked = policy.Request(
        action=_ACTIONS.get(action, action),
        resource=resource,
        account=account,
        context=_context(request, account, self.partition),
    )
    decision = policy.decide(json.loads(self.policy), asked)
    return {
        "Allow": PermissionResult.PERMITTED,
        "Deny": PermissionResult.DENIED,
        None: PermissionResult.NEUTRAL,
    }[decision]


def _context(request: Any, account: str | None, partition: str) -> policy.Context:  # noqa: ANN401 - Flask's
    now = datetime.now(UTC)
    who = {
        "aws:PrincipalAccount": str(account),
        "aws:PrincipalArn": f"arn:{partition}:iam::{account}:root",
        "aws:PrincipalType": "Account",
    }
    return {
        "aws:SecureTransport": "true",
        "s3:TlsVersion": TLS_VERSION,
        "aws:SourceIp": request.remote_addr or "127.0.0.1",
        "aws:CurrentTime": now.isoformat(),
        "aws:EpochTime": str(now.timestamp()),
        **(who if account else {}),
        **{
            f"s3:{name.lower()}": value
            for name, value in request.headers.items()
            if name.lower().startswith("x-amz-")
        },
    }


def _checked(put: Callable[[Backend, str, bytes], None]) -> Callable[[Backend, str, bytes], None]:
    def put_bucket_policy(self: Backend, bucket_name: str, document: bytes) -> None:
        from moto.s3.exceptions import S3ClientError  # noqa: PLC0415

        try:
            policy.check(json.loads(document))
        except ValueError as error:
            raise S3ClientError("MalformedPolicy", f"The policy cannot be read: {error}") from error
        put(self, bucket_name, document)

    return put_bucket_policy


def _with_suspended(
    delete: Callable[..., tuple[bool, dict[str, Any]]],
) -> Callable[..., tuple[bool, dict[str, Any]]]:
    def delete_object(
        self: Backend,
        bucket_name: str,
        key_name: str,
        version_id: str | None = None,
        bypass: bool = False,
    ) -> tuple[bool, dict[str, Any]]:
        bucket = self.get_bucket(bucket_name)
        if bucket.versioning_status != "Suspended" or key_name not in bucket.keys:
            return delete(self, bucket_name, key_name, version_id, bypass)
        # Without an id it is the version "null" that goes, and a delete marker that takes its place.
        name = version_id or "null"
        return True, _delete_version(bucket, key_name, name, mark=version_id is None)

    return delete_object


def _delete_version(bucket: Bucket, key: str, name: str, *, mark: bool) -> dict[str, Any]:
    """Delete one version; locks are not asked for, because a bucket with object lock cannot be suspended."""
    from moto.s3.models import FakeDeleteMarker  # noqa: PLC0415

    versions = bucket.keys.getlist(key)
    gone = [one for one in versions if str(one.version_id) == name]
    marked = mark or any(isinstance(one, FakeDeleteMarker) for one in gone)
    left = [one for one in versions if one not in gone]
    if mark:
        marker: Any = FakeDeleteMarker(key=versions[-1])
        marker._version_id = name  # noqa: SLF001 - moto gives a random one
        left.append(marker)
    bucket.keys.setlist(key, left)
    if not left:
        bucket.keys.pop(key)
    return {"version-id": name, **({"delete-marker": "true"} if marked else {})}
