"""What interrupts service, and when."""

from __future__ import annotations

from typing import Any

import pytest

from tests.operations.plans.building import change
from tests.operations.review.reviewing import rules, texts, updated


def test_what_others_use_is_removed() -> None:
    assert texts(change("aws_nat_gateway.it", "delete", before={"id": "1"})) == [
        "interrupts-service: removed: private subnets have no way out"
    ]


def test_what_others_use_is_gone_until_its_replacement_is_there() -> None:
    before_after: dict[str, Any] = {"before": {"id": "1"}, "after": {}}
    (text,) = texts(change("aws_lb.it", "delete", "create", **before_after))
    assert text == (
        "interrupts-service: deleted before its replacement is there: until then, clients lose the address"
    )
    assert rules(change("aws_lb.it", "create", "delete", **before_after)) == []
    assert rules(change("aws_lb.it", "forget", before={"id": "1"})) == []


@pytest.mark.parametrize(
    ("before", "after", "when"),
    [
        ({"engine_version": "16.4"}, {"engine_version": "16.8"}, "in the next maintenance window"),
        ({"engine_version": "16.4"}, {"engine_version": "16.8", "apply_immediately": True}, "at once"),
        ({"port": 5432}, {"port": 5433}, "at once"),
        (
            {"parameter_group_name": "a"},
            {"parameter_group_name": "b", "apply_immediately": True},
            "at the next reboot",
        ),
        ({"backup_retention_period": 0}, {"backup_retention_period": 7}, "in the next maintenance window"),
    ],
)
def test_a_change_of_the_database_says_when(before: dict[str, Any], after: dict[str, Any], when: str) -> None:
    (text,) = texts(updated("aws_db_instance", before, after))
    assert text.startswith("interrupts-service: ")
    assert f", {when}: " in text


def test_a_change_that_is_not_known_may_interrupt_at_once() -> None:
    unknown = {"engine_version": True, "apply_immediately": True}
    (text,) = texts(updated("aws_db_instance", {"engine_version": "16.4"}, {}, unknown=unknown))
    assert ", at once: engine_version 16.4 → known only after apply" in text


def test_backups_for_more_days_interrupt_nothing() -> None:
    assert (
        rules(updated("aws_db_instance", {"backup_retention_period": 7}, {"backup_retention_period": 8}))
        == []
    )
