"""Every rule passes a system that is as it wants it, notices the change, and never passes what is not known."""

from __future__ import annotations

from typing import Any

import pytest

from operations.compliance import configuration, packs
from operations.compliance.packs import Rule
from operations.compliance.rules import checks
from operations.compliance.verdicts import Verdict
from tests.operations.compliance.cases import CASES
from tests.operations.compliance.cases.making import Case

RULES = [rule for name in packs.names() for rule in packs.load(name).rules if rule.check]
BY_ID = pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])


def verdicts(rule: Rule, case: Case, *, changed: bool = False, unknown: bool = False) -> set[Verdict]:
    document = case.document(changed=changed, unknown=unknown)
    graph = configuration.graph(document, name="test", source="test")
    return {finding.verdict for finding in checks()[rule.check](graph)} - {Verdict.NOT_APPLICABLE}


@BY_ID
def test_a_system_as_it_must_be_passes(rule: Rule) -> None:
    assert verdicts(rule, CASES[rule.check]) == {Verdict.PASS}


@BY_ID
def test_the_change_is_noticed(rule: Rule) -> None:
    assert Verdict.FAIL in verdicts(rule, CASES[rule.check], changed=True)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.removes])
def test_what_is_not_known_does_not_pass(name: str) -> None:
    case = CASES[name]
    graph = configuration.graph(case.document(unknown=True), name="test", source="test")
    found = {finding.verdict for finding in checks()[name](graph)} - {Verdict.NOT_APPLICABLE}
    assert found & {Verdict.NEEDS_RUNTIME, Verdict.FAIL}


def test_every_check_has_a_case_and_a_rule() -> None:
    assert set(CASES) == set(checks())
    assert {rule.check for rule in RULES} == set(checks())


def test_a_system_without_anything_has_no_findings() -> None:
    graph = configuration.graph({"resource": {}}, name="empty", source="test")
    assert [name for name, check in checks().items() if list(check(graph))] == []


OF_A_CLUSTER: dict[str, dict[str, Any]] = {
    "database.backed_up": {"backup_retention_period": 0},
    "database.backed_up_35_days": {"backup_retention_period": 34},
    "database.backed_up_a_week": {"backup_retention_period": 6},
    "database.final_snapshot": {"skip_final_snapshot": True},
    "database.insights_encrypted": {"performance_insights_kms_key_id": None},
    "database.insights_kept_a_year": {"performance_insights_retention_period": 7},
    "database.logs_exported": {"enabled_cloudwatch_logs_exports": ["postgresql"]},
    "database.monitored": {"monitoring_interval": 0},
    "database.own_key": {"kms_key_id": None},
    "database.postgresql_log_exported": {"enabled_cloudwatch_logs_exports": ["upgrade"]},
    "database.postgresql_tls": {"db_cluster_parameter_group_name": None},
    "cluster.iam_authentication": {"iam_database_authentication_enabled": None},
    "cluster.several_zones": {"db_cluster_instance_class": None},
}
"""What of a Multi-AZ cluster a rule that is about its instances, or about it, notices."""


def a_cluster(**change: Any) -> dict[str, Any]:
    cluster = {
        "cluster_identifier": "three",
        "engine": "postgres",
        "db_cluster_instance_class": "db.m6gd.large",
        "backup_retention_period": 35,
        "db_cluster_parameter_group_name": "${aws_rds_cluster_parameter_group.p.name}",
        "enabled_cloudwatch_logs_exports": ["postgresql", "upgrade"],
        "iam_database_authentication_enabled": True,
        "kms_key_id": "${aws_kms_key.k.arn}",
        "monitoring_interval": 60,
        "performance_insights_enabled": True,
        "performance_insights_kms_key_id": "${aws_kms_key.k.arn}",
        "performance_insights_retention_period": 372,
        "skip_final_snapshot": False,
        **change,
    }
    parameters = [{"name": "rds.force_ssl", "value": "1"}, {"name": "password_encryption", "value": "md5"}]
    return {
        "aws_kms_key": {"k": {}},
        "aws_rds_cluster": {"c": {name: value for name, value in cluster.items() if value is not None}},
        "aws_rds_cluster_parameter_group": {"p": {"parameter": parameters}},
    }


def verdict(check: str, resources: dict[str, Any]) -> Verdict:
    graph = configuration.graph({"resource": resources}, name="test", source="test")
    (finding,) = checks()[check](graph)
    return finding.verdict


@pytest.mark.parametrize("check", OF_A_CLUSTER)
def test_rules_look_at_a_multi_az_cluster_too(check: str) -> None:
    assert verdict(check, a_cluster()) is Verdict.PASS
    assert verdict(check, a_cluster(**OF_A_CLUSTER[check])) is Verdict.FAIL


def test_the_parameters_of_a_cluster_are_those_of_its_own_kind_of_group() -> None:
    assert verdict("database.strong_password_hashes", a_cluster()) is Verdict.FAIL


def test_what_a_multi_az_cluster_cannot_have_is_not_asked_of_it() -> None:
    for check in ("database.backups_outlive_it", "cluster.backtracking", "cluster.audit_log_exported"):
        assert verdict(check, a_cluster()) is Verdict.NOT_APPLICABLE, check


def test_continuous_backups_are_asked_of_a_plan_that_covers_more_than_such_clusters() -> None:
    def plan(*covered: str, **change: Any) -> dict[str, Any]:
        arns = [f"${{{address}.arn}}" for address in covered]
        return {
            **a_cluster(**change),
            "aws_db_instance": {"i": {}},
            "aws_backup_plan": {"p": {"rule": [{"rule_name": "daily", "schedule": "cron(0 2 * * ? *)"}]}},
            "aws_backup_selection": {"s": {"plan_id": "${aws_backup_plan.p.id}", "resources": arns}},
        }

    check = "backup.continuous"
    assert verdict(check, plan("aws_rds_cluster.c")) is Verdict.NOT_APPLICABLE
    assert verdict(check, plan("aws_rds_cluster.c", "aws_db_instance.i")) is Verdict.FAIL
    assert verdict(check, plan("aws_rds_cluster.c", db_cluster_instance_class=None)) is Verdict.FAIL
    assert verdict(check, plan()) is Verdict.FAIL


def test_a_cluster_of_aurora_is_not_asked_for_what_its_instances_have() -> None:
    aurora = a_cluster(db_cluster_instance_class=None, engine="aurora-postgresql", monitoring_interval=None)
    graph = configuration.graph({"resource": aurora}, name="test", source="test")
    assert list(checks()["database.monitored"](graph)) == []


def test_alarms_on_the_instances_of_a_cluster_are_alarms_on_the_cluster() -> None:
    metrics = ("CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "ReadLatency", "WriteLatency")
    alarms: dict[str, dict[str, Any]] = {
        f"a{index}": {
            "alarm_name": f"a{index}",
            "metric_name": metric,
            "statistic": "SampleCount" if index == len(metrics) else "Average",
            "dimensions": {"DBInstanceIdentifier": "${element(sort(aws_rds_cluster.c.cluster_members), 0)}"},
        }
        for index, metric in enumerate((*metrics, "DatabaseConnections"))
    }
    assert verdict("alarms.databases_watched", a_cluster()) is Verdict.FAIL
    watched = {**a_cluster(), "aws_cloudwatch_metric_alarm": alarms}
    assert verdict("alarms.databases_watched", watched) is Verdict.PASS
    # What the alarms on the cluster are called is known after the apply; that says nothing of another one.
    other = {**watched, "aws_lambda_function": {"f": {"function_name": "f"}}}
    assert verdict("alarms.functions_watched", other) is Verdict.FAIL
    alarms["elsewhere"] = {"metric_name": "Errors", "dimensions": "${var.dimensions}"}
    assert verdict("alarms.functions_watched", other) is Verdict.NEEDS_RUNTIME


def test_of_a_vault_with_copies_only_the_copies_are_watched() -> None:
    system: dict[str, dict[str, Any]] = {
        "aws_backup_vault": {"copies": {"name": "copies"}},
        "aws_backup_plan": {
            "p": {
                "rule": [
                    {
                        "target_vault_name": "ours",
                        "copy_action": [{"destination_vault_arn": "${aws_backup_vault.copies.arn}"}],
                    }
                ]
            }
        },
    }
    assert verdict("backup.restores_told", system) is Verdict.NOT_APPLICABLE
    assert verdict("backup.failures_told", system) is Verdict.FAIL
    system["aws_cloudwatch_metric_alarm"] = {
        "a": {"metric_name": "NumberOfCopyJobsFailed", "dimensions": {"BackupVaultName": "copies"}}
    }
    assert verdict("backup.failures_told", system) is Verdict.PASS
    system["aws_backup_plan"]["p"]["rule"].append({"target_vault_name": "${aws_backup_vault.copies.name}"})
    assert verdict("backup.restores_told", system) is Verdict.FAIL
