"""Which lines a picture has."""

from __future__ import annotations

import json
from typing import Any

from operations.diagram.scene import Scene, scene
from operations.diagram.system import System
from tests.operations.diagram.sketch import database, stack, vpc

AROUND: dict[str, dict[str, Any]] = {
    "aws_backup_plan.plan": {"path": "backup/plan", "rule": []},
    "aws_backup_vault.vault": {"path": "backup/vault"},
    "aws_backup_selection.selection": {
        "plan_id": "${aws_backup_plan.plan.id}",
        "resources": ["${aws_db_instance.db.arn}"],
    },
    "aws_backup_vault_notifications.events": {
        "backup_vault_name": "${aws_backup_vault.vault.name}",
        "sns_topic_arn": "${aws_sns_topic.topic.arn}",
    },
    "aws_sns_topic.topic": {"path": "topic/topic"},
    **{
        f"aws_cloudwatch_metric_alarm.{name}": {
            "path": f"monitoring/{name}",
            "dimensions": {"DBInstanceIdentifier": "${aws_db_instance.db.identifier}"},
            "alarm_actions": ["${aws_sns_topic.topic.arn}"],
        }
        for name in ("cpu", "storage")
    },
}


def drawn(
    resources: dict[str, dict[str, Any]], **blocks: dict[str, Any]
) -> tuple[Scene, set[tuple[str, str, str]]]:
    found = scene(System(stack(resources, **blocks)))
    cards = [
        *found.cards,
        *(card for network in found.networks for tier in network.tiers for card in tier.cards),
    ]
    titles = {card.id: card.title for card in cards}
    return found, {(titles[line.tail], line.label, titles[line.head]) for line in found.lines}


def test_what_watches_and_backs_up_the_database() -> None:
    found, lines = drawn(vpc() | database() | AROUND)
    assert lines == {
        ("AWS Backup", "backs up", "RDS PostgreSQL"),
        ("AWS Backup", "notifies", "SNS topic"),
        ("CloudWatch", "watches", "RDS PostgreSQL"),
        ("CloudWatch", "notifies", "SNS topic"),
    }
    assert len(found.lines) == 4  # two alarms, one line


def test_a_cluster_is_watched_by_alarms_on_its_instances_and_backed_up() -> None:
    around = json.loads(
        json.dumps(AROUND)
        .replace(
            "${aws_db_instance.db.identifier}", "${element(sort(aws_rds_cluster.db.cluster_members), 0)}"
        )
        .replace("aws_db_instance", "aws_rds_cluster")
    )
    cluster = {
        "path": "database/cluster",
        "db_cluster_instance_class": "db.m6gd.large",
        "allocated_storage": 1,
    }
    _, lines = drawn({"aws_rds_cluster.db": cluster} | around)
    assert {("AWS Backup", "backs up", "RDS PostgreSQL"), ("CloudWatch", "watches", "RDS PostgreSQL")} < lines


def test_the_way_of_the_password() -> None:
    database_with_password = database(
        password_wo='${jsondecode(ephemeral.aws_secretsmanager_secret_version.current.secret_string)["password"]}'
    )
    _, lines = drawn(
        database_with_password,
        data={"aws_secretsmanager_secret": {"entry": {"name": "dr-db-credentials"}}},
        ephemeral={"aws_secretsmanager_secret_version": {"current": {"secret_id": "dr-db-credentials"}}},
    )
    assert lines == {("Secrets Manager", "password", "RDS PostgreSQL")}


def test_an_entry_that_tells_where_the_database_is_gives_it_no_password() -> None:
    _, lines = drawn(
        {
            **database(),
            "aws_secretsmanager_secret.application": {"path": "application/created", "name": "x"},
            "aws_secretsmanager_secret_version.application": {
                "secret_id": "${aws_secretsmanager_secret.application.id}",
                "secret_string_wo": "${aws_db_instance.db.address}",
            },
        }
    )
    assert lines == set()


def test_a_rotation() -> None:
    _, lines = drawn(
        {
            "aws_secretsmanager_secret.created": {"path": "credentials/created", "name": "x"},
            "aws_lambda_function.f": {
                "path": "rotation/function",
                "runtime": "python3.12",
                "architectures": ["arm64"],
            },
            "aws_secretsmanager_secret_rotation.schedule": {
                "secret_id": "${aws_secretsmanager_secret.created.id}",
                "rotation_lambda_arn": "${aws_lambda_function.f.arn}",
                "rotation_rules": {"automatically_after_days": 30},
            },
        }
    )
    assert lines == {("Rotation function", "rotates", "Secrets Manager")}


def test_the_title_names_the_system_and_its_region() -> None:
    assert drawn({})[0].title == "sketch · eu-central-2"
