"""Database parameters that protect, or wait for a reboot."""

from __future__ import annotations

from typing import Any

from tests.operations.review.reviewing import rules, texts, updated

GROUP = "aws_db_parameter_group"


def parameters(*named: tuple[str, str, str]) -> dict[str, Any]:
    return {"parameter": [{"name": name, "value": value, "apply_method": how} for name, value, how in named]}


def test_a_parameter_that_protects_less() -> None:
    before = parameters(("log_statement", "all", "immediate"), ("log_connections", "1", "immediate"))
    after = parameters(("log_statement", "ddl", "immediate"))
    assert texts(updated(GROUP, before, after)) == [
        "weakens-protection: logins are no longer logged: log_connections 1 → the default",
        "weakens-protection: fewer statements are logged: log_statement all → ddl",
    ]


def test_a_parameter_that_waits_for_a_reboot() -> None:
    before = parameters(("max_connections", "200", "pending-reboot"), ("gone", "1", "pending-reboot"))
    after = parameters(("max_connections", "400", "pending-reboot"), ("work_mem", "1", "immediate"))
    assert texts(updated("aws_rds_cluster_parameter_group", before, after)) == [
        "interrupts-service: takes effect when the databases that use it are rebooted: gone 1 → the default",
        "interrupts-service: takes effect when the databases that use it are rebooted: max_connections 200 → 400",
    ]


def test_another_way_to_apply_the_same_value_is_nothing() -> None:
    before, after = parameters(("a", "1", "immediate")), parameters(("a", "1", "pending-reboot"))
    assert rules(updated(GROUP, before, after)) == []


def test_parameters_that_are_not_known_may_protect_less() -> None:
    assert rules(updated(GROUP, parameters(), {}, unknown={"parameter": True})) == ["parameters-unknown"]
