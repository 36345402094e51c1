"""Rotations as Secrets Manager runs them: after its answer, step by step, and again when a step fails."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeAlias

Secret: TypeAlias = Any
"""moto's ``FakeSecret``."""
Backend: TypeAlias = Any
"""moto's ``SecretsManagerBackend``."""

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
ATTEMPTS = 3
"""AWS tries a rotation that fails again, several times; it does not say how often
(source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_how.html)."""
PAUSE_SECONDS = 2.0
"""Between two attempts; AWS waits longer."""

_LOG = logging.getLogger(__name__)
_running: set[str] = set()
_guard = threading.Lock()


def start(backend: Backend, secret: Secret, token: str) -> None:
    """Rotate in the background, unless this secret's rotation is under way.

    Args:
        backend: moto's Secrets Manager of the secret's region.
        secret: has a version with AWSPENDING.
        token: id of that version.
    """
    _begin(secret, lambda: _rotate(backend, secret, token))


def start_test(backend: Backend, secret: Secret, token: str) -> None:
    """Call ``testSecret`` only, in the background, and take the version away that was made for it.

    Source: RotateSecret, ``RotateImmediately``.

    Args:
        backend: moto's Secrets Manager of the secret's region.
        secret: has a version with AWSPENDING and the value of the current one.
        token: id of that version.
    """

    def test() -> None:
        try:
            _step(backend, secret, token, "testSecret")
        finally:
            secret.versions.pop(token, None)

    _begin(secret, test)


def _begin(secret: Secret, work: Callable[[], None]) -> None:
    with _guard:
        if secret.arn in _running:
            return
        _running.add(secret.arn)

    def run() -> None:
        try:
            work()
        finally:
            _running.discard(secret.arn)

    threading.Thread(target=run, name="rotation", daemon=True).start()


def _rotate(backend: Backend, secret: Secret, token: str) -> None:
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        if not secret.rotation_enabled or secret.is_deleted():
            return
        if all(_step(backend, secret, token, step) for step in STEPS):
            secret.last_rotation_date = int(time.time())
            return


def _step(backend: Backend, secret: Secret, token: str, step: str) -> bool:
    """Call the function for one step; whether it succeeded."""
    from moto.awslambda.utils import get_backend  # noqa: PLC0415 - moto comes after its settings

    answer: dict[str, str] = {}
    event = {"Step": step, "SecretId": secret.arn, "ClientRequestToken": token}
    try:
        get_backend(backend.account_id, backend.region_name).invoke(
            secret.rotation_lambda_arn, None, json.dumps(event), {}, answer
        )
    except Exception:  # noqa: BLE001 - whatever it is, the rotation has not moved on
        _LOG.exception("%s of %s could not be called", step, secret.arn)
        return False
    if "x-amz-function-error" in answer:
        # What went wrong is in the function's own log.
        _LOG.warning("%s of %s failed", step, secret.arn)
        return False
    return True
