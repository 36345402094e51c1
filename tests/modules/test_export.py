from __future__ import annotations

import pytest
from cdktf import TerraformStack

from functions.snapshot_export import handler
from modules.bucket.bucket import LoggedBucket
from modules.bucket.settings import AgeSettings
from modules.export import metrics
from modules.export.alarms import ExportAlarms
from modules.export.snapshot_export import SnapshotExport
from modules.function.dead_letters import DeadLetters
from modules.function.function import Surroundings
from tests.modules.site import Site, name
from tests.template import Template, statements


def _template(*, cluster: bool = False) -> Template:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        bucket = LoggedBucket(
            stack,
            "exports",
            name="rds-backups-test",
            account=site.account,
            key=site.keys.exports,
            age=AgeSettings(),
            topic=site.topic,
            keep=False,
        )
        within = Surroundings(
            name=name,
            account=site.account,
            network=site.network(),
            key=site.key,
            logs_key=site.key,
            log_retention_days=90,
            dead_letters=DeadLetters(stack, "dead-letters", name=name("dead-letters"), key=site.key),
        )
        made = SnapshotExport(
            stack,
            "snapshot-export",
            within=within,
            database="ha-postgres-test",
            cluster=cluster,
            bucket=bucket.bucket,
            key=site.keys.exports,
            every_days=7,
        )
        ExportAlarms(stack, "alarms", name=name, topic=site.topic, export=made, every_days=7)

    return Template.of(build)


@pytest.fixture(scope="module")
def export() -> Template:
    return _template()


def test_it_looks_every_hour(export: Template) -> None:
    assert export.one("aws_cloudwatch_event_rule")["schedule_expression"] == "rate(1 hour)"
    function = export.address("aws_lambda_function", "snapshot-export/function")
    assert function in export.one("aws_cloudwatch_event_target")["arn"]
    (permission,) = export.all("aws_lambda_permission")
    assert permission["principal"] == "events.amazonaws.com"


def test_it_knows_what_to_export_and_where(export: Template) -> None:
    variables = export.one("aws_lambda_function")["environment"]["variables"]
    handler.Settings.of(variables)
    assert (variables["DATABASE_IDENTIFIER"], variables["EVERY_DAYS"]) == ("ha-postgres-test", "7")
    assert export.address("aws_s3_bucket", "data/bucket") in variables["BUCKET"]
    assert export.address("aws_iam_role", "snapshot-export-writer/role") in variables["EXPORT_ROLE_ARN"]


def test_it_starts_exports_of_automated_snapshots_only(export: Template) -> None:
    granted = statements(export.one("aws_iam_policy", "snapshot-export/role/policy")["policy"])
    rds, awsbackup = granted["StartExports"]["Resource"]
    assert rds.endswith(":snapshot:rds:ha-postgres-test-*")
    assert awsbackup.endswith(":snapshot:awsbackup:*")
    assert granted["GiveRoleToExports"]["Resource"].endswith(".arn}")
    assert "kms:ViaService" in granted["LetExportsUseKey"]["Condition"]["StringEquals"]
    assert not [action for one in granted.values() for action in one["Action"] if action.startswith("s3:")]


def test_of_a_cluster_it_finds_and_exports_cluster_snapshots() -> None:
    template = _template(cluster=True)
    assert handler.Settings.of(template.one("aws_lambda_function")["environment"]["variables"]).cluster
    granted = statements(template.one("aws_iam_policy", "snapshot-export/role/policy")["policy"])
    assert granted["FindSnapshots"]["Action"] == "rds:DescribeDBClusterSnapshots"
    assert granted["FindSnapshots"]["Resource"][0].endswith(":cluster:ha-postgres-test")
    assert granted["StartExports"]["Resource"][0].endswith(":cluster-snapshot:rds:ha-postgres-test-*")


def test_rds_alone_writes_with_the_role_for_this_account(export: Template) -> None:
    trust = statements(export.one("aws_iam_role", "snapshot-export-writer/role")["assume_role_policy"])
    assert trust["AssumedByService"]["Principal"] == {"Service": "export.rds.amazonaws.com"}
    assert "aws:SourceAccount" in trust["AssumedByService"]["Condition"]["StringEquals"]


def test_a_late_or_failing_export_is_told(export: Template) -> None:
    alarms = {alarm["alarm_name"]: alarm for alarm in export.all("aws_cloudwatch_metric_alarm")}
    assert set(alarms) == {"dr-export-overdue-test", "dr-export-errors-test", "dr-export-throttles-test"}
    overdue = alarms["dr-export-overdue-test"]
    assert (overdue["threshold"], overdue["dimensions"]) == (192, {"Database": "ha-postgres-test"})
    assert (overdue["namespace"], overdue["metric_name"]) == (metrics.NAMESPACE, handler.METRIC)
    assert overdue["treat_missing_data"] == "missing"
    assert all(alarm["insufficient_data_actions"] for alarm in alarms.values())
