"""An alarm that comes later: its threshold, by its comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.review.classes import Class, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.review.subject import Subject

_TYPE = "aws_cloudwatch_metric_alarm"
_COMPARISON = "comparison_operator"


def reasons(subject: Subject) -> Iterator[Reason]:
    """Why a change makes an alarm come later or for something else."""
    if subject.type != _TYPE or not subject.stays:
        return
    for name in ("metric_name", "namespace", "dimensions", "metric_query", "statistic", "extended_statistic"):
        if subject.before(name) != subject.after(name) or subject.unknown(name):
            yield _reason(subject, "the alarm watches something else", name)
    (before,), (after,) = subject.before("threshold"), subject.after("threshold")
    comparison = subject.before(_COMPARISON)
    if comparison != subject.after(_COMPARISON) or subject.unknown(_COMPARISON):
        yield _reason(subject, "the alarm compares in another way", _COMPARISON)
    elif subject.unknown("threshold") or _later(before, after, str(comparison[0])):
        yield _reason(subject, "the alarm comes later", "threshold")


def _later(before: object, after: object, comparison: str) -> bool:
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return before != after
    if comparison.startswith("Greater"):
        return after > before
    if comparison.startswith("Less") and "Greater" not in comparison:
        return after < before
    return after != before


def _reason(subject: Subject, text: str, attribute: str) -> Reason:
    return Reason(
        class_=Class.WEAKENS_PROTECTION,
        rule="alarm-later",
        text=text,
        detail=subject.transition((attribute,)),
        path=(attribute,),
        source="CloudWatch API, PutMetricAlarm",
    )
