"""What weakens protection, by the tables."""

from __future__ import annotations

from typing import Any

import pytest

from operations.review.classes import Class
from tests.operations.plans.building import change
from tests.operations.review.reviewing import referring, reviewed, rules, texts, updated


@pytest.mark.parametrize(
    ("type_", "before", "after", "says"),
    [
        (
            "aws_lb",
            {"enable_deletion_protection": True},
            {"enable_deletion_protection": False},
            "deletion protection",
        ),
        ("aws_anything_new", {"deletion_protection": True}, {}, "deletion protection is lifted"),
        (
            "aws_cognito_user_pool",
            {"deletion_protection": "ACTIVE"},
            {"deletion_protection": "INACTIVE"},
            "lifted",
        ),
        (
            "aws_rds_cluster",
            {"skip_final_snapshot": False},
            {"skip_final_snapshot": True},
            "no final snapshot",
        ),
        (
            "aws_db_instance",
            {"publicly_accessible": False},
            {"publicly_accessible": True},
            "from the internet",
        ),
        (
            "aws_db_instance",
            {"enabled_cloudwatch_logs_exports": ["postgresql", "upgrade"]},
            {"enabled_cloudwatch_logs_exports": ["upgrade"]},
            "a log is no longer exported",
        ),
        ("aws_cloudwatch_log_group", {"retention_in_days": 0}, {"retention_in_days": 365}, "shorter time"),
        ("aws_cloudwatch_log_group", {"kms_key_id": "arn"}, {"kms_key_id": ""}, "a key of its own"),
        (
            "aws_s3_bucket_versioning",
            {"versioning_configuration": [{"status": "Enabled"}]},
            {"versioning_configuration": [{"status": "Suspended"}]},
            "versioning_configuration.status Enabled → Suspended",
        ),
        (
            "aws_backup_plan",
            {"rule": [{"rule_name": "a"}, {"rule_name": "b"}]},
            {"rule": [{"rule_name": "a"}]},
            "a backup rule is removed: rule 2 → 1",
        ),
        (
            "aws_instance",
            {"metadata_options": [{"http_tokens": "required"}]},
            {"metadata_options": [{"http_tokens": "optional"}]},
            "old metadata service",
        ),
        ("aws_efs_file_system", {"kms_key_id": "a"}, {"kms_key_id": None}, "no longer encrypted"),
    ],
)
def test_less_protection(type_: str, before: dict[str, Any], after: dict[str, Any], says: str) -> None:
    found = texts(updated(type_, before, after))
    assert [text for text in found if text.startswith("weakens-protection: ") and says in text], found


def test_more_protection_is_an_update() -> None:
    before = {"deletion_protection": False, "backup_retention_period": 7, "publicly_accessible": True}
    after = {"deletion_protection": True, "backup_retention_period": 35, "publicly_accessible": False}
    (found,) = reviewed(updated("aws_rds_cluster", before, after))
    assert (found.class_, found.reasons) == (Class.UPDATES, ())


def test_what_is_not_known_yet_may_be_weaker() -> None:
    unknown = {"deletion_protection": True}
    assert texts(updated("aws_rds_cluster", {"deletion_protection": True}, {}, unknown=unknown)) == [
        "weakens-protection: deletion protection is lifted: deletion_protection true → known only after apply"
    ]
    assert not texts(updated("aws_rds_cluster", {"deletion_protection": False}, {}, unknown=unknown))


def test_a_replacement_is_compared_too() -> None:
    replaced = change(
        "aws_lb.it",
        "create",
        "delete",
        before={"drop_invalid_header_fields": True},
        after={"drop_invalid_header_fields": False},
    )
    assert rules(replaced) == ["less-protection"]


def test_a_new_object_weakens_nothing_by_itself() -> None:
    weak = {"deletion_protection": False, "publicly_accessible": True, "storage_encrypted": False}
    (found,) = reviewed(change("aws_db_instance.it", "create", after=weak))
    assert (found.class_, found.reasons) == (Class.ADDS, ())


@pytest.mark.parametrize("action", ["delete", "forget"])
def test_what_protects_something_else_goes(action: str) -> None:
    (text,) = texts(change("aws_flow_log.it", action, before={"id": "1"}))
    assert (
        text
        == f"weakens-protection: the network's flow log is {'removed' if action == 'delete' else 'no longer managed'}"
    )


def test_a_guard_that_is_replaced_still_guards() -> None:
    assert rules(change("aws_flow_log.it", "create", "delete", before={"id": "1"}, after={})) == []


ATTACHMENT = change("aws_iam_role_policy_attachment.it", "create", after={"role": "r", "policy_arn": "p"})
ROLE = referring("aws_iam_role_policy_attachment.it", "role", "aws_iam_role.r.name", "aws_iam_role.r")


@pytest.mark.parametrize(
    ("others", "configuration"),
    [
        ([], {}),
        ([], ROLE),
        (
            [change("aws_iam_role.r", "update", before={"name": "r"}, after={"name": "r", "path": "/x/"})],
            ROLE,
        ),
        ([change("aws_iam_role.r", "delete", "create", before={"name": "r"}, after={"name": "r"})], ROLE),
        (
            [change("aws_iam_role.r", "create", after={"name": "r"})],
            referring("aws_iam_role_policy_attachment.it", "role", "var.role"),
        ),
    ],
)
def test_a_permission_for_what_is_there_already(
    others: list[dict[str, Any]], configuration: dict[str, Any]
) -> None:
    found = texts(ATTACHMENT, *others, configuration=configuration)
    assert "weakens-protection: the role gets another policy" in found


def test_a_permission_for_something_new_is_part_of_it() -> None:
    new_role = change("aws_iam_role.r", "create", after={"name": "r"})
    assert rules(ATTACHMENT, new_role, configuration=ROLE) == []


def test_a_lifecycle_for_a_bucket_that_is_there_deletes_objects() -> None:
    rule = {"bucket": "b", "rule": [{"expiration": [{"days": 30}]}]}
    (text,) = texts(change("aws_s3_bucket_lifecycle_configuration.it", "create", after=rule))
    assert text == "weakens-protection: objects are deleted earlier: rule.expiration.days not set → 30"


def test_a_secret_in_a_reason_is_hidden() -> None:
    marks = {"kms_key_id": True}
    (text,) = texts(updated("aws_sns_topic", {"kms_key_id": "hidden"}, {"kms_key_id": None}, sensitive=marks))
    assert "hidden" not in text
    assert "(sensitive) → not set" in text
