"""What the export reports to CloudWatch."""

from __future__ import annotations

NAMESPACE = "Holdfast/Exports"
AGE = "HoursSinceExport"
