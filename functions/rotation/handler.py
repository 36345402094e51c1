"""The Lambda function that Secrets Manager calls for each step of a rotation."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from .errors import RotationError
from .log import logger
from .postgres import PostgreSQL
from .secret import Secret
from .settings import Settings
from .steps import run
from .strategy import SingleUser

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_LOG = logger()


def handler(event: Mapping[str, object], context: object) -> None:
    """Perform one step; an error makes Secrets Manager try again.

    Args:
        event: ``SecretId``, ``ClientRequestToken`` and ``Step``.
        context: Lambda's context; only its request id is used, in the log.

    Raises:
        RotationError: the step cannot be done; names the step, the secret and what is missing.
    """
    started = time.monotonic()
    step, secret_id, token = (_text(event, name) for name in ("Step", "SecretId", "ClientRequestToken"))
    fields = {
        "step": step,
        "secret": secret_id,
        "version": token,
        "request_id": getattr(context, "aws_request_id", None),
    }
    try:
        settings = Settings.from_environment(os.environ)
        secret = Secret(_client(), secret_id, settings.defaults)
        outcome = run(step, secret, token, SingleUser(PostgreSQL(settings.ca_file)))
    except RotationError as error:
        message = f"{step} of secret {secret_id}: {error}"
        _LOG.error(message, extra={"fields": fields})
        raise RotationError(message) from error
    _LOG.info(outcome, extra={"fields": {**fields, "seconds": round(time.monotonic() - started, 3)}})


def _text(event: Mapping[str, object], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise RotationError(
            f"the event has no {name}: Secrets Manager calls this function with SecretId, ClientRequestToken, Step"
        )
    return value


def _client() -> SecretsManagerClient:
    # Three short attempts leave time for the database within the function's time.
    limits = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return boto3.client("secretsmanager", config=limits)
