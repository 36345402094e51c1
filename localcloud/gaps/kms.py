"""KMS: how often a key is rotated, and which key.

In moto 5.2.5 EnableKeyRotation ignores ``RotationPeriodInDays``, and GetKeyRotationStatus answers neither it nor the date
of the next rotation: Terraform plans to set the period each time. Here both are kept; no key is really rotated.
RotateKeyOnDemand and ListKeyRotations take an alias in moto, and AWS takes the id or ARN of the key.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeAlias

Response: TypeAlias = Any
"""moto's ``KmsResponse``."""
Key: TypeAlias = Any
"""moto's ``Key``, with the attributes ``holdfast_rotation_days`` and ``holdfast_rotated`` that are added here."""

DEFAULT_DAYS = 365
DAYS = range(90, 2561)
"""What EnableKeyRotation takes (source: its API reference)."""
DAY = 86400


def install() -> None:
    """Patch moto's KMS once."""
    from moto.kms import models  # noqa: PLC0415 - moto comes after its settings
    from moto.kms.responses import KmsResponse  # noqa: PLC0415

    key: Any = models.Key
    response: Any = KmsResponse
    if hasattr(key, "holdfast_rotation_days"):
        return
    key.holdfast_rotation_days = DEFAULT_DAYS
    key.holdfast_rotated = 0.0
    response.enable_key_rotation = _with_period(response.enable_key_rotation)
    response.get_key_rotation_status = _with_period_answered(response.get_key_rotation_status)
    for operation in ("rotate_key_on_demand", "list_key_rotations"):
        setattr(response, operation, _without_alias(getattr(response, operation)))


def _key(response: Response) -> Key:
    backend = response.kms_backend
    return backend.keys[backend.get_key_id(response._get_param("KeyId"))]  # noqa: SLF001 - moto's way to its input


def _with_period(enable: Callable[[Response], str]) -> Callable[[Response], str]:
    def enable_key_rotation(self: Response) -> str:
        from moto.kms.exceptions import ValidationException  # noqa: PLC0415

        days = self._get_param("RotationPeriodInDays", DEFAULT_DAYS)
        if days not in DAYS:
            raise ValidationException(
                f"1 validation error detected: Value '{days}' at 'rotationPeriodInDays' failed to satisfy constraint: "
                f"Member must have value between {DAYS[0]} and {DAYS[-1]}"
            )
        answer = enable(self)
        key = _key(self)
        key.holdfast_rotation_days, key.holdfast_rotated = days, time.time()
        return answer

    return enable_key_rotation


def _with_period_answered(status: Callable[[Response], str]) -> Callable[[Response], str]:
    def get_key_rotation_status(self: Response) -> str:
        answer = json.loads(status(self))
        key = _key(self)
        if answer["KeyRotationEnabled"]:
            days = key.holdfast_rotation_days
            answer |= {
                "RotationPeriodInDays": days,
                "NextRotationDate": key.holdfast_rotated + days * DAY,
            }
        return json.dumps({"KeyId": key.id, **answer})

    return get_key_rotation_status


def _without_alias(answer: Callable[[Response], str]) -> Callable[[Response], str]:
    def of_a_key(self: Response) -> str:
        self._validate_cmk_id(self._get_param("KeyId"))
        return answer(self)

    return of_a_key
