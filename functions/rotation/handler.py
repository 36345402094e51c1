"""The Lambda function that Secrets Manager calls for each step of a rotation."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

from . import metrics
from .administrator import Administrator
from .alternating_users import AlternatingUsers
from .deadline import Deadline
from .failures import ConfigurationError, RotationError, UnexpectedError
from .log import logger
from .postgres import PostgreSQL
from .secret import Secret
from .secrets_manager import client
from .settings import ALTERNATING_USERS, Settings, namespace_or_default
from .single_user import SingleUser
from .steps import FINISH, Rotation
from .strategy import Strategy

_LOG = logger()


@dataclass(frozen=True, kw_only=True)
class _Request:
    """What Secrets Manager asks for.

    Args:
        step: of the rotation.
        secret: ARN of the secret.
        token: id of the version that this rotation makes.
    """

    step: str
    secret: str
    token: str


def handler(event: Mapping[str, object], context: object) -> None:
    """Perform one step; an error makes Secrets Manager try again.

    Args:
        event: ``SecretId``, ``ClientRequestToken`` and ``Step``.
        context: Lambda's context: its request id is logged, and its remaining time is the step's.

    Raises:
        RotationError: the step cannot be done; its class tells the cause, its message the step, the secret and what
            is missing. Lambda logs class, message and lines of code. Nothing is chained to it, so that nobody else
            who shows it, a tracer for one, shows more.
    """
    started = time.monotonic()
    deadline = Deadline.of(context)
    try:
        request = _request(event)
    except ConfigurationError as error:
        _LOG.error(str(error), extra={"fields": {"failure": error.kind, "error": type(error).__name__}})
        raise
    fields = {
        "step": request.step,
        "secret": request.secret,
        "version": request.token,
        "request_id": getattr(context, "aws_request_id", None),
    }
    outcome, failure = _perform(request, deadline)
    seconds = round(time.monotonic() - started, 3)
    namespace, name = namespace_or_default(os.environ), metrics.secret_name(request.secret)
    if failure is None:
        _LOG.info(outcome, extra={"fields": {**fields, "seconds": seconds}})
        metrics.step_succeeded(
            namespace, name, step=request.step, last=request.step == FINISH, seconds=seconds
        )
        return
    told = failure.told_as(f"{request.step} of secret {request.secret}: {failure}")
    why = {"failure": told.kind, "error": type(told).__name__, "sqlstate": told.sqlstate}
    _LOG.error(str(told), extra={"fields": {**fields, **why, "seconds": seconds}})
    metrics.step_failed(namespace, name, step=request.step, failure=told.kind, seconds=seconds)
    raise told


def _perform(request: _Request, deadline: Deadline) -> tuple[str, RotationError | None]:
    try:
        return _rotation(request, deadline).run(request.step), None
    except RotationError as error:
        return "", error
    except Exception as error:  # noqa: BLE001 - what it says may quote a password, and Lambda would log it
        return "", UnexpectedError.of(error)


def _rotation(request: _Request, deadline: Deadline) -> Rotation:
    settings = Settings.from_environment(os.environ)
    secrets = client()
    secret = Secret(secrets, request.secret, defaults=settings.defaults, deadline=deadline)
    database = PostgreSQL(settings.ca_file, deadline)
    strategy: Strategy = SingleUser(database)
    if settings.strategy == ALTERNATING_USERS and settings.administrator_secret:
        master = Secret(secrets, settings.administrator_secret, defaults=settings.defaults, deadline=deadline)
        strategy = AlternatingUsers(database, Administrator(master, database), settings.owner_role)
    return Rotation(secret=secret, token=request.token, strategy=strategy, passwords=settings.passwords)


def _request(event: Mapping[str, object]) -> _Request:
    step, secret, token = (_text(event, name) for name in ("Step", "SecretId", "ClientRequestToken"))
    return _Request(step=step, secret=secret, token=token)


def _text(event: Mapping[str, object], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value:
        raise ConfigurationError(
            f"the event has no {name}: Secrets Manager calls this function with SecretId, ClientRequestToken, Step"
        )
    return value
