"""The hardened PostgreSQL parameter group: what it sets, and what takes a restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

STATIC_PARAMETERS = frozenset(
    {
        "autovacuum_freeze_max_age",
        "autovacuum_max_workers",
        "max_connections",
        "max_locks_per_transaction",
        "max_prepared_transactions",
        "max_replication_slots",
        "max_wal_senders",
        "max_worker_processes",
        "rds.logical_replication",
        "shared_buffers",
        "shared_preload_libraries",
        "track_activity_query_size",
        "track_commit_timestamp",
        "wal_buffers",
    }
)
"""Parameters that take effect at a restart only: RDS refuses ``immediate`` for them
(constraint C41; source: PostgreSQL documentation, settings with context ``postmaster``, 2026-11)."""


@dataclass(frozen=True)
class Parameter:
    """Value of a PostgreSQL parameter, as RDS writes it."""

    value: str


FIXED_PARAMETERS = {
    "rds.force_ssl": Parameter("1"),
    "password_encryption": Parameter("scram-sha-256"),
}
"""What the settings cannot change; ``max_connections`` is computed, and refused among the free parameters too."""

DEFAULT_PARAMETERS = {
    "log_connections": Parameter("1"),
    "log_disconnections": Parameter("1"),
    "log_lock_waits": Parameter("1"),
    "log_min_duration_statement": Parameter("1000"),
    "log_statement": Parameter("ddl"),
    "log_temp_files": Parameter("10240"),
    "rds.force_autovacuum_logging_level": Parameter("warning"),
    "rds.log_retention_period": Parameter("10080"),
    "shared_preload_libraries": Parameter("pg_stat_statements,pgaudit"),
    "pgaudit.log": Parameter("ddl,role"),
    "track_activity_query_size": Parameter("2048"),
}
"""Hardened defaults that the settings may replace: who connects, what changes the schema, what is slow."""


def apply_method(name: str) -> Literal["immediate", "pending-reboot"]:
    """Return when a change of the parameter takes effect."""
    return "pending-reboot" if name in STATIC_PARAMETERS else "immediate"
