"""AWS Backup: plans, selections, vaults; and what other rules ask of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from operations.compliance.databases import CLUSTER, INSTANCE, multi_az_clusters
from operations.compliance.graph import UNKNOWN
from operations.compliance.policies import allowed, attached, denies_other_accounts
from operations.compliance.rules.alarms import watching
from operations.compliance.verdicts import (
    decided,
    fails,
    is_true,
    needs_runtime,
    not_applicable,
    number,
    passes,
    require,
    require_set,
    shown,
)
from operations.plans.model import without_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from operations.compliance.graph import Graph, Resource, Unknown
    from operations.compliance.verdicts import Finding
    from operations.plans.json_values import Json
    from operations.plans.statements import Statement

RETENTION_DAYS = 35
"""The pack's parameter of backup-plan-min-frequency-and-min-retention-check."""

_FAILURES = (
    {"NumberOfBackupJobsFailed", "NumberOfBackupJobsExpired"},
    {"NumberOfCopyJobsFailed"},
)
"""Metrics of AWS Backup that count for a vault what did not get into it: backups, or copies. A vault takes the event
BACKUP_JOB_FAILED, and tells none (source: AWS Backup API, PutBackupVaultNotifications, 2026-11)."""

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


def continuous(graph: Graph) -> Iterator[Finding]:
    """Every plan keeps what a recovery to any point within 35 days needs."""
    for plan in graph.all("aws_backup_plan"):
        rules = plan.blocks("rule")
        if rules is UNKNOWN:
            yield needs_runtime(plan, "rule")
            continue
        good = [rule for rule in rules if is_true(rule.get("enable_continuous_backup")) and _is_kept(rule)]
        if not good and _of_multi_az_clusters(graph, plan):
            # RDS itself allows it for as long as the cluster is there (constraint C47).
            yield not_applicable(plan, "rule", "AWS Backup makes no continuous backups of a Multi-AZ cluster")
            continue
        evidence = "; ".join(map(_text, good)) or "no rule with continuous backup, kept for 35 days"
        yield decided(plan, "rule.enable_continuous_backup", any(map(_is_daily, good)), evidence)


def failures_told(graph: Graph) -> Iterator[Finding]:
    """Somebody hears of backups, or of copies, that failed: by an alarm, because a vault tells of those that ended well only."""
    for vault in graph.all("aws_backup_vault"):
        alarms = watching(graph, vault)
        if alarms is UNKNOWN:
            yield needs_runtime(vault, "aws_cloudwatch_metric_alarm")
            continue
        metrics = {alarm.value("metric_name") for alarm in alarms}
        good = any(wanted <= metrics for wanted in _FAILURES)
        if not good and UNKNOWN in metrics:
            yield needs_runtime(vault, "aws_cloudwatch_metric_alarm.metric_name")
            continue
        evidence = f"alarms on {', '.join(sorted(map(str, metrics - {UNKNOWN}))) or 'nothing'}"
        yield decided(vault, "aws_cloudwatch_metric_alarm.metric_name", good, evidence)


def restores_told(graph: Graph) -> Iterator[Finding]:
    """Somebody hears when a recovery point was restored: the data is then somewhere else too."""
    for vault in graph.all("aws_backup_vault"):
        told = graph.referring(vault, "backup_vault_name", "aws_backup_vault_notifications")
        events = [event for one in told for event in _list(one.value("backup_vault_events"))]
        if _has_copies_only(graph, vault):
            yield not_applicable(vault, "aws_backup_vault_notifications", "it has copies only")
        elif UNKNOWN in events:
            yield needs_runtime(vault, "aws_backup_vault_notifications")
        else:
            evidence = ", ".join(map(str, events)) or "no notifications"
            good = "RESTORE_JOB_COMPLETED" in events
            yield decided(vault, "aws_backup_vault_notifications.backup_vault_events", good, evidence)


def vault_kept(graph: Graph) -> Iterator[Finding]:
    """A vault with recovery points in it cannot be deleted."""
    for vault in graph.all("aws_backup_vault"):
        yield require(vault, "force_destroy", lambda value: not is_true(value), default=False)


def recovery_points_kept(graph: Graph) -> Iterator[Finding]:
    """Nobody may delete a recovery point: a vault's policy denies it to everyone."""
    yield from _denied(graph, lambda statement: "*" in statement.principals and not statement.conditional)


def vault_closed_to_others(graph: Graph) -> Iterator[Finding]:
    """No other account may use a vault."""
    yield from _denied(graph, denies_other_accounts)


def _denied(graph: Graph, good: Callable[[Statement], bool]) -> Iterator[Finding]:
    attribute = "aws_backup_vault_policy.policy"
    for vault in graph.all("aws_backup_vault"):
        found = attached(graph, vault, "backup_vault_name", "aws_backup_vault_policy")
        if found is None:
            yield needs_runtime(vault, attribute)
        else:
            denials = [
                statement
                for statement in found
                if statement.effect == "Deny" and allowed(statement, "backup:DeleteRecoveryPoint")
            ]
            yield decided(vault, attribute, any(map(good, denials)), f"{len(found)} statements")


def restores_tested(graph: Graph) -> Iterator[Finding]:
    """What is to test restores has something to restore, and what is to be restored has such a plan."""
    selection_type, argument = "aws_backup_restore_testing_selection", "restore_testing_plan_name"
    for plan in graph.all("aws_backup_restore_testing_plan"):
        found = graph.referring(plan, argument, selection_type)
        unknown = not found and graph.unresolved(argument, selection_type)
        evidence = f"{len(found)} selections"
        yield decided(plan, selection_type, UNKNOWN if unknown else bool(found), evidence)
    for selection in graph.all(selection_type):
        yield require_set(selection, argument)


def vault_has_own_key(graph: Graph) -> Iterator[Finding]:
    """Recovery points are encrypted with a key of ours."""
    for vault in graph.all("aws_backup_vault"):
        yield require_set(vault, "kms_key_arn")


def vault_locked(graph: Graph) -> Iterator[Finding]:
    """Nobody deletes a recovery point before 35 days, and there is a longest time too."""
    for vault in graph.all("aws_backup_vault"):
        locks = graph.referring(vault, "backup_vault_name", "aws_backup_vault_lock_configuration")
        days = [lock.value("min_retention_days") for lock in locks if _has_a_longest(lock)]
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


def _of_multi_az_clusters(graph: Graph, plan: Resource) -> bool:
    """Whether the databases that a plan covers are such clusters alone."""
    clusters = set(map(id, multi_az_clusters(graph)))
    covered = [
        database
        for selection in graph.referring(plan, "plan_id", "aws_backup_selection")
        for database in graph.referred(selection, "resources", CLUSTER, INSTANCE)
    ]
    return bool(covered) and all(id(database) in clusters for database in covered)


def _has_a_longest(lock: Resource) -> bool:
    longest = lock.value("max_retention_days")
    return longest is UNKNOWN or number(longest) > 0


def _list(value: Json | Unknown) -> list[Json | Unknown]:
    return list(value) if isinstance(value, list) else [value]


def _has_copies_only(graph: Graph, vault: Resource) -> bool:
    """Whether plans copy to a vault, and none backs up into it."""
    rules = [plan.blocks("rule") for plan in graph.referring(vault, "rule", "aws_backup_plan")]
    targets = [
        None if rule is UNKNOWN else str(rule.get("target_vault_name"))
        for blocks in rules
        for rule in ([UNKNOWN] if blocks is UNKNOWN else blocks)
    ]
    return bool(targets) and not any(
        target is None or target == vault.value("name") or f"{without_keys(vault.address)}." in target
        for target in targets
    )


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
