"""Cases of backups, buckets and file systems."""

from __future__ import annotations

from tests.operations.compliance.cases.making import (
    EVERYONE,
    GONE,
    KEY,
    NOT_OTHERS,
    TLS,
    TOPIC,
    Case,
    allow,
    attached,
    backed_up,
    beside,
    bucket_policy,
    case,
    one,
    policy,
    vault,
)

_OTHER_ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
    "Action": "s3:PutBucketPolicy",
    "Resource": "*",
}
_DAILY = {"schedule": "cron(0 2 * * ? *)", "lifecycle": {"delete_after": 35}}

CASES: dict[str, Case] = {
    "backup.daily_for_35_days": one(
        "aws_backup_plan",
        {"rule": [{"schedule": "cron(0 2 * * ? *)", "lifecycle": {"delete_after": 34}}]},
        rule=[{"schedule": "cron(0 2 * * ? *)", "lifecycle": {"delete_after": 35}}],
    ),
    "backup.vault_has_own_key": one("aws_backup_vault", {"kms_key_arn": GONE}, kms_key_arn=KEY),
    "backup.vault_locked": case(
        {
            "aws_backup_vault": {"v": {"name": "v"}},
            "aws_backup_vault_lock_configuration": {
                "l": {
                    "backup_vault_name": "${aws_backup_vault.v.name}",
                    "min_retention_days": 35,
                    "max_retention_days": 2555,
                }
            },
        },
        {"aws_backup_vault_lock_configuration.l": {"min_retention_days": 7}},
    ),
    "buckets.access_logged": beside("aws_s3_bucket_logging", {"target_bucket": ""}, target_bucket="logs"),
    "buckets.closed_to_other_accounts": bucket_policy(policy(_OTHER_ACCOUNT)),
    "buckets.encrypted": beside(
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "none"}}]},
        rule=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
    ),
    "buckets.encrypted_with_kms": beside(
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]},
        rule=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}}],
    ),
    "buckets.lifecycle": beside(
        "aws_s3_bucket_lifecycle_configuration",
        {"rule": [{"status": "Disabled"}]},
        rule=[{"status": "Enabled"}],
    ),
    "buckets.locked": beside(
        "aws_s3_bucket_object_lock_configuration",
        {"object_lock_enabled": "no"},
        object_lock_enabled="Enabled",
    ),
    "buckets.mfa_delete": beside(
        "aws_s3_bucket_versioning",
        {"versioning_configuration": {"status": "Enabled"}},
        versioning_configuration={"status": "Enabled", "mfa_delete": "Enabled"},
    ),
    "buckets.no_access_lists": beside(
        "aws_s3_bucket_ownership_controls",
        {"rule": {"object_ownership": "ObjectWriter"}},
        rule={"object_ownership": "BucketOwnerEnforced"},
    ),
    "buckets.not_publicly_readable": bucket_policy(policy(EVERYONE)),
    "buckets.not_publicly_writable": bucket_policy(policy(EVERYONE)),
    "buckets.notifies": beside("aws_s3_bucket_notification", {"eventbridge": False}, eventbridge=True),
    "buckets.deletions_told": beside(
        "aws_s3_bucket_notification",
        {"topic": [{"topic_arn": TOPIC, "events": ["s3:ObjectCreated:*"]}]},
        topic=[{"topic_arn": TOPIC, "events": ["s3:ObjectRemoved:*"]}],
    ),
    "buckets.public_access_blocked": beside(
        "aws_s3_bucket_public_access_block",
        {"restrict_public_buckets": False},
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    ),
    "buckets.replicated": beside(
        "aws_s3_bucket_replication_configuration",
        {"rule": [{"status": "Disabled"}]},
        rule=[{"status": "Enabled"}],
    ),
    "buckets.tls_only": bucket_policy(policy(allow("s3:GetObject", Principal="*"))),
    "buckets.versioned": beside(
        "aws_s3_bucket_versioning",
        {"versioning_configuration": {"status": "Suspended"}},
        versioning_configuration={"status": "Enabled"},
    ),
    "buckets.versions_expire": case(
        {
            "aws_s3_bucket": {"b": {}},
            "aws_s3_bucket_versioning": {
                "v": {"bucket": "${aws_s3_bucket.b.id}", "versioning_configuration": {"status": "Enabled"}}
            },
            "aws_s3_bucket_lifecycle_configuration": {
                "l": {"bucket": "${aws_s3_bucket.b.id}", "rule": [{"status": "Enabled"}]}
            },
        },
        {"aws_s3_bucket_lifecycle_configuration.l": {"rule": [{"status": "Disabled"}]}},
    ),
    "filesystem.automatic_backups": case(
        {
            "aws_efs_file_system": {"f": {}},
            "aws_efs_backup_policy": {
                "b": {"file_system_id": "${aws_efs_file_system.f.id}", "backup_policy": {"status": "ENABLED"}}
            },
        },
        {"aws_efs_backup_policy.b": {"backup_policy": {"status": "DISABLED"}}},
    ),
    "filesystem.encrypted": one("aws_efs_file_system", {"encrypted": False}, encrypted=True),
    "filesystem.in_backup_plan": backed_up("aws_efs_file_system"),
    "filesystem.own_key": one("aws_efs_file_system", {"kms_key_id": GONE}, kms_key_id=KEY),
    "filesystem.root_directory": one(
        "aws_efs_access_point", {"root_directory": {"path": "/"}}, root_directory={"path": "/logs"}
    ),
    "filesystem.tls_only": attached("aws_efs_file_system", "aws_efs_file_system_policy", "file_system_id"),
    "filesystem.user_identity": one(
        "aws_efs_access_point", {"posix_user": GONE}, posix_user={"uid": 1, "gid": 1}
    ),
    "buckets.kept": one("aws_s3_bucket", {"force_destroy": True}, force_destroy=False),
    "buckets.owner_enforced": beside(
        "aws_s3_bucket_ownership_controls",
        {"rule": {"object_ownership": "BucketOwnerPreferred"}},
        rule={"object_ownership": "BucketOwnerEnforced"},
    ),
    "buckets.own_key": beside(
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}}},
        rule={"apply_server_side_encryption_by_default": {"kms_master_key_id": KEY}},
    ),
    "backup.continuous": one(
        "aws_backup_plan",
        {"rule": [{**_DAILY, "enable_continuous_backup": False}]},
        rule=[{**_DAILY, "enable_continuous_backup": True}],
    ),
    "backup.failures_told": case(
        {
            "aws_backup_vault": {"v": {"name": "v"}},
            "aws_cloudwatch_metric_alarm": {
                metric: {
                    "metric_name": metric,
                    "dimensions": {"BackupVaultName": "${aws_backup_vault.v.name}"},
                }
                for metric in ("NumberOfBackupJobsFailed", "NumberOfBackupJobsExpired")
            },
        },
        {
            "aws_cloudwatch_metric_alarm.NumberOfBackupJobsExpired": {
                "metric_name": "NumberOfBackupJobsCompleted"
            }
        },
    ),
    "backup.restores_told": case(
        {
            "aws_backup_vault": {"v": {"name": "v"}},
            "aws_backup_vault_notifications": {
                "n": {
                    "backup_vault_name": "${aws_backup_vault.v.name}",
                    "backup_vault_events": ["RESTORE_JOB_COMPLETED"],
                }
            },
        },
        {"aws_backup_vault_notifications.n": {"backup_vault_events": ["COPY_JOB_FAILED"]}},
    ),
    "backup.restores_tested": case(
        {
            "aws_backup_restore_testing_plan": {"p": {"name": "p"}},
            "aws_backup_restore_testing_selection": {
                "s": {"restore_testing_plan_name": "${aws_backup_restore_testing_plan.p.name}"}
            },
        },
        {"aws_backup_restore_testing_selection.s": GONE},
    ),
    "backup.recovery_points_kept": vault(
        "aws_backup_vault_policy", {"policy": policy(TLS)}, policy=policy({**TLS, "Condition": {}})
    ),
    "backup.vault_closed_to_others": vault(
        "aws_backup_vault_policy", {"policy": policy(TLS)}, policy=policy(NOT_OTHERS)
    ),
    "backup.vault_kept": one("aws_backup_vault", {"force_destroy": True}, force_destroy=False),
    "filesystem.private": attached(
        "aws_efs_file_system", "aws_efs_file_system_policy", "file_system_id", policy(EVERYONE)
    ),
}
