"""The hardened PostgreSQL parameter group: what it sets, and what takes a restart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

STATIC_PARAMETERS = frozenset(
    {
        "autovacuum_freeze_max_age",
        "autovacuum_max_workers",
        "autovacuum_multixact_freeze_max_age",
        "commit_timestamp_buffers",
        "cron.database_name",
        "cron.log_run",
        "cron.log_statement",
        "cron.max_running_jobs",
        "cron.timezone",
        "cron.use_background_workers",
        "huge_pages",
        "max_connections",
        "max_files_per_process",
        "max_locks_per_transaction",
        "max_logical_replication_workers",
        "max_pred_locks_per_transaction",
        "max_prepared_transactions",
        "max_replication_slots",
        "max_wal_senders",
        "max_worker_processes",
        "min_dynamic_shared_memory",
        "multixact_member_buffers",
        "multixact_offset_buffers",
        "notify_buffers",
        "old_snapshot_threshold",
        "pg_stat_statements.max",
        "rds.logical_replication",
        "rds.restrict_password_commands",
        "reserved_connections",
        "serializable_buffers",
        "shared_buffers",
        "shared_preload_libraries",
        "subtransaction_buffers",
        "superuser_reserved_connections",
        "temp_file_limit",
        "track_activity_query_size",
        "track_commit_timestamp",
        "transaction_buffers",
        "wal_buffers",
        "wal_decode_buffer_size",
    }
)
"""Parameters that take effect at a restart only: RDS refuses ``immediate`` for them (constraint C41; sources: PostgreSQL
documentation, settings with context ``postmaster``, and those of pg_cron and pg_stat_statements; RDS user guide,
Appendix.PostgreSQL.CommonDBATasks.Parameters, 2026-11)."""


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


RDS_DEFAULTS = {
    "password_encryption": "scram-sha-256",
    "rds.force_autovacuum_logging_level": "warning",
    "rds.force_ssl": "1",
}
"""What RDS itself sets in every version that it offers without Extended Support, of the parameters above
(source: RDS user guide, PostgreSQL.Concepts.General.SSL and Appendix.PostgreSQL.CommonDBATasks.Autovacuum.Logging, 2026-11)."""


def apply_method(name: str, value: str) -> Literal["immediate", "pending-reboot"]:
    """Return when a change of the parameter takes effect.

    Where a group only says what RDS does anyway, RDS keeps ``pending-reboot``, whatever it is told, and Terraform would plan
    the difference for ever (constraint C52); nothing changes that could wait for a restart.

    Args:
        name: of the parameter.
        value: that it gets.
    """
    waits = name in STATIC_PARAMETERS or RDS_DEFAULTS.get(name) == value
    return "pending-reboot" if waits else "immediate"
