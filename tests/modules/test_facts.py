"""The data files say what their sources say, and the lookups find it."""

import re
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from modules import facts
from modules.facts import refresh

ROOT = Path(__file__).parents[2]
DATA_FILES = sorted(facts.FOLDER.glob("*.tsv"))


@pytest.mark.parametrize("path", DATA_FILES, ids=lambda path: path.name)
def test_every_data_file_says_its_source_and_its_date(path: Path) -> None:
    header = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert any(re.fullmatch(r"# source: \S.*", line) for line in header)
    assert any(re.fullmatch(r"# date: 2\d{3}-\d\d-\d\d", line) for line in header)


@pytest.mark.parametrize("path", DATA_FILES, ids=lambda path: path.name)
def test_no_data_file_says_a_thing_twice(path: Path) -> None:
    rows = [tuple(row.values()) for row in facts.read_table(path.name)]
    assert len(rows) == len(set(rows))


def test_a_row_that_has_not_one_value_per_column_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.tsv").write_text("# source: nowhere\nregion\tzone\neu-central-2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="shorter"):
        facts.read_table("broken.tsv", tmp_path)


@pytest.mark.slow
def test_the_committed_files_are_those_of_the_installed_packages() -> None:
    assert refresh.outdated() == [], "run python -m modules.facts.refresh and review the difference"


@pytest.mark.slow
def test_refresh_writes_only_what_is_outdated(tmp_path: Path) -> None:
    for path in DATA_FILES:
        shutil.copy(path, tmp_path)
    zones = tmp_path / "availability_zones.tsv"
    classes = tmp_path / "rds_classes.tsv"
    zones.write_text(
        zones.read_text(encoding="utf-8").replace("eu-central-2\teu-central-2c\n", ""), encoding="utf-8"
    )
    before = classes.stat().st_mtime_ns
    assert refresh.outdated(tmp_path) == ["availability_zones.tsv"]

    refresh.main(tmp_path)

    assert refresh.outdated(tmp_path) == []
    assert "moto" in zones.read_text(encoding="utf-8").splitlines()[0]
    assert classes.stat().st_mtime_ns == before


def test_zones_are_those_of_the_region() -> None:
    assert facts.zones("eu-central-2") == ("eu-central-2a", "eu-central-2b", "eu-central-2c")
    assert facts.zones("ap-northeast-1") == ("ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d")
    assert facts.zones("eu-central-9") is None


def test_every_region_of_the_systems_has_zones_and_classes() -> None:
    for region in ("eu-central-2", "us-east-1", "us-west-2", "eu-south-1"):
        assert region in facts.regions()
        assert facts.rds_classes(region, "postgres")


def test_classes_differ_by_region() -> None:
    zurich = facts.rds_classes("eu-central-2", "postgres")
    virginia = facts.rds_classes("us-east-1", "postgres")
    assert zurich is not None
    assert virginia is not None
    assert "db.t3.medium" in zurich
    assert "db.r4.large" in virginia - zurich


def test_clusters_have_other_classes_than_instances() -> None:
    zurich = facts.rds_cluster_classes("eu-central-2")
    assert {name.rpartition(".")[0] for name in zurich} == {"db.m6gd", "db.r6gd"}
    assert "db.m6g.large" not in facts.rds_cluster_classes("us-east-1")
    assert facts.rds_cluster_classes("mx-central-1") == frozenset(), "a region without Multi-AZ clusters"


def test_no_data_is_not_an_empty_offer() -> None:
    assert facts.rds_classes("eu-central-2", "oracle-ee") is None
    assert facts.rds_classes("eu-central-9", "postgres") is None


def test_a_misspelt_class_finds_its_neighbours() -> None:
    classes = facts.rds_classes("eu-central-2", "postgres")
    assert classes is not None
    assert facts.similar("db.m6g.larg", classes)[0] == "db.m6g.large"
    assert facts.similar("quite something else", classes) == ()


def test_memory_of_a_class_is_that_of_its_instance_type() -> None:
    assert facts.class_memory_mib("db.m5.large") == 8 * 1024
    assert facts.class_memory_mib("db.t3.micro") == 1024
    assert facts.class_memory_mib("db.serverless") is None


def test_default_connections_follow_the_memory_up_to_the_limit() -> None:
    assert facts.default_max_connections("db.m5.large") == 901
    assert facts.default_max_connections("db.m5.24xlarge") == 5000
    assert facts.default_max_connections("db.serverless") is None


def test_postgres_versions_are_in_the_order_of_their_numbers() -> None:
    versions = [tuple(map(int, version.split("."))) for version in facts.postgres_versions()]
    assert all(older < newer for older, newer in pairwise(versions))


def test_deprecated_versions() -> None:
    assert facts.is_deprecated("15.4")
    assert not facts.is_deprecated("15.13")
    assert not facts.is_deprecated("15")
    assert facts.is_deprecated("10"), "a major without a live minor"


def test_latest_minor_counts_as_numbers_do() -> None:
    latest = facts.latest_minor("16")
    assert latest is not None
    assert int(latest.removeprefix("16.")) >= 10
    assert facts.latest_minor("10") is None
    assert facts.latest_minor("99") is None


def test_standard_support_ends_later_for_later_majors() -> None:
    assert facts.end_of_standard_support("16") == date(2029, 2, 28)
    assert facts.end_of_standard_support("99") is None
    ends = [facts.end_of_standard_support(str(major)) for major in range(11, 18)]
    assert all(older is not None and newer is not None and older < newer for older, newer in pairwise(ends))


def api_shapes(service: str) -> Any:
    return Loader(include_default_search_paths=True).load_service_model(service, "service-2")["shapes"]


def documented(service: str, shape: str, member: str) -> str:
    shapes = api_shapes(service)
    found = shapes[shape]["members"][member]
    text = found.get("documentation") or shapes[found["shape"]]["documentation"]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_log_retention_is_what_cloudwatch_logs_documents() -> None:
    text = documented("logs", "PutRetentionPolicyRequest", "retentionInDays")
    values = text.split("Possible values are:")[1].split(". ")[0]
    assert facts.allowed("log_retention_days") == tuple(re.findall(r"\d+", values))


def test_storage_types_of_clusters_are_what_rds_documents() -> None:
    text = documented("rds", "CreateDBClusterMessage", "StorageType")
    values = text.split("Multi-AZ DB clusters - io1")[1].split("Default")[0]
    assert sorted(re.findall(r"\w+", "io1" + values)) == sorted(facts.allowed("cluster_storage_types"))


def test_monitoring_intervals_are_what_rds_documents() -> None:
    text = documented("rds", "CreateDBInstanceMessage", "MonitoringInterval")
    values = text.split("Valid Values:")[1].split("Default")[0]
    assert facts.allowed("monitoring_intervals") == tuple(re.findall(r"\d+", values))


def test_performance_insights_retention_is_what_rds_documents() -> None:
    text = documented("rds", "CreateDBInstanceMessage", "PerformanceInsightsRetentionPeriod")
    assert "* 31, where month is a number of months from 1-23" in text
    months = [str(31 * month) for month in range(1, 24)]
    assert facts.allowed("performance_insights_retention") == ("7", *months, "731")


def test_lifecycle_policies_are_those_of_the_efs_api() -> None:
    assert set(facts.allowed("efs_lifecycle")) == set(api_shapes("efs")["TransitionToIARules"]["enum"])


def test_an_unknown_enumeration_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"enums\.tsv has no colours"):
        facts.allowed("colours")


def test_every_rule_that_the_code_names_is_in_the_table() -> None:
    named = {
        found: path.name
        for folder in ("modules", "stacks", "operations")
        for path in (ROOT / folder).rglob("*.py")
        for found in re.findall(r"\bC\d\d\b", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert {rule: place for rule, place in named.items() if rule not in facts.constraints()} == {}


def test_a_rule_says_what_it_is_and_where_it_is_written() -> None:
    rule = facts.constraints()["C09"]
    assert rule.id == "C09"
    assert "deprecated" in rule.rule
    assert "cfn-lint" in rule.source


def test_automated_backups_are_replicated_between_known_regions_of_one_partition() -> None:
    for region in facts.regions():
        assert set(facts.automated_backup_regions(region)) <= set(facts.other_regions(region))
    assert facts.automated_backup_regions("eu-central-2") == ("eu-central-1", "eu-west-1")
    assert facts.automated_backup_regions("xx-nowhere-1") == ()


def test_support_is_over_on_the_date_of_the_file_not_of_the_day() -> None:
    assert facts.needs_extended_support("13")
    assert not facts.needs_extended_support("14")
    assert not facts.needs_extended_support("99")
