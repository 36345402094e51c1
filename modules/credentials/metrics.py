"""Names of the metrics that the functions write about rotations, each with the dimension ``Secret``: the entry's name."""

from __future__ import annotations

NAMESPACE = "Holdfast/Rotation"
FAILED = "RotationFailed"
"""One for each step that failed."""
AGE = "DaysSinceRotation"
"""Written every hour."""
