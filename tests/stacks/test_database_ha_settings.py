"""What the settings of database-ha refuse, and how it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.problem import Problem
from stacks.environment import Environment, load
from tests.stacks.ha import FILE, refused


@pytest.mark.parametrize(
    ("block", "rule", "message"),
    [
        ('availability_zones = ["eu-west-1a", "eu-west-1b"]', "C06", "availability_zones names eu-west-1a"),
        ('database = { instance_class = "db.r3.large", max_connections = 90 }', "C07", "no db.r3.large"),
        ('database = { engine_version = "15.4" }', "C09", "no longer offers PostgreSQL 15.4"),
        ("database = { backup_retention_days = 36 }", "C13", "database_ha.database.backup_retention_days"),
        ('database = { availability_zone = "eu-central-2a" }', "C05", "multi_az is true"),
        ("database = { monitoring_interval = 7 }", "C12", "database_ha.database.monitoring_interval"),
        ("database = { performance_insights_retention_days = 8 }", "C11", "performance_insights"),
        ('database = { maintenance_window = "sun:03:30-sun:04:30" }', "C14", "overlaps"),
        ("database = { iops = 12000 }", "C15", "400 GiB"),
        ('backup = { daily_schedule = "cron(*/5 * * * ? *)" }', "C01", "once an hour"),
        ("exports = { infrequent_access_after_days = 29 }", "C26", "infrequent_access_after_days"),
        ("exports = { glacier_after_days = 40 }", "C26", "glacier_after_days is 40"),
        ("recovery = { rpo_minutes = 4 }", "C37", "rpo_minutes is 4"),
        ("credentials = { rotation_days = 1001 }", "C20", "rotation_days"),
        ("keys = { rotation_days = 89 }", "C22", "rotation_days"),
        ("database = { log_retention_days = 100 }", "C24", "log_retention_days"),
    ],
)
def test_each_rule_of_aws_is_named_by_the_message(
    tmp_path: Path, block: str, rule: str, message: str
) -> None:
    told = refused(tmp_path, block)
    assert rule in told, told
    assert message in told, told
    assert "test.tfvars, line" in told


def test_c32_a_regulated_one_keeps_backups_for_35_days(tmp_path: Path) -> None:
    told = refused(tmp_path, "database = { backup_retention_days = 7 }", profile="regulated")
    assert "C32" in told
    assert "database_ha" in told


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ('network = { interface_endpoints = ["secretsmanager"] }', "lacks rds"),
        ('tags = { project = "%s", cost_center = "x" }' % ("x" * 60), "cannot be the name of a bucket"),
        ('suffix = "other"', "database_ha.suffix is other"),
        ("filesystem = {}", "unknown setting database_ha.filesystem"),
        ('second_region = { region = "eu-central-2" }', "for a system in eu-central-2"),
        ("database = { cluster = {} }", "have no db.t3.medium in eu-central-2 [C08]"),
        (
            'database = { cluster = {}, instance_class = "db.m6gd.large" }\nsecond_region = { region = "eu-central-1" }',
            "second_region with database.cluster [C47]",
        ),
        (
            'database = { cluster = {}, instance_class = "db.m6gd.large", max_storage_gb = 200 }',
            "max_storage_gb with database.cluster [C46]",
        ),
        (
            'database = { cluster = {}, instance_class = "db.m6gd.large", backup_window = "03:00-04:00" }',
            "backup.daily_schedule is cron(0 2 * * ? *), with database.backup_window 03:00-04:00",
        ),
        (
            # Some months begin with a Sunday.
            """database = { cluster = {}, instance_class = "db.m6gd.large" }
               backup = { long_term_schedule = "cron(0 3 1 * ? *)" }""",
            "backup.long_term_schedule is cron(0 3 1 * ? *)",
        ),
        (
            'database = { cluster = {}, instance_class = "db.m6gd.large" }\nbackup = { hourly_retention_days = 2 }',
            "hourly_retention_days with database.cluster [C55]",
        ),
        (
            'backup = { continuous_schedule = "cron(0 2 * * ? *)" }',
            "continuous_schedule cron(0 2 * * ? *) is within an hour of daily_schedule",
        ),
    ],
)
def test_what_else_is_refused(tmp_path: Path, block: str, message: str) -> None:
    assert message in refused(tmp_path, block)


def test_a_fault_of_the_common_settings_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "test.tfvars").write_text((FILE % ("ephemeral", "")).replace('"test"', '"Test"'))
    with pytest.raises(Problem) as problem:
        load("test", folder=tmp_path)
    assert "suffix" in str(problem.value)
    assert "more after it" not in str(problem.value)


def test_an_environment_without_the_block_has_no_such_system(tmp_path: Path) -> None:
    text = (FILE % ("ephemeral", "")).partition("database_ha")[0]
    (tmp_path / "test.tfvars").write_text(text)
    environment: Environment = load("test", folder=tmp_path)
    assert environment.database_ha is None
    assert "database_ha" not in environment.blocks
