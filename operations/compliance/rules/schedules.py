"""EventBridge rules and what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.verdicts import decided, require, require_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph
    from operations.compliance.verdicts import Finding


def lead_somewhere(graph: Graph) -> Iterator[Finding]:
    """Every rule calls something, and everything that is to be called has a rule."""
    for rule in graph.all("aws_cloudwatch_event_rule"):
        targets = graph.referring(rule, "rule", "aws_cloudwatch_event_target")
        unknown = not targets and graph.unresolved("rule", "aws_cloudwatch_event_target")
        evidence = f"{len(targets)} targets"
        yield decided(rule, "aws_cloudwatch_event_target", UNKNOWN if unknown else bool(targets), evidence)
    for target in graph.all("aws_cloudwatch_event_target"):
        yield require_set(target, "rule")


def are_on(graph: Graph) -> Iterator[Finding]:
    """No rule is turned off."""
    for rule in graph.all("aws_cloudwatch_event_rule"):
        yield require(rule, "state", lambda state: str(state).startswith("ENABLED"), default="ENABLED")
