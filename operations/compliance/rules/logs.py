"""CloudWatch log groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.verdicts import number, require, require_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph
    from operations.compliance.verdicts import Finding

A_YEAR = 365
"""Days; what cw-loggroup-retention-period-check and CloudWatch.16 ask for by default."""

_TYPE = "aws_cloudwatch_log_group"


def encrypted(graph: Graph) -> Iterator[Finding]:
    """Log groups are encrypted with a key of ours."""
    for group in graph.all(_TYPE):
        yield require_set(group, "kms_key_id")


def kept_a_year(graph: Graph) -> Iterator[Finding]:
    """Logs are kept for a year or longer; without a limit they are kept for ever."""
    for group in graph.all(_TYPE):
        yield require(
            group, "retention_in_days", lambda value: number(value) >= A_YEAR or number(value) == 0, default=0
        )
