"""The client of Secrets Manager, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from .failures import SecretsManagerError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_LIMITS = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
"""Three short attempts; a longer wait is left to Secrets Manager, which starts the rotation again."""

_THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_UNAVAILABLE = frozenset({"InternalFailure", "InternalServiceError", "ServiceUnavailable"})
_HOLDS_A_PASSWORD = frozenset({"PutSecretValue"})
"""Operations whose request has one: a message about a request that is not valid may quote it."""


def client() -> SecretsManagerClient:
    """A new client; cheap after the first one, so that its region and endpoint are always those of the environment.

    botocore alone, without boto3 around it: the function uses none of what boto3 adds.
    """
    return cast("SecretsManagerClient", _session().create_client("secretsmanager", config=_LIMITS))


@cache
def _session() -> botocore.session.Session:
    return botocore.session.Session()


@contextmanager
def calling(operation: str) -> Iterator[None]:
    """Tell which call failed, and why.

    Args:
        operation: name of the API's operation.

    Raises:
        SecretsManagerError: instead of what botocore raises, and of TimeoutError.
    """
    try:
        yield
    except ClientError as error:
        raise SecretsManagerError(_message(operation, error)) from error
    except BotoCoreError as error:
        # Not its message: that of a parameter that is not valid quotes its value.
        raise SecretsManagerError(
            f"no answer from Secrets Manager to {operation}: {type(error).__name__}"
        ) from error
    except TimeoutError as error:
        raise SecretsManagerError(
            f"no answer from Secrets Manager to {operation} in time: {error}"
        ) from error


def _message(operation: str, error: ClientError) -> str:
    details = error.response.get("Error", {})
    code, message = details.get("Code", "no code"), details.get("Message", "")
    if code in _THROTTLED:
        return f"Secrets Manager throttles {operation}: {code}; the rotation can be started again later"
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _UNAVAILABLE or status >= 500:  # noqa: PLR2004 - HTTP's server errors
        return f"Secrets Manager cannot serve {operation}: {code} (HTTP {status})"
    if operation in _HOLDS_A_PASSWORD and code != "AccessDeniedException":
        return f"Secrets Manager refuses {operation}: {code}"
    return f"Secrets Manager refuses {operation}: {code}: {message}"
