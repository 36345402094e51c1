"""AWS clients, and AWS's refusals told as what they mean to the person at the keyboard."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import (
    ConnectionError as AwsConnectionError,
)

from environments.problem import Problem
from operations.failure import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

_CREDENTIALS = 'set AWS_PROFILE, or for the local AWS: eval "$(pipenv run holdfast local env)"'
_REFUSED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationHeaderMalformed"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"}
CONFIG = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10)


def session(region: str) -> boto3.Session:
    """A session of the credentials that the environment gives.

    Raises:
        Problem: ``AWS_PROFILE`` names no profile.
    """
    with explained():
        return boto3.Session(region_name=region)


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn errors of AWS into a `Problem` (missing or refused credentials, no connection) or `Failed`."""
    try:
        yield
    except (
        NoCredentialsError,
        PartialCredentialsError,
        ProfileNotFound,
        SSOError,
        TokenRetrievalError,
    ) as error:
        raise Problem("there are no usable AWS credentials", given=error, fix=_CREDENTIALS) from error
    except (AwsConnectionError, HTTPClientError) as error:
        raise Problem(
            "AWS does not answer",
            given=error,
            fix="check AWS_ENDPOINT_URL and the network; for the local AWS: pipenv run holdfast local up",
        ) from error
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _EXPIRED:
            raise Problem("AWS does not accept the credentials", given=error, fix=_CREDENTIALS) from error
        if code in _REFUSED:
            raise Problem(
                "AWS refuses this to your credentials",
                given=error,
                fix="ask for the permission that is named",
            ) from error
        raise Failed(f"AWS refused: {error}") from error


def error_code(error: ClientError) -> str:
    """AWS's name of an error, such as ``NoSuchBucket``."""
    return str(error.response.get("Error", {}).get("Code", ""))
