"""Create what keeps Terraform's states: KMS key, S3 bucket, DynamoDB lock table; safe to run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from environments.problem import Problem
from operations.aws import error_code, explained, session
from operations.state import kms_key, lock_table, s3_bucket
from operations.state.clients import clients

if TYPE_CHECKING:
    from collections.abc import Callable

    from environments.backend import Backend


def require(backend: Backend) -> None:
    """Make sure that the bucket is there, before Terraform says in its own words that it is not.

    Raises:
        Problem: it is not, or AWS cannot be asked.
    """
    s3 = session(backend.region).client("s3")
    with explained():
        try:
            s3.head_bucket(Bucket=backend.bucket)
        except ClientError as error:
            if error_code(error) != "404":
                raise
            raise Problem(
                f"the bucket {backend.bucket} of backend.tf does not exist, so there is nowhere to keep the state",
                fix="pipenv run holdfast bootstrap",
            ) from None


def bootstrap(backend: Backend, report: Callable[[str, str], None]) -> None:
    """Create the key, the bucket and the table; what was created before is corrected where it is weaker.

    What somebody else created is used when it is good enough, and never changed.

    Args:
        backend: what to create.
        report: called with each thing and what became of it: created, already there, or corrected.

    Raises:
        Problem: no credentials, or something of this name exists that cannot be used; then nothing was changed.
        Failed: AWS refused a call; the next run goes on from there.
    """
    aws = clients(backend)
    with explained():
        found = kms_key.check(aws.kms, backend.kms_key_id)
        s3_bucket.check(aws.s3, backend, found, account=aws.account)
        lock_table.check(aws.dynamodb, backend.dynamodb_table)

        key, became = kms_key.ensure(aws.kms, backend.kms_key_id)
        report(f"key     {backend.kms_key_id}", became)
        became = s3_bucket.ensure(aws.s3, backend, key, account=aws.account)
        report(f"bucket  {backend.bucket}", became)
        became = lock_table.ensure(aws.dynamodb, backend.dynamodb_table, key)
        report(f"table   {backend.dynamodb_table}", became)
