"""AWS clients for what keeps Terraform's states."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.aws import explained, session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

    from environments.backend import Backend


@dataclass(frozen=True, kw_only=True)
class Clients:
    """AWS clients in the region of the backend, and the id of the account that they work in."""

    account: str
    kms: KMSClient
    s3: S3Client
    dynamodb: DynamoDBClient


def clients(backend: Backend) -> Clients:
    """Clients with the credentials of the environment.

    Raises:
        Problem: there are none.
    """
    ours = session(backend.region)
    with explained():
        return Clients(
            account=ours.client("sts").get_caller_identity()["Account"],
            kms=ours.client("kms"),
            s3=ours.client("s3"),
            dynamodb=ours.client("dynamodb"),
        )
