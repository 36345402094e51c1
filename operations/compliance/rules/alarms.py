"""CloudWatch alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.databases import databases
from operations.compliance.graph import UNKNOWN
from operations.compliance.policies import allowed, document_of
from operations.compliance.verdicts import decided, needs_runtime, number, require, require_set, require_true

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.compliance.graph import Graph, Resource, Unknown
    from operations.compliance.verdicts import Finding

_TYPES = ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
_DATABASE = (
    "CPUUtilization",
    "DatabaseConnections",
    "FreeStorageSpace",
    "ReadLatency",
    "WriteLatency",
)
"""Metrics that the agency wants alarms on."""

_FUNCTION = ("Errors", "Throttles")
_QUEUE = ("ApproximateNumberOfMessagesVisible",)
_FAILED_AND_OVERDUE = 2
_HEARTBEAT = "SampleCount"
"""The statistic of an alarm that rings when metrics stop."""

LONGEST = 3 * 3600
"""Seconds that may pass before an alarm rings."""

_ACTIONS = ("alarm_actions", "insufficient_data_actions")


def actions_in_alarm_and_without_data(graph: Graph) -> Iterator[Finding]:
    """Alarms tell somebody, also when they get no data."""
    for alarm in graph.all(*_TYPES):
        missing = [name for name in _ACTIONS if alarm.is_set(name) is False]
        if not missing and any(alarm.is_set(name) is UNKNOWN for name in _ACTIONS):
            yield needs_runtime(alarm, "alarm_actions")
        else:
            evidence = f"{', '.join(missing)} not set" if missing else "both set"
            yield decided(alarm, missing[0] if missing else "alarm_actions", not missing, evidence)


def action_when_in_alarm(graph: Graph) -> Iterator[Finding]:
    """Alarms tell somebody."""
    for alarm in graph.all(*_TYPES):
        yield require_set(alarm, "alarm_actions")


def actions_enabled(graph: Graph) -> Iterator[Finding]:
    """The actions of alarms are on."""
    for alarm in graph.all(*_TYPES):
        yield require_true(alarm, "actions_enabled", default=True)


def in_time(graph: Graph) -> Iterator[Finding]:
    """No alarm waits longer than three hours."""
    for alarm in graph.all("aws_cloudwatch_metric_alarm"):
        periods, period = alarm.value("evaluation_periods"), alarm.value("period")
        points = alarm.value("datapoints_to_alarm", periods if periods is not UNKNOWN else None)
        if periods is UNKNOWN or period is UNKNOWN or points is UNKNOWN:
            yield needs_runtime(alarm, "period")
        elif number(points) > number(periods):
            yield decided(alarm, "datapoints_to_alarm", False, "more than evaluation_periods: it never rings")
        else:
            seconds = number(periods) * number(period)
            yield decided(alarm, "period", 0 < seconds <= LONGEST, f"{seconds:.0f} s")


def missing_data_decided(graph: Graph) -> Iterator[Finding]:
    """Every alarm says what it means when no data comes."""
    for alarm in graph.all("aws_cloudwatch_metric_alarm"):
        yield require(alarm, "treat_missing_data", lambda value: value is not None and value != "ignore")


def databases_watched(graph: Graph) -> Iterator[Finding]:
    """Each database has the alarms that the agency wants, and one that rings when its metrics stop."""
    for database in databases(graph):
        alarms = watching(graph, database)
        if alarms is UNKNOWN:
            yield needs_runtime(database, "aws_cloudwatch_metric_alarm")
            continue
        beats = any(alarm.value("statistic") == _HEARTBEAT for alarm in alarms)
        others = [alarm for alarm in alarms if alarm.value("statistic") != _HEARTBEAT]
        missing = [*_missing(others, _DATABASE), *([] if beats else ["heartbeat"])]
        yield _told(database, missing)


def databases_unavailable(graph: Graph) -> Iterator[Finding]:
    """One alarm says of each database that it cannot be used."""
    for database in databases(graph):
        alarms = watching(graph, database)
        rules = [str(alarm.values.get("alarm_rule")) for alarm in graph.all("aws_cloudwatch_composite_alarm")]
        if alarms is UNKNOWN:
            yield needs_runtime(database, "aws_cloudwatch_composite_alarm")
            continue
        names = [f'"{alarm.value("alarm_name")}"' for alarm in alarms]
        good = any(name in rule for rule in rules for name in names)
        yield decided(
            database, "aws_cloudwatch_composite_alarm.alarm_rule", good, f"{len(rules)} composite alarms"
        )


def functions_watched(graph: Graph) -> Iterator[Finding]:
    """Each function has alarms on its errors and throttles."""
    yield from _watched(graph, "aws_lambda_function", _FUNCTION)


def rotations_watched(graph: Graph) -> Iterator[Finding]:
    """Alarms ring when the rotation of a secret fails, and when it is overdue."""
    for secret in graph.all("aws_secretsmanager_secret", managed=False):
        if not graph.referring(secret, "secret_id", "aws_secretsmanager_secret_rotation"):
            continue
        alarms = watching(graph, secret)
        if alarms is UNKNOWN:
            yield needs_runtime(secret, "aws_cloudwatch_metric_alarm")
        else:
            metrics = {str(alarm.value("metric_name")) for alarm in alarms}
            evidence = f"alarms on {', '.join(sorted(metrics)) or 'nothing'}"
            good = len(metrics) >= _FAILED_AND_OVERDUE
            yield decided(secret, "aws_cloudwatch_metric_alarm.metric_name", good, evidence)


def exports_watched(graph: Graph) -> Iterator[Finding]:
    """Where snapshots are exported, an alarm of our own rings for the database when an export is overdue."""
    documents = [document_of(policy, "policy") for policy in graph.all("aws_iam_policy")]
    exported = any(
        statement.effect == "Allow" and allowed(statement, "rds:StartExportTask")
        for document in documents
        for statement in document or ()
    )
    for database in databases(graph) if exported else ():
        alarms = watching(graph, database)
        if alarms is UNKNOWN:
            yield needs_runtime(database, "aws_cloudwatch_metric_alarm")
            continue
        names = {alarm.address: alarm.value("namespace") for alarm in alarms}
        ours = [alarm for alarm in alarms if not str(names[alarm.address]).startswith("AWS/")]
        if UNKNOWN in names.values():
            yield needs_runtime(database, "aws_cloudwatch_metric_alarm.namespace")
            continue
        evidence = ", ".join(str(alarm.value("metric_name")) for alarm in ours) or "no alarm on exports"
        yield decided(database, "aws_cloudwatch_metric_alarm.namespace", bool(ours), evidence)


def dead_letters_watched(graph: Graph) -> Iterator[Finding]:
    """An alarm rings when a dead letter arrives."""
    yield from _watched(graph, "aws_sqs_queue", _QUEUE)


def _watched(graph: Graph, type_: str, metrics: Sequence[str]) -> Iterator[Finding]:
    for resource in graph.all(type_):
        alarms = watching(graph, resource)
        if alarms is UNKNOWN:
            yield needs_runtime(resource, "aws_cloudwatch_metric_alarm")
        else:
            yield _told(resource, _missing(alarms, metrics))


def _told(resource: Resource, missing: Sequence[str]) -> Finding:
    evidence = f"no alarm on {', '.join(missing)}" if missing else "alarms on all of them"
    return decided(resource, "aws_cloudwatch_metric_alarm.metric_name", not missing, evidence)


def _missing(alarms: Sequence[Resource], metrics: Sequence[str]) -> list[str]:
    there = {alarm.value("metric_name") for alarm in alarms}
    return [metric for metric in metrics if metric not in there]


def watching(graph: Graph, resource: Resource) -> list[Resource] | Unknown:
    """The alarms on metrics of a resource: by reference, or by its name in the dimensions."""
    given = ("cluster_identifier", "function_name", "identifier", "name")
    names = {resource.value(name) for name in given} - {None, UNKNOWN}
    members = resource.value("cluster_members")
    names |= set(members if isinstance(members, list) else ())
    found = []
    for alarm in graph.all("aws_cloudwatch_metric_alarm"):
        if resource in graph.referred(alarm, "dimensions", resource.type):
            found.append(alarm)
            continue
        dimensions = alarm.value("dimensions")
        if dimensions is UNKNOWN:
            # Of another one: the instances of a cluster, say, which RDS names when it makes them.
            if graph.referred(alarm, "dimensions", *graph.types()):
                continue
            return UNKNOWN
        if isinstance(dimensions, dict) and names & set(map(str, dimensions.values())):
            found.append(alarm)
    return found
