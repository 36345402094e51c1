from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from modules.database.recovery import RecoverySettings, achievable, check_recovery
from modules.database.settings import DatabaseSettings, check_region
from modules.database.windows import refuses_backup, windows_overlap

ZONES = ("eu-central-2a", "eu-central-2b", "eu-central-2c")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"multi_az": True, "availability_zone": "eu-central-2a"}, "C05"),
        ({"engine_version": "15.4"}, r"no longer offers PostgreSQL 15.4.*C09"),
        ({"engine_version": "13.3"}, r"no longer offers PostgreSQL 13.3.*C09"),
        ({"engine_version": "13"}, r"standard support ended on 2026-02-28.*C42"),
        ({"engine_version": "12.22"}, r"standard support ended on 2025-02-28.*C42"),
        ({"engine_version": "16.99"}, r"RDS has no PostgreSQL 16.99"),
        ({"engine_version": "99"}, r"RDS has no PostgreSQL 99"),
        ({"engine_version": "postgres16"}, "not a PostgreSQL version"),
        ({"performance_insights_retention_days": 30}, "C11"),
        ({"monitoring_interval": 45}, "C12"),
        ({"monitoring_interval": 0}, "greater than or equal to 1"),
        ({"backup_retention_days": 36}, "less than or equal to 35"),
        ({"backup_retention_days": 0}, "greater than or equal to 1"),
        ({"backup_window": "03:00-03:20"}, "C14"),
        ({"backup_window": "25:00-26:00"}, "C14"),
        ({"maintenance_window": "Sun:04:00-Sun:05:00"}, "C14"),
        ({"maintenance_window": "sun:04:00-sun:04:10"}, "C14"),
        ({"backup_window": "04:30-05:30"}, r"overlaps maintenance_window.*C14"),
        ({"storage_gb": 100, "iops": 12000}, "C15"),
        ({"storage_gb": 100, "throughput_mbps": 500}, "C15"),
        ({"storage_gb": 400, "throughput_mbps": 3001}, r"3001 with 12000 IOPS \[C57\].*iops = 12004"),
        ({"storage_gb": 400, "iops": 12000, "throughput_mbps": 4000}, "C57"),
        ({"storage_gb": 100, "max_storage_gb": 105}, "10 % of room"),
        ({"storage_gb": 19}, "greater than or equal to 20"),
        ({"username": "admin"}, "not a name for the master user"),
        ({"username": "pg_owner"}, "not a name for the master user"),
        ({"username": "Citizen"}, "not a name for the master user"),
        ({"name": "1st"}, "name"),
        ({"certificate_authority": "rds-ca-2019"}, "not a certificate authority"),
        ({"parameters": {"rds.force_ssl": "0"}}, "rds.force_ssl"),
        ({"parameters": {"max_connections": "10"}}, "a setting of its own"),
        ({"log_retention_days": 31}, "C24"),
        ({"instance_class": "m6g.large"}, "instance_class"),
        ({"instance_class": "db.x2g.large"}, "max_connections"),
        ({"port": 80}, "greater than or equal to 1150"),
        ({"multi_az": "yes"}, "multi_az"),
    ],
)
def test_what_rds_would_refuse(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.compile(message, re.DOTALL)):
        DatabaseSettings.model_validate(settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"engine_version": "16"},
        {"engine_version": "16.10"},
        {"performance_insights_retention_days": 731},
        {"performance_insights_retention_days": 31 * 23},
        {"multi_az": False, "availability_zone": "eu-central-2a"},
        {"storage_gb": 400, "iops": 12000, "throughput_mbps": 500},
        {"backup_window": "23:45-00:30"},
        {"maintenance_window": "sun:23:00-mon:01:00"},
        {"instance_class": "db.x2g.large", "max_connections": 1000},
        {"parameters": {"work_mem": "65536"}},
    ],
)
def test_what_rds_accepts(settings: dict[str, Any]) -> None:
    assert DatabaseSettings.model_validate(settings)


@pytest.mark.parametrize(
    ("daily", "weekly", "overlap"),
    [
        ("03:00-04:00", "sun:04:00-sun:05:00", False),  # they touch
        ("03:00-04:01", "sun:04:00-sun:05:00", True),
        ("04:59-05:30", "sun:04:00-sun:05:00", True),
        ("05:00-05:30", "sun:04:00-sun:05:00", False),
        ("23:30-00:30", "mon:00:00-mon:00:30", True),
        ("23:30-00:30", "sun:23:45-mon:00:15", True),
        ("00:00-00:30", "sun:23:00-mon:00:15", True),  # across the end of the week
        ("12:00-13:00", "sun:23:00-mon:00:15", False),
    ],
)
def test_c14_windows(daily: str, weekly: str, overlap: bool) -> None:
    assert windows_overlap(daily, weekly) is overlap


def test_c07_a_class_that_the_region_does_not_have() -> None:
    settings = DatabaseSettings(instance_class="db.m4.large", max_connections=100)
    with pytest.raises(ValueError, match=r"no db.m4.large in eu-central-2.*C07") as error:
        check_region(settings, "eu-central-2", ZONES)
    assert re.search(r"fix:     write instance_class = \"db\.\w+\.\w+\"", str(error.value))


def test_c06_a_zone_of_another_region() -> None:
    settings = DatabaseSettings(multi_az=False, availability_zone="ap-northeast-1a")
    with pytest.raises(ValueError, match=r"ap-northeast-1a is not in eu-central-2.*C06"):
        check_region(settings, "eu-central-2", ZONES)


def test_c37_what_multi_az_gives() -> None:
    given = achievable(DatabaseSettings())
    assert (given.rpo_minutes, given.rto_minutes) == (5, 2)


@pytest.mark.parametrize(
    ("database", "promised", "message"),
    [
        ({}, {"rpo_minutes": 4}, "ships its transaction logs every 5 minutes"),
        ({}, {"rto_minutes": 1}, "60 to 120 seconds"),
        ({"multi_az": False}, {}, "without a standby"),
    ],
)
def test_c37_targets_that_the_configuration_cannot_keep(
    database: dict[str, Any], promised: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        check_recovery(DatabaseSettings(**database), RecoverySettings(**promised))


def test_c37_targets_that_it_can_keep() -> None:
    check_recovery(DatabaseSettings(), RecoverySettings(rpo_minutes=5, rto_minutes=2))


@pytest.mark.parametrize(
    ("start", "refused"),
    [
        (120, False),  # Monday 02:00, and within an hour
        (181, True),  # it may start at 04:00, an hour before the backup window
        (359, True),
        (360, False),  # the window is over
        (6 * 1440 + 120, False),
        (6 * 1440 + 121, True),  # Sunday: the hour before the maintenance window
        (6 * 1440 + 299, True),
    ],
)
def test_c55_rds_refuses_backups_in_its_windows_and_in_the_hour_before(start: int, refused: bool) -> None:
    windows = {"daily": "05:00-06:00", "weekly": "sun:04:00-sun:05:00"}
    assert refuses_backup(start, 60, **windows) is refused


def test_the_backup_window_of_a_cluster_is_apart_from_the_jobs_of_aws_backup() -> None:
    assert DatabaseSettings().backup_window == "03:00-04:00"
    assert DatabaseSettings.model_validate({"cluster": {}}).backup_window == "05:00-06:00"
    given = {"cluster": {}, "backup_window": "10:00-11:00"}
    assert DatabaseSettings.model_validate(given).backup_window == "10:00-11:00"


def test_c42_a_version_past_standard_support_is_made_with_extended_support_only() -> None:
    settings = DatabaseSettings(engine_version="13", extended_support=True)
    assert settings.major_version == "13"


def test_c57_gp3_has_the_throughput_that_its_iops_allow() -> None:
    assert DatabaseSettings(storage_gb=400, throughput_mbps=3000).iops is None
    assert DatabaseSettings(storage_gb=400, iops=16000, throughput_mbps=4000).throughput_mbps == 4000
