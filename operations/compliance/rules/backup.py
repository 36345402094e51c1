"""AWS Backup: plans, selections, vaults; and what other rules ask of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN
from operations.compliance.verdicts import decided, fails, needs_runtime, number, passes, require_set, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.compliance.graph import Graph, Resource
    from operations.compliance.verdicts import Finding
    from operations.plans.json_values import Json

RETENTION_DAYS = 35
"""The pack's parameter of backup-plan-min-frequency-and-min-retention-check."""

_DAILY = re.compile(
    r"^cron\(\S+ \S+ (\*|\?|\*/1|1/1) \* (\?|\*) \*\)$|^rate\((1 day|\d+ (minutes?|hours?))\)$"
)


def daily_for_35_days(graph: Graph) -> Iterator[Finding]:
    """Every plan has a rule that runs daily and keeps what it makes for 35 days."""
    for plan in graph.all("aws_backup_plan"):
        rules = plan.blocks("rule")
        if rules is UNKNOWN:
            yield needs_runtime(plan, "rule")
            continue
        good = [rule for rule in rules if _is_daily(rule) and _is_kept(rule)]
        yield decided(plan, "rule", bool(good), "; ".join(map(_text, good or rules)))


def vault_has_own_key(graph: Graph) -> Iterator[Finding]:
    """Recovery points are encrypted with a key of ours."""
    for vault in graph.all("aws_backup_vault"):
        yield require_set(vault, "kms_key_arn")


def vault_locked(graph: Graph) -> Iterator[Finding]:
    """Nobody deletes a recovery point before 35 days."""
    for vault in graph.all("aws_backup_vault"):
        locks = graph.referring(vault, "backup_vault_name", "aws_backup_vault_lock_configuration")
        days = [lock.value("min_retention_days") for lock in locks]
        evidence = f"min_retention_days {', '.join(shown(day) for day in days if day is not UNKNOWN)}"
        attribute = "aws_backup_vault_lock_configuration.min_retention_days"
        if UNKNOWN in days:
            yield needs_runtime(vault, attribute)
        else:
            kept = any(number(day) >= RETENTION_DAYS for day in days if day is not UNKNOWN)
            yield decided(vault, attribute, kept, evidence if locks else "no lock")


def in_a_plan(graph: Graph, resource: Resource) -> Finding:
    """The verdict on whether a selection of a plan covers a resource, by its ARN or by everything of its kind."""
    attribute = "aws_backup_selection.resources"
    uncertain = False
    for selection in graph.all("aws_backup_selection"):
        if not graph.referred(selection, "plan_id", "aws_backup_plan"):
            uncertain = uncertain or selection.value("plan_id") is UNKNOWN
            continue
        if resource in graph.referred(selection, "not_resources", resource.type):
            continue
        if resource in graph.referred(selection, "resources", resource.type):
            return passes(resource, attribute, selection.address)
        wanted = selection.value("resources")
        if isinstance(wanted, list) and "*" in wanted and not selection.blocks("condition"):
            return passes(resource, attribute, f"{selection.address}: everything")
        by_tag = selection.blocks("selection_tag")
        if wanted is UNKNOWN or by_tag is UNKNOWN or _has_tags(resource, by_tag):
            uncertain = True
    if uncertain:
        return needs_runtime(resource, attribute, "a selection by tags, or one that is not known yet")
    return fails(resource, attribute, "no selection of a backup plan covers it")


def _has_tags(resource: Resource, tags: list[Mapping[str, Json]]) -> bool:
    has = resource.value("tags")
    return isinstance(has, dict) and any(has.get(str(tag.get("key"))) == tag.get("value") for tag in tags)


def _is_daily(rule: Mapping[str, Json]) -> bool:
    return bool(_DAILY.match(str(rule.get("schedule"))))


def _is_kept(rule: Mapping[str, Json]) -> bool:
    lifecycle = rule.get("lifecycle")
    block = lifecycle[0] if isinstance(lifecycle, list) and lifecycle else lifecycle
    days = block.get("delete_after") if isinstance(block, dict) else None
    return days is None or number(days) >= RETENTION_DAYS


def _text(rule: Mapping[str, Json]) -> str:
    return f"{rule.get('rule_name')}: {rule.get('schedule')}, lifecycle {shown(rule.get('lifecycle'))}"
