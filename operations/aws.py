"""AWS clients, and AWS's refusals told as what they mean to the person at the keyboard."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore import exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError

from environments.problem import Problem
from operations.failure import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

_CREDENTIALS = 'set AWS_PROFILE, or for the local AWS: eval "$(pipenv run holdfast local env)"'
_UNUSABLE = (
    exceptions.ConfigNotFound,
    exceptions.ConfigParseError,
    exceptions.CredentialRetrievalError,
    exceptions.InvalidConfigError,
    exceptions.LoginError,
    exceptions.NoAuthTokenError,
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.ProfileNotFound,
    exceptions.RefreshWithMFAUnsupportedError,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
    exceptions.UnknownCredentialError,
)
_REFUSED = {"403", "AccessDenied", "AccessDeniedException", "Forbidden", "UnauthorizedOperation"}
_NOT_ACCEPTED = {
    "AuthFailure",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_ENDPOINT = "check AWS_ENDPOINT_URL and the network; for the local AWS: pipenv run holdfast local up"

# A few seconds to find out that nobody answers; botocore's own limits add up to minutes.
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=5, read_timeout=30)


def session(region: str) -> boto3.Session:
    """A session of the credentials that the environment gives.

    Raises:
        Problem: ``AWS_PROFILE`` names no profile, or ``AWS_ENDPOINT_URL`` is not a URL.
    """
    _check_endpoints()
    core = botocore.session.Session()
    core.set_default_client_config(_CONFIG)
    with explained():
        return boto3.Session(region_name=region, botocore_session=core)


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Turn errors of AWS into a `Problem` (missing or refused credentials, no connection) or `Failed`."""
    try:
        yield
    except _UNUSABLE as error:
        raise Problem("there are no usable AWS credentials", given=error, fix=_CREDENTIALS) from error
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise Problem("AWS does not answer", given=error, fix=_ENDPOINT) from error
    except ResponseParserError as error:
        raise Problem("what answers is not AWS", given=error, fix=_ENDPOINT) from error
    except exceptions.ClientError as error:
        code = error_code(error)
        if code in _NOT_ACCEPTED:
            raise Problem("AWS does not accept the credentials", given=error, fix=_CREDENTIALS) from error
        if code in _REFUSED:
            raise Problem(
                "AWS refuses this to your credentials",
                given=error,
                fix="ask for the permission that is named",
            ) from error
        raise Failed(f"AWS refused: {error}") from error
    except exceptions.BotoCoreError as error:
        raise Failed(f"a call to AWS failed: {error}") from error


def error_code(error: exceptions.ClientError) -> str:
    """AWS's name of an error, such as ``NoSuchBucket``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _check_endpoints() -> None:
    for name, value in os.environ.items():
        if name.startswith("AWS_ENDPOINT_URL") and value and not _is_url(value):
            raise Problem(
                f"${name} is not a URL",
                given=value,
                allowed="http://host:port or https://host",
                fix=f"unset {name}, or correct it",
            )


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
