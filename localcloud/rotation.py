"""Rotations as Secrets Manager runs them: after its answer, step by step, and again when a step fails."""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from localcloud import policy

Secret: TypeAlias = Any
"""moto's ``FakeSecret``."""
Backend: TypeAlias = Any
"""moto's ``SecretsManagerBackend``."""

PRINCIPAL = "secretsmanager.amazonaws.com"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
ATTEMPTS = 3
"""AWS tries a rotation that fails again, several times; it does not say how often
(source: https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda.html)."""
PAUSE_SECONDS = 2.0
"""Between two attempts; AWS waits longer."""
DAY = 86400

_LOG = logging.getLogger(__name__)
_running: set[str] = set()
_waiting: dict[str, Callable[[], None]] = {}
"""What was asked for a secret while something else of it was running."""
_guard = threading.Lock()


def version_with(secret: Secret, label: str) -> str | None:
    """Return the id of the version that has a staging label."""
    versions = secret.versions.items()
    return next((str(name) for name, version in versions if label in version["version_stages"]), None)


def unfinished(secret: Secret) -> str | None:
    """Return the version of a rotation that is not over: AWSPENDING, and not the current one.

    Source: RotateSecret.
    """
    pending = version_with(secret, "AWSPENDING")
    return pending if pending != version_with(secret, "AWSCURRENT") else None


def start(backend: Backend, secret: Secret, token: str) -> None:
    """Rotate in the background, after what is running for this secret.

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


def resume(backends: Mapping[str, Mapping[str, Backend]]) -> None:
    """Go on with the rotations that were under way when the local AWS ended.

    Args:
        backends: moto's Secrets Manager, by account and region.
    """
    for by_region in list(backends.values()):
        for backend in list(by_region.values()):
            for secret in list(dict.values(backend.secrets)):
                # A replica has its primary's versions.
                token = unfinished(secret) if hasattr(secret, "rotation_enabled") else None
                if token and secret.rotation_enabled:
                    start(backend, secret, token)


def may_invoke(function: Any, secret: Secret) -> bool:  # noqa: ANN401 - moto's LambdaFunction
    """Whether the function's own policy lets Secrets Manager call it for this secret.

    Args:
        function: as moto stores it.
        secret: on whose behalf it is called.
    """
    context = {"aws:SourceAccount": secret.account_id, "aws:SourceArn": secret.arn}
    return any(
        statement.get("Principal") in ({"Service": PRINCIPAL}, PRINCIPAL)
        and statement.get("Action") in {"lambda:InvokeFunction", "lambda:*"}
        and policy.hold(statement.get("Condition", {}), context)
        for statement in function.policy.statements
    )


def _begin(secret: Secret, work: Callable[[], None]) -> None:
    with _guard:
        if secret.arn in _running:
            _waiting[secret.arn] = work
            return
        _running.add(secret.arn)
    threading.Thread(target=_run, args=(secret.arn, work), name="rotation", daemon=True).start()


def _run(arn: str, work: Callable[[], None] | None) -> None:
    while work:
        try:
            work()
        except Exception:  # noqa: BLE001 - what waits must run whatever this was
            _LOG.exception("a rotation of %s broke off", arn)
        with _guard:
            work = _waiting.pop(arn, None)
            if work is None:
                _running.discard(arn)


def _rotate(backend: Backend, secret: Secret, token: str) -> None:
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS)
        if not secret.rotation_enabled or secret.is_deleted() or unfinished(secret) != token:
            return
        # A step that failed ends the attempt.
        all(_step(backend, secret, token, step) for step in STEPS)
        # What the function answers does not count: it must have moved the label.
        if version_with(secret, "AWSCURRENT") == token:
            secret.last_rotation_date = int(time.time())
            if secret.auto_rotate_after_days:
                secret.next_rotation_date = secret.last_rotation_date + secret.auto_rotate_after_days * DAY
            return
    _LOG.warning("the rotation of %s was given up; RotateSecret takes it up again", secret.arn)


def _step(backend: Backend, secret: Secret, token: str, step: str) -> bool:
    """Call the function for one step; whether it succeeded."""
    from moto.awslambda.utils import get_backend  # noqa: PLC0415 - moto comes after its settings

    answer: dict[str, str] = {}
    event = {
        "Step": step,
        "SecretId": secret.arn,
        "ClientRequestToken": token,
        "RotationToken": str(uuid.uuid4()),
    }
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
