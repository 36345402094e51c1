"""Whether the key, the bucket and the table are there, and as strong as they would be created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from environments.problem import Problem
from operations.state import kms_key, lock_table, s3_bucket
from operations.state.findings import Finding, Thing
from operations.state.ownership import NOT_OURS

if TYPE_CHECKING:
    from environments.backend import Backend
    from operations.state.clients import Clients

_BOOTSTRAP = "pipenv run holdfast bootstrap"
_GOOD = "ok"
_MISSING = "not there"


def check(aws: Clients, backend: Backend) -> list[Thing]:
    """Look at the key, the bucket and the table; nothing is changed.

    Args:
        aws: clients.
        backend: the backend that ``backend.tf`` describes.
    """
    key, arn = _key(aws, backend)
    return [key, _bucket(aws, backend, arn), _table(aws, backend, arn)]


def _key(aws: Clients, backend: Backend) -> tuple[Thing, str | None]:
    name = f"key     {backend.kms_key_id}"
    try:
        arn = kms_key.check(aws.kms, backend.kms_key_id)
    except Problem as problem:
        return _unusable(name, problem), None
    if arn is None:
        return _missing(name), None
    ours = kms_key.is_ours(aws.kms, arn)
    rotates = not ours or aws.kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"]
    return _weak(name, [] if rotates else ["rotation"], ours=ours), arn


def _bucket(aws: Clients, backend: Backend, key: str | None) -> Thing:
    name = f"bucket  {backend.bucket}"
    try:
        found = s3_bucket.exists(aws.s3, backend, aws.account)
    except Problem as problem:
        return _unusable(name, problem)
    if not found:
        return _missing(name)
    lacking = s3_bucket.lacking(aws.s3, backend.bucket, key)
    return _weak(name, lacking, ours=s3_bucket.is_ours(aws.s3, backend.bucket))


def _table(aws: Clients, backend: Backend, key: str | None) -> Thing:
    name = f"table   {backend.dynamodb_table}"
    try:
        found = lock_table.check(aws.dynamodb, backend.dynamodb_table)
    except Problem as problem:
        return _unusable(name, problem)
    if found is None:
        return _missing(name)
    lacking = lock_table.lacking(aws.dynamodb, found, key)
    return _weak(name, lacking, ours=lock_table.is_ours(aws.dynamodb, found["TableArn"]))


def _missing(name: str) -> Thing:
    finding = Finding(
        what="backend.tf names it, and it does not exist: Terraform cannot work",
        fix=f"{_BOOTSTRAP}; or correct backend.tf, or the account that your credentials are of",
    )
    return Thing(name=name, status=_MISSING, findings=(finding,))


def _unusable(name: str, problem: Problem) -> Thing:
    given = f" ({problem.given})" if problem.given else ""
    return Thing(
        name=name, status="unusable", findings=(Finding(what=f"{problem.what}{given}", fix=problem.fix),)
    )


def _weak(name: str, lacking: list[str], *, ours: bool) -> Thing:
    if not lacking:
        return Thing(name=name, status=_GOOD)
    fix = _BOOTSTRAP if ours else f"it was {NOT_OURS}, so whoever created it has to correct that"
    return Thing(
        name=name, status="weaker", findings=(Finding(what=f"it lacks: {', '.join(lacking)}", fix=fix),)
    )
