"""RDS instances, and what is true of Multi-AZ clusters as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from operations.compliance.databases import CLUSTER, INSTANCE, databases, multi_az_clusters
from operations.compliance.graph import UNKNOWN
from operations.compliance.rules.backup import in_a_plan
from operations.compliance.verdicts import (
    decided,
    fails,
    is_true,
    needs_runtime,
    not_applicable,
    number,
    require,
    require_set,
    require_true,
    shown,
)
from operations.plans.json_values import Json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.compliance.graph import Graph, Resource, Unknown
    from operations.compliance.verdicts import Finding

_GROUPS = {
    INSTANCE: ("parameter_group_name", "aws_db_parameter_group"),
    CLUSTER: ("db_cluster_parameter_group_name", "aws_rds_cluster_parameter_group"),
}
"""By type of database: the argument that names its parameter group, and the type of that."""
_THREE_DAYS = 3 * 24 * 60  # in minutes, as rds.log_retention_period counts; the default of RDS
A_WEEK = 7
"""Days; Security Hub's parameter of RDS.11."""

A_YEAR = 365
LONGEST = 35
"""Days that RDS keeps automated backups at most."""

_AUDIT: dict[str, Callable[[Json], bool]] = {
    "log_connections": lambda value: str(value) in {"1", "on"},
    "log_disconnections": lambda value: str(value) in {"1", "on"},
    "log_statement": lambda value: value in {"ddl", "mod", "all"},
    "pgaudit.log": lambda value: value is not None and value not in {"", "none", "0"},
    "rds.log_retention_period": lambda value: number(value) >= _THREE_DAYS,
    "shared_preload_libraries": lambda value: "pgaudit" in str(value).split(","),
}
"""Parameters of PostgreSQL that make a trail."""

_DEFAULT_PORTS = {"mariadb": 3306, "mysql": 3306, "oracle": 1521, "postgres": 5432, "sqlserver": 1433}
_AURORA = {"aurora": "mysql", "aurora-mysql": "mysql", "aurora-postgresql": "postgres"}
_DEFAULT_USERS = frozenset({"admin", "postgres"})
_LOGS = {
    "mariadb": ("audit", "error", "general", "slowquery"),
    "mysql": ("audit", "error", "general", "slowquery"),
    "oracle": ("alert", "audit", "listener", "trace"),
    "postgres": ("postgresql", "upgrade"),
    "sqlserver": ("agent", "error"),
}
"""Log types by engine (Security Hub user guide, RDS.9, 2026-11)."""

_WITH_IAM = ("mariadb", "mysql", "postgres")


def encrypted(graph: Graph) -> Iterator[Finding]:
    """Storage is encrypted."""
    for instance in graph.all(INSTANCE):
        yield require_true(instance, "storage_encrypted")


def private(graph: Graph) -> Iterator[Finding]:
    """No instance has a public address."""
    for instance in graph.all(INSTANCE):
        yield require(instance, "publicly_accessible", lambda value: not is_true(value), default=False)


def standby(graph: Graph) -> Iterator[Finding]:
    """A standby waits in another zone; a replica needs none."""
    for instance in graph.all(INSTANCE):
        if instance.is_set("replicate_source_db") is True:
            yield not_applicable(instance, "replicate_source_db", "a read replica")
        else:
            yield require_true(instance, "multi_az")


def protected_from_deletion(graph: Graph) -> Iterator[Finding]:
    """Deletion protection is on."""
    for instance in graph.all(INSTANCE):
        yield require_true(instance, "deletion_protection")


def backed_up(graph: Graph) -> Iterator[Finding]:
    """There are automated backups."""
    for instance in databases(graph):
        yield require(instance, "backup_retention_period", lambda value: number(value) > 0, default=0)


def backed_up_a_week(graph: Graph) -> Iterator[Finding]:
    """Automated backups are kept for a week or longer."""
    for instance in databases(graph):
        yield require(instance, "backup_retention_period", lambda value: number(value) >= A_WEEK, default=0)


def in_backup_plan(graph: Graph) -> Iterator[Finding]:
    """A plan of AWS Backup covers every instance."""
    for instance in graph.all(INSTANCE):
        yield in_a_plan(graph, instance)


def monitored(graph: Graph) -> Iterator[Finding]:
    """Enhanced monitoring is on."""
    for instance in databases(graph):
        yield require(instance, "monitoring_interval", lambda value: number(value) > 0, default=0)


def logs_exported(graph: Graph) -> Iterator[Finding]:
    """All logs of the engine go to CloudWatch."""
    for instance in databases(graph):
        yield _logs(instance, _LOGS.get(str(_family(instance))))


def postgresql_log_exported(graph: Graph) -> Iterator[Finding]:
    """The log of PostgreSQL goes to CloudWatch."""
    for instance in databases(graph):
        if engine(instance) in (UNKNOWN, "postgres"):
            yield _logs(instance, ("postgresql",))
        else:
            yield _other_engine(instance)


def iam_authentication(graph: Graph) -> Iterator[Finding]:
    """Logins with tokens of IAM are possible."""
    for instance in graph.all(INSTANCE):
        found = engine(instance)
        if found is UNKNOWN or found in _WITH_IAM:
            yield require_true(instance, "iam_database_authentication_enabled")
        else:
            yield _other_engine(instance)


def minor_upgrades(graph: Graph) -> Iterator[Finding]:
    """Minor versions are upgraded by AWS."""
    for instance in graph.all(INSTANCE):
        yield require_true(instance, "auto_minor_version_upgrade", default=True)


def tags_on_snapshots(graph: Graph) -> Iterator[Finding]:
    """Snapshots get the tags of the instance."""
    for instance in graph.all(INSTANCE):
        yield require_true(instance, "copy_tags_to_snapshot")


def in_network(graph: Graph) -> Iterator[Finding]:
    """Every instance lies in subnets of a VPC."""
    for instance in graph.all(INSTANCE):
        if instance.is_set("replicate_source_db") is True:
            yield not_applicable(instance, "replicate_source_db", "lies where its source does")
        else:
            yield require_set(instance, "db_subnet_group_name")


def own_port(graph: Graph) -> Iterator[Finding]:
    """No instance and no cluster listens on the port that its engine has by default."""
    for database in graph.all(INSTANCE, CLUSTER):
        default = _DEFAULT_PORTS.get(str(_family(database)))
        if default is None:
            yield needs_runtime(database, "engine")
        else:
            yield require(database, "port", _is_not(default), default=default)


def own_administrator(graph: Graph) -> Iterator[Finding]:
    """The administrator has no name that everyone knows."""
    for instance in graph.all(INSTANCE):
        if instance.is_set("replicate_source_db") is True:
            yield not_applicable(instance, "replicate_source_db", "has the users of its source")
        else:
            yield require(instance, "username", lambda value: bool(value) and value not in _DEFAULT_USERS)


def postgresql_tls(graph: Graph) -> Iterator[Finding]:
    """PostgreSQL refuses connections without TLS."""
    yield from _tls(graph, "postgres", "rds.force_ssl")


def mysql_tls(graph: Graph) -> Iterator[Finding]:
    """MySQL refuses connections without TLS."""
    yield from _tls(graph, "mysql", "require_secure_transport")


def insights_encrypted(graph: Graph) -> Iterator[Finding]:
    """Performance Insights is on, and encrypted with a key of ours."""
    for instance in databases(graph):
        if not is_true(instance.value("performance_insights_enabled") or False):  # type: ignore[arg-type]
            yield require_true(instance, "performance_insights_enabled")
        else:
            yield require_set(instance, "performance_insights_kms_key_id")


def insights_kept_a_year(graph: Graph) -> Iterator[Finding]:
    """Performance Insights keeps a year or longer."""
    for instance in databases(graph):
        yield require(
            instance,
            "performance_insights_retention_period",
            lambda value: number(value) >= A_YEAR,
            default=A_WEEK,
        )


def backed_up_35_days(graph: Graph) -> Iterator[Finding]:
    """Automated backups are kept for as long as RDS can: 35 days."""
    for instance in databases(graph):
        yield require(instance, "backup_retention_period", lambda value: number(value) >= LONGEST, default=0)


def final_snapshot(graph: Graph) -> Iterator[Finding]:
    """A last snapshot is made before a database is deleted."""
    for instance in databases(graph):
        yield require(instance, "skip_final_snapshot", lambda value: not is_true(value), default=False)


def backups_outlive_it(graph: Graph) -> Iterator[Finding]:
    """Automated backups stay when a database is deleted."""
    for instance in graph.all(INSTANCE):
        yield require(instance, "delete_automated_backups", lambda value: not is_true(value), default=True)
    for cluster in multi_az_clusters(graph):
        # AWS Config cannot ask for it: point-in-time recovery ends with the cluster (constraint C46).
        yield not_applicable(cluster, "delete_automated_backups", "RDS keeps none of a Multi-AZ cluster")


def audited(graph: Graph) -> Iterator[Finding]:
    """PostgreSQL logs logins, what changes the schema, and what the audit extension writes."""
    for instance in databases(graph):
        if engine(instance) not in (UNKNOWN, "postgres"):
            yield _other_engine(instance)
            continue
        values = {name: parameter(graph, instance, name) for name in _AUDIT}
        wrong = [name for name, value in values.items() if value is not UNKNOWN and not _AUDIT[name](value)]
        if not wrong and UNKNOWN in values.values():
            yield needs_runtime(instance, _parameter_of(instance))
        else:
            evidence = f"{', '.join(wrong)} wrong" if wrong else ", ".join(values)
            yield decided(instance, _parameter_of(instance), not wrong, evidence)


def strong_password_hashes(graph: Graph) -> Iterator[Finding]:
    """PostgreSQL stores passwords as SCRAM hashes."""
    for instance in databases(graph):
        if engine(instance) not in (UNKNOWN, "postgres"):
            yield _other_engine(instance)
            continue
        value = parameter(graph, instance, "password_encryption")
        attribute = f"{_parameter_of(instance)}.password_encryption"
        if value is UNKNOWN:
            yield needs_runtime(instance, attribute)
        else:
            yield decided(instance, attribute, value == "scram-sha-256", shown(value))


def own_key(graph: Graph) -> Iterator[Finding]:
    """Storage is encrypted with a key of ours."""
    for instance in databases(graph):
        yield require_set(instance, "kms_key_id")


def _parameter_of(database: Resource) -> str:
    """Where a parameter of a database is written."""
    return f"{_GROUPS[database.type][1]}.parameter"


def engine(database: Resource) -> str | Unknown:
    """The engine without its edition: ``oracle-ee`` is ``oracle``."""
    value = database.value("engine")
    return value.split("-")[0] if isinstance(value, str) else UNKNOWN


def parameter(graph: Graph, database: Resource, name: str) -> Json | Unknown:
    """The value of a parameter in the group of a database; None when the group does not set it."""
    argument, kind = _GROUPS[database.type]
    groups = graph.referred(database, argument, kind)
    if len(groups) != 1:
        return UNKNOWN
    parameters = groups[0].blocks("parameter")
    if parameters is UNKNOWN:
        return UNKNOWN
    return next((one.get("value") for one in parameters if one.get("name") == name), None)


def _tls(graph: Graph, wanted: str, name: str) -> Iterator[Finding]:
    for instance in databases(graph):
        found = engine(instance)
        if found is not UNKNOWN and found != wanted:
            yield _other_engine(instance)
            continue
        group, _ = _GROUPS[instance.type]
        if instance.is_set(group) is False:
            yield fails(instance, group, "the default group, which cannot be relied on")
            continue
        value = parameter(graph, instance, name)
        attribute = f"{_parameter_of(instance)}.{name}"
        if value is UNKNOWN:
            yield needs_runtime(instance, attribute)
        else:
            yield decided(instance, attribute, str(value).upper() in {"1", "ON"}, shown(value))


def _logs(instance: Resource, wanted: Sequence[str] | None) -> Finding:
    attribute = "enabled_cloudwatch_logs_exports"
    if wanted is None:
        return needs_runtime(instance, "engine")
    return require(
        instance, attribute, lambda value: set(wanted) <= set(value if isinstance(value, list) else [])
    )


def _family(database: Resource) -> str | Unknown:
    """The engine that a database speaks like: ``aurora-postgresql`` is ``postgres``."""
    value = database.value("engine")
    if not isinstance(value, str):
        return UNKNOWN
    return _AURORA.get(value, value.split("-")[0])


def _is_not(default: int) -> Callable[[Json], bool]:
    return lambda value: number(value) != default


def _other_engine(database: Resource) -> Finding:
    return not_applicable(database, "engine", str(database.value("engine")))
