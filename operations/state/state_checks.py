"""How one state is: who holds its locks, whether its checksum is right, and how it is encrypted."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from operations.aws import error_code
from operations.state import locks, places, times
from operations.state.findings import Finding, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

    from environments.backend import Backend
    from operations.state.clients import Clients
    from operations.state.locks import Lock
    from operations.state.places import Place

LONGEST_RUN = timedelta(hours=6)
"""A lock that is older was probably left: GitHub ends a job after six hours ("Usage limits", read 2026-11)."""

SETTLING_SECONDS = 2.0
"""A run takes and gives back its two locks one after the other; after that time both are where they belong."""

_VERSIONS_COMPARED = 10
_MOVING = 'docs/state.md says how, under "Moving"'


@dataclass(frozen=True, kw_only=True)
class Checks:
    """Looks at the states of a backend, one after the other; nothing is changed.

    Attributes:
        aws: clients.
        backend: the backend.
        key: ARN of the KMS key that states must be encrypted with; None when there is none.
    """

    aws: Clients
    backend: Backend
    key: str | None
    _keys: dict[str, str] = field(default_factory=dict)

    def check(self, place: Place) -> Thing:
        """Look at the state of one system."""
        key = place.key(self.backend)
        held = self._settled(key)
        findings = [*_about_locks(place, held)]
        found = self._read(key)
        if found is None:
            status = "no state"
            findings += self._about_digest(key, None, locked=bool(held))
        else:
            body = found["Body"].read()
            count = places.resources(body)
            status = "unreadable" if count is None else f"{count} resources"
            status += f", written {times.since(found['LastModified'])}"
            findings += self._about_digest(key, body, locked=bool(held))
            findings += self._about_content(key, found, count)
        status += "; locked" if held else ""
        return Thing(name=str(place), status=status, findings=tuple(findings))

    def _read(self, key: str) -> GetObjectOutputTypeDef | None:
        try:
            return self.aws.s3.get_object(Bucket=self.backend.bucket, Key=key)
        except ClientError as error:
            if error_code(error) in places.ABSENT:
                return None
            raise

    def _settled(self, key: str) -> list[Lock]:
        """The locks, read again when only one of the two is there: a run may be about to take the other."""
        found = locks.held(self.aws, self.backend, key)
        if len(found) == 1:
            time.sleep(SETTLING_SECONDS)
            return locks.held(self.aws, self.backend, key)
        return found

    def _about_content(
        self, key: str, found: GetObjectOutputTypeDef, resources: int | None
    ) -> Iterator[Finding]:
        if resources is None:
            yield Finding(
                what=f"{key} is not a state of Terraform",
                fix=f"bring an older version back: aws s3api list-object-versions --bucket {self.backend.bucket} "
                f"--prefix {key}",
            )
        settings: dict[str, Any] = {**found}
        how = settings.get("SSEKMSKeyId") or settings.get("ServerSideEncryption") or "nothing"
        if self.key is not None and self._arn(how) != self.key:
            yield Finding(
                what=f"it is not encrypted with {self.backend.kms_key_id}, but with {how}",
                fix=f"aws s3 cp s3://{self.backend.bucket}/{key} s3://{self.backend.bucket}/{key} "
                f"--sse aws:kms --sse-kms-key-id {self.key}; its checksum stays right",
            )

    def _arn(self, key: str) -> str:
        """The ARN of a key that an object names in any way."""
        if key not in self._keys:
            try:
                self._keys[key] = self.aws.kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
            except ClientError:  # another account's, or no key at all
                self._keys[key] = key
        return self._keys[key]

    def _about_digest(self, key: str, body: bytes | None, *, locked: bool) -> Iterator[Finding]:
        stored = locks.digest(self.aws.dynamodb, self.backend, key)
        actual = None if body is None else hashlib.md5(body, usedforsecurity=False).hexdigest()
        if stored == actual:
            return
        if stored is None:
            yield Finding(
                what="the table has no checksum of it: a client without the table wrote it last, or the checksum was "
                "deleted; the next run that writes it brings one"
            )
            return
        if locked:
            yield Finding(
                what="its checksum is another state's; a run is writing it, or broke off while it did"
            )
            return
        yield Finding(
            what=f"its checksum in the table is stale: it is {self._whose(key, stored)}. Terraform stops in init",
            fix="first see whether the state in S3 is the one that it should be, and bring the right version back "
            f"if not; then {locks.deletion(self.backend, key)}. {_MOVING}",
        )

    def _whose(self, key: str, digest: str) -> str:
        """Which of the last versions a checksum is of."""
        found = self.aws.s3.list_object_versions(
            Bucket=self.backend.bucket, Prefix=key, MaxKeys=_VERSIONS_COMPARED
        )
        for version in found.get("Versions", []):
            if version["Key"] != key:
                continue
            body = self.aws.s3.get_object(
                Bucket=self.backend.bucket, Key=key, VersionId=version["VersionId"]
            )["Body"].read()
            if hashlib.md5(body, usedforsecurity=False).hexdigest() == digest:
                return f"that of version {version['VersionId']} of {times.since(version['LastModified'])}"
        return f"that of none of the last {_VERSIONS_COMPARED} versions"


def _about_locks(place: Place, held: list[Lock]) -> Iterator[Finding]:
    if not held:
        return
    first = held[0]
    who = f"{first.who} since {times.since(first.created)} ({first.operation}, {first.id})"
    release = f"pipenv run holdfast unlock {place.system} --environment {place.environment}"
    if place.suffix != place.environment:
        release = f"ENVIRONMENT_SUFFIX={place.suffix} {release}"
    if len({lock.id for lock in held}) > 1:
        yield Finding(
            what="two runs hold one of its locks each: "
            + "; ".join(f"{lock.who} in the {lock.place} ({lock.id})" for lock in held),
            fix=f"find out which client takes one lock only, and move it to both: {_MOVING}; then {release}",
        )
    elif len(held) == 1:
        yield Finding(
            what=f"locked in the {first.place} only, by {who}: a run that broke off, or a client that takes one lock "
            "only, which does not see those that take the other",
            fix=f"when that run is over for good: {release} --lock-id {first.id}; a client with one lock has to "
            f"move to both: {_MOVING}",
        )
    elif first.created is None or datetime.now(UTC) - first.created > LONGEST_RUN:
        yield Finding(
            what=f"locked by {who}: longer than any run should take",
            fix=f"when that run is over for good: {release} --lock-id {first.id}",
        )
    else:
        yield Finding(what=f"locked by {who}")
