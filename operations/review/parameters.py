"""Database parameters: those that protect, and those that wait for a reboot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.plans.lookup import UNKNOWN
from operations.review import tables
from operations.review.classes import Class, Reason
from operations.review.subject import value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.plans.json_values import Json
    from operations.review.subject import Subject

_GROUPS = frozenset(
    {
        "aws_db_parameter_group",
        "aws_docdb_cluster_parameter_group",
        "aws_elasticache_parameter_group",
        "aws_memorydb_parameter_group",
        "aws_neptune_cluster_parameter_group",
        "aws_neptune_parameter_group",
        "aws_rds_cluster_parameter_group",
        "aws_redshift_parameter_group",
    }
)
_REBOOT = "pending-reboot"
_SOURCE = "RDS user guide, working with parameter groups"


def reasons(subject: Subject) -> Iterator[Reason]:
    """Why a change of a parameter group weakens protection or needs a reboot."""
    if subject.type not in _GROUPS or not subject.stays:
        return
    if subject.unknown("parameter"):
        yield Reason(
            class_=Class.WEAKENS_PROTECTION,
            rule="parameters-unknown",
            text=f"parameters may protect less: they are {UNKNOWN}",
            path=("parameter",),
        )
        return
    before, after = _parameters(subject.change.before), _parameters(subject.change.after)
    shown_before, shown_after = _parameters(subject.shown.before), _parameters(subject.shown.after)
    for name in sorted({*before, *after}):
        old, new = before.get(name, {}), after.get(name, {})
        if old.get("value") == new.get("value"):
            continue
        values = f"{name} {_text(shown_before.get(name))} → {_text(shown_after.get(name))}"
        protection = tables.parameters().get(name)
        if protection is not None and protection.protects.weaker([old.get("value")], [new.get("value")]):
            yield Reason(
                class_=Class.WEAKENS_PROTECTION,
                rule="parameter-protects-less",
                text=protection.weaker,
                detail=values,
                path=protection.attribute,
                source=protection.source,
            )
        if _REBOOT in (new or old).values():
            yield Reason(
                class_=Class.INTERRUPTS_SERVICE,
                rule="reboot-needed",
                text="takes effect when the databases that use it are rebooted",
                detail=values,
                path=("parameter", name, "value"),
                source=_SOURCE,
            )


def _parameters(values: Json) -> Mapping[str, dict[str, Json]]:
    listed = values.get("parameter") if isinstance(values, dict) else None
    return {
        str(parameter.get("name")): parameter
        for parameter in (listed if isinstance(listed, list) else [])
        if isinstance(parameter, dict)
    }


def _text(parameter: Mapping[str, Json] | None) -> str:
    return "the default" if parameter is None else value_text(parameter.get("value"))
