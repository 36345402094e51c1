"""What the cards of a picture say."""

from __future__ import annotations

from typing import Any

from operations.diagram.cards import Card, cards
from operations.diagram.system import System
from tests.operations.diagram.sketch import database, stack, vpc


def card(resources: dict[str, dict[str, Any]], title: str, **blocks: dict[str, Any]) -> Card:
    found = [one for one in cards(System(stack(resources, **blocks))) if one.title == title]
    assert len(found) == 1, found
    return found[0]


def test_a_database_with_a_standby() -> None:
    found = card(database(deletion_protection=True), "RDS PostgreSQL")
    assert found.parts == ("primary", "standby in\nanother zone")
    assert found.lines == (
        "db.m6g.large, 400 to 4000 GiB",
        "point in time: 35 days",
        "deletion protection",
        "TCP 5432 from application",
        "key: rds",
    )


def test_a_database_without_standby_and_protection() -> None:
    found = card(database(multi_az=False, deletion_protection=False), "RDS PostgreSQL")
    assert found.parts == ()
    assert "deletion protection" not in found.lines


def test_a_cluster_shows_who_writes_and_who_reads() -> None:
    cluster: dict[str, Any] = {
        "path": "database/cluster",
        "db_cluster_instance_class": "db.m6gd.large",
        "allocated_storage": 100,
        "backup_retention_period": 35,
    }
    found = card({"aws_rds_cluster.db": cluster}, "RDS PostgreSQL")
    assert found.parts == ("writer", "two readers in\nother zones")
    assert found.lines == ("db.m6gd.large, 100 GiB", "point in time: 35 days")


def test_a_read_replica_says_that_it_is_one() -> None:
    replica: dict[str, Any] = {
        "replicate_source_db": "${aws_db_instance.db.identifier}",
        "instance_class": "db.r6g.large",
    }
    found = cards(
        System(stack({**database(), "aws_db_instance.replica": {"path": "database/replica", **replica}}))
    )
    lines = [one.lines for one in found if one.title == "RDS PostgreSQL"]
    assert ("read replica", "db.r6g.large") in lines


def test_a_database_that_subnets_reach() -> None:
    subnet = {"cidr_block": "10.0.1.0/24", "tags": {"Tier": "private"}}
    rule = {
        "security_group_id": "${aws_security_group.database.id}",
        "cidr_ipv4": "10.0.1.0/24",
        "ip_protocol": "tcp",
        "from_port": 5432,
    }
    more: dict[str, dict[str, Any]] = {
        "aws_subnet.private": subnet,
        "aws_vpc_security_group_ingress_rule.subnets": rule,
    }
    found = card({**database(), **more}, "RDS PostgreSQL")
    assert "TCP 5432 from application, private subnets" in found.lines


def test_buckets_say_what_becomes_of_their_objects() -> None:
    age: dict[str, Any] = {
        "bucket": "${aws_s3_bucket.data.bucket}",
        "rule": [
            {"transition": [{"days": 90, "storage_class": "GLACIER"}], "expiration": [{"days": 2555}]},
            {"expiration": [{"expired_object_delete_marker": True}]},
        ],
    }
    resources: dict[str, dict[str, Any]] = {
        "aws_s3_bucket.data": {"path": "exports/data/bucket"},
        "aws_s3_bucket_lifecycle_configuration.data": {"path": "exports/data/lifecycle", **age},
    }
    assert card(resources, "S3 buckets: exports").lines == ("data: 2555 days", "  GLACIER after 90 days")


def test_a_file_system_is_reached_through_the_groups_of_its_mount_targets() -> None:
    resources: dict[str, dict[str, Any]] = {
        "aws_efs_file_system.system": {"path": "filesystem/system"},
        "aws_efs_access_point.logs": {
            "path": "filesystem/access-transaction-logs",
            "file_system_id": "${aws_efs_file_system.system.id}",
        },
        "aws_efs_mount_target.a": {
            "file_system_id": "${aws_efs_file_system.system.id}",
            "security_groups": ["${aws_security_group.files.id}"],
        },
        "aws_security_group.files": {"path": "network/files-security-group/group"},
        "aws_security_group.application": {"path": "network/application-security-group/group"},
        "aws_vpc_security_group_ingress_rule.nfs": {
            "security_group_id": "${aws_security_group.files.id}",
            "referenced_security_group_id": "${aws_security_group.application.id}",
            "ip_protocol": "tcp",
            "from_port": 2049,
        },
    }
    assert card(resources, "EFS").lines == ("transaction-logs", "TCP 2049 from application")


def test_an_existing_and_a_created_secret_entry() -> None:
    rotation = {
        "aws_secretsmanager_secret_rotation.schedule": {
            "secret_id": "${data.aws_secretsmanager_secret.entry.arn}",
            "rotation_rules": {"automatically_after_days": 30},
        }
    }
    data = {"aws_secretsmanager_secret": {"entry": {"name": "dr-db-credentials"}}}
    existing = card(rotation, "Secrets Manager", data=data)
    created = card({"aws_secretsmanager_secret.created": {"name": "dr-db-credentials"}}, "Secrets Manager")
    assert existing.lines == ("dr-db-credentials", "existing entry", "rotated every 30 days")
    assert created.lines == ("dr-db-credentials", "created entry")


def test_backups_say_how_long_they_are_kept_and_whether_the_vault_is_locked() -> None:
    def resources() -> dict[str, dict[str, Any]]:
        return {
            "aws_backup_vault.vault": {"path": "backup/vault"},
            "aws_backup_plan.plan": {
                "path": "backup/plan",
                "rule": [
                    {"rule_name": "daily", "lifecycle": {"delete_after": 35}},
                    {"rule_name": "monthly", "lifecycle": {}},
                    {"rule_name": "yearly"},
                ],
            },
        }

    lock = {
        "aws_backup_vault_lock_configuration.lock": {"backup_vault_name": "${aws_backup_vault.vault.name}"}
    }
    kept = ("daily: 35 days", "monthly: for ever", "yearly: for ever")
    assert card(resources(), "AWS Backup").lines == (*kept, "vault")
    assert card(resources() | lock, "AWS Backup").lines == (*kept, "locked vault")


def test_alarms_share_a_card_and_many_of_a_module_are_counted() -> None:
    resources = {
        f"aws_cloudwatch_metric_alarm.{name}": {"path": f"monitoring/{name}"}
        for name in ("cpu", "storage", "writes")
    } | {
        **{f"aws_cloudwatch_metric_alarm.r{n}": {"path": f"rotation-alarms/r{n}"} for n in range(7)},
        "aws_cloudwatch_composite_alarm.unavailable": {"path": "monitoring/unavailable"},
        "aws_db_event_subscription.instance": {"path": "monitoring/instance-events"},
        "aws_cloudwatch_dashboard.dashboard": {"path": "monitoring/dashboard"},
    }
    assert card(resources, "CloudWatch").lines == (
        "monitoring: 3 alarms",
        "cpu, storage",
        "writes",
        "rotation-alarms: 7 alarms",
        "composite alarm: unavailable",
        "RDS events: instance",
        "dashboard",
    )


def test_keys_topic_function_and_endpoints() -> None:
    resources: dict[str, dict[str, Any]] = {
        "aws_kms_key.logs": {"path": "keys/logs/key", "rotation_period_in_days": 365},
        "aws_kms_key.rds": {"path": "keys/rds/key", "rotation_period_in_days": 365},
        "aws_sns_topic.topic": {"path": "topic/topic", "kms_master_key_id": "${aws_kms_key.logs.arn}"},
        "aws_sns_topic_subscription.email": {"topic_arn": "${aws_sns_topic.topic.arn}", "protocol": "email"},
        "aws_lambda_function.f": {
            "path": "rotation/function",
            "runtime": "python3.12",
            "architectures": ["arm64"],
            "dead_letter_config": {"target_arn": "${aws_sqs_queue.letters.arn}"},
        },
        "aws_sqs_queue.letters": {"path": "dead-letters/queue"},
        "aws_vpc_endpoint.s3": {"path": "network/endpoints/s3", "vpc_endpoint_type": "Gateway"},
        "aws_vpc_endpoint.kms": {"path": "network/endpoints/kms", "vpc_endpoint_type": "Interface"},
    }
    found = {one.title: one.lines for one in cards(System(stack(resources)))}
    assert found == {
        "KMS keys": ("logs, rds", "rotated every 365 days"),
        "SNS topic": ("email", "key: logs"),
        "Rotation function": ("python3.12, arm64", "dead letters: SQS queue"),
        "SQS queue": ("dead-letters",),
        "VPC endpoints": ("interface: kms", "gateway: s3"),
    }


def test_functions_are_called_after_their_modules_the_plain_one_first() -> None:
    resources = {
        f"aws_lambda_function.{name}": {
            "path": f"{module}/function",
            "runtime": "python3.12",
            "architectures": ["arm64"],
        }
        for name, module in (("a", "application-rotation"), ("b", "rotation"), ("c", "rotation-age"))
    }
    assert [one.title for one in cards(System(stack(resources)))] == [
        "Rotation function",
        "Rotation age function",
        "Application rotation function",
    ]


def test_a_network_alone_has_no_cards() -> None:
    assert cards(System(stack(vpc()))) == []
