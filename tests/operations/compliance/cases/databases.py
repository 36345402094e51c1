"""Cases of instances and clusters."""

from __future__ import annotations

from tests.operations.compliance.cases.making import (
    GONE,
    KEY,
    Case,
    backed_up,
    case,
    cluster,
    database,
    parameter,
    parameters,
)

_AUDIT = {
    "log_connections": "1",
    "log_disconnections": "1",
    "log_statement": "ddl",
    "pgaudit.log": "ddl,role",
    "rds.log_retention_period": "4320",
    "shared_preload_libraries": "pg_stat_statements,pgaudit",
}

CASES: dict[str, Case] = {
    "cluster.audit_log_exported": cluster(
        {"enabled_cloudwatch_logs_exports": ["error"]}, enabled_cloudwatch_logs_exports=["audit"]
    ),
    "cluster.backtracking": cluster({"backtrack_window": 0}, backtrack_window=3600),
    "cluster.encrypted": cluster({"storage_encrypted": False}, storage_encrypted=True),
    "cluster.iam_authentication": cluster(
        {"iam_database_authentication_enabled": GONE}, iam_database_authentication_enabled=True
    ),
    "cluster.in_backup_plan": backed_up("aws_rds_cluster"),
    "cluster.minor_upgrades": case(
        {
            "aws_rds_cluster": {"c": {}},
            "aws_rds_cluster_instance": {"i": {"cluster_identifier": "${aws_rds_cluster.c.id}"}},
        },
        {"aws_rds_cluster_instance.i": {"auto_minor_version_upgrade": False}},
    ),
    "cluster.own_administrator": cluster({"master_username": "admin"}, master_username="payments"),
    "cluster.postgresql_log_exported": cluster(
        {"enabled_cloudwatch_logs_exports": GONE},
        engine="aurora-postgresql",
        enabled_cloudwatch_logs_exports=["postgresql"],
    ),
    "cluster.protected_from_deletion": cluster({"deletion_protection": False}, deletion_protection=True),
    "cluster.several_zones": case(
        {
            "aws_rds_cluster": {"c": {}},
            "aws_rds_cluster_instance": {
                name: {"cluster_identifier": "${aws_rds_cluster.c.id}"} for name in ("one", "two")
            },
        },
        {"aws_rds_cluster_instance.two": GONE},
    ),
    "cluster.tags_on_snapshots": cluster({"copy_tags_to_snapshot": GONE}, copy_tags_to_snapshot=True),
    "database.backed_up": database({"backup_retention_period": 0}, backup_retention_period=1),
    "database.backed_up_a_week": database({"backup_retention_period": 6}, backup_retention_period=7),
    "database.encrypted": database({"storage_encrypted": False}, storage_encrypted=True),
    "database.iam_authentication": database(
        {"iam_database_authentication_enabled": False}, iam_database_authentication_enabled=True
    ),
    "database.in_backup_plan": backed_up("aws_db_instance"),
    "database.in_network": database(
        {"db_subnet_group_name": GONE}, db_subnet_group_name="${aws_db_subnet_group.g.name}"
    ),
    "database.insights_encrypted": database(
        {"performance_insights_enabled": False},
        performance_insights_enabled=True,
        performance_insights_kms_key_id=KEY,
    ),
    "database.logs_exported": database(
        {"enabled_cloudwatch_logs_exports": ["postgresql"]},
        enabled_cloudwatch_logs_exports=["postgresql", "upgrade"],
    ),
    "database.minor_upgrades": database({"auto_minor_version_upgrade": False}),
    "database.monitored": database({"monitoring_interval": 0}, monitoring_interval=60),
    "database.mysql_tls": parameter("mysql", "require_secure_transport", "ON", "OFF"),
    "database.own_administrator": database({"username": "postgres"}, username="citizen_admin"),
    "database.own_key": database({"kms_key_id": GONE}, kms_key_id=KEY),
    "database.own_port": database({"port": 5432}, port=5433),
    "database.postgresql_log_exported": database(
        {"enabled_cloudwatch_logs_exports": ["upgrade"]}, enabled_cloudwatch_logs_exports=["postgresql"]
    ),
    "database.postgresql_tls": parameter("postgres", "rds.force_ssl", "1", "0"),
    "database.private": database({"publicly_accessible": True}, publicly_accessible=False),
    "database.protected_from_deletion": database({"deletion_protection": False}, deletion_protection=True),
    "database.standby": database({"multi_az": False}, multi_az=True),
    "database.tags_on_snapshots": database({"copy_tags_to_snapshot": False}, copy_tags_to_snapshot=True),
    "database.audited": parameters({**_AUDIT, "log_statement": "none"}, **_AUDIT),
    "database.backed_up_35_days": database({"backup_retention_period": 34}, backup_retention_period=35),
    "database.backups_outlive_it": database(
        {"delete_automated_backups": GONE}, delete_automated_backups=False
    ),
    "database.final_snapshot": database({"skip_final_snapshot": True}, skip_final_snapshot=False),
    "database.insights_kept_a_year": database(
        {"performance_insights_retention_period": 7}, performance_insights_retention_period=372
    ),
    "database.strong_password_hashes": parameter("postgres", "password_encryption", "scram-sha-256", "md5"),
}
