"""What destroys data."""

from __future__ import annotations

from typing import Any

import pytest

from operations.review.classes import Class
from tests.operations.plans.building import change
from tests.operations.review.reviewing import reviewed, texts, updated


def gone(type_: str, *actions: str, **before: Any) -> dict[str, Any]:
    return change(f"{type_}.it", *(actions or ("delete",)), before={"id": "1", **before}, after={})


@pytest.mark.parametrize(
    ("actions", "says"),
    [
        (["delete"], "the database is deleted"),
        (["delete", "create"], "the database is deleted, and a new one takes its place, empty"),
        (["create", "delete"], "the database is deleted, and a new one takes its place, empty"),
        (
            ["forget"],
            "the database is no longer managed: Terraform forgets it, and nothing protects it any more",
        ),
        (["create", "forget"], "another takes the place of the database, which Terraform forgets"),
    ],
)
def test_every_way_to_lose_a_database(actions: list[str], says: str) -> None:
    assert texts(gone("aws_db_instance", *actions)) == [f"destroys-data: {says}"]


@pytest.mark.parametrize(
    ("type_", "before", "says"),
    [
        ("aws_db_instance", {"skip_final_snapshot": True}, "no final snapshot is made"),
        ("aws_db_instance", {"skip_final_snapshot": False}, "a final snapshot is kept"),
        ("aws_fsx_windows_file_system", {"skip_final_backup": True}, "no final backup is made"),
        ("aws_kms_key", {"deletion_window_in_days": 7}, "AWS waits 7 days, in which that can be cancelled"),
        (
            "aws_kms_key",
            {"deletion_window_in_days": None},
            "AWS waits 30 days, in which that can be cancelled",
        ),
        ("aws_secretsmanager_secret", {"recovery_window_in_days": 0}, "at once"),
        ("aws_secretsmanager_secret", {"recovery_window_in_days": 30}, "it can be restored for 30 days"),
        ("aws_s3_bucket", {"force_destroy": True}, "with all that is in it"),
        ("aws_ecr_repository", {"force_delete": True}, "with all that is in it"),
    ],
)
def test_what_is_left(type_: str, before: dict[str, Any], says: str) -> None:
    (text,) = texts(gone(type_, **before))
    assert text.endswith(f"; {says}")


def test_nothing_is_said_of_what_is_left_of_a_bucket_that_must_be_empty() -> None:
    assert texts(gone("aws_s3_bucket", force_destroy=False)) == ["destroys-data: the bucket is deleted"]


def test_what_a_replacement_left_holds_data_too() -> None:
    left = {**gone("aws_db_instance"), "deposed": "abcd1234"}
    (found,) = reviewed(left)
    assert found.class_ is Class.DESTROYS_DATA
    assert found.reasons[0].text == "the database that a replacement has left is deleted"
    assert found.why == ("a replacement has left it",)


def test_turning_backups_off_deletes_them() -> None:
    found = texts(updated("aws_db_instance", {"backup_retention_period": 7}, {"backup_retention_period": 0}))
    assert "destroys-data: the automated backups are deleted: backup_retention_period 7 → 0" in found
    assert "weakens-protection: backups are kept for a shorter time: backup_retention_period 7 → 0" in found
    assert any(
        text.startswith("interrupts-service: an outage when backups are turned on or off") for text in found
    )


def test_what_holds_no_data_is_only_removed() -> None:
    (found,) = reviewed(gone("aws_db_parameter_group"))
    assert found.class_ is Class.REMOVES
    (found,) = reviewed(gone("aws_db_parameter_group", "forget"))
    assert found.class_ is Class.REMOVES
    (found,) = reviewed(gone("aws_ecs_task_definition", "create", "delete"))
    assert found.class_ is Class.REPLACES
