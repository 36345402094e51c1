"""Settings of the KMS keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings import Settings


class KeySettings(Settings):
    """How keys are rotated and deleted.

    Args:
        rotation_days: days between automatic rotations, 90 to 2560 (constraint C22).
        deletion_window_days: days that KMS waits before it deletes a key, 7 to 30 (constraint C22).
    """

    rotation_days: Annotated[int, Field(ge=90, le=2560)] = 365
    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30
