"""database-ha in a new network, regulated: deployed, looked at through AWS, failed over, restored, and destroyed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.docs import runbook
from tests.system import alignment, database_ha
from tests.system.checkout import DATABASE_HA, Checkout, succeeded
from tests.system.database_ha import names, write
from tests.system.fixtures import checkout, holdfast

pytestmark = [
    pytest.mark.deployed,
    pytest.mark.terraform,
    pytest.mark.server,
]

GIB = 1024**3


@pytest.fixture(scope="module")
def deployed() -> Iterator[Checkout]:
    """The system of prod, whose secret entry is there before it."""
    with checkout("prod") as made:
        made.write_backend()
        succeeded(made.holdfast("local", "up"))
        succeeded(holdfast(made, "bootstrap"))
        succeeded(holdfast(made, f"secret create {DATABASE_HA}"))
        database_ha.deploy(made)
        yield made


@pytest.fixture(scope="module")
def instance(deployed: Checkout) -> dict[str, Any]:
    (found,) = deployed.client("rds").describe_db_instances()["DBInstances"]
    return dict(found)


def instance_now(made: Checkout) -> dict[str, Any]:
    return database_ha.instance(made, "ha-postgres-prod")


def outputs(made: Checkout, prefix: str) -> set[str]:
    return {value for name, value in made.outputs.items() if name.startswith(prefix)}


def test_a_second_plan_is_empty(deployed: Checkout) -> None:
    assert "No changes" in database_ha.cdktf(deployed, "diff")


def test_its_state_is_kept_beside_those_of_other_systems(deployed: Checkout) -> None:
    keys = [
        found["Key"]
        for found in deployed.client("s3").list_objects_v2(Bucket="holdfast-state-local")["Contents"]
    ]
    assert "holdfast/prod/prod/database-ha.tfstate" in keys


def test_the_database_is_as_required(deployed: Checkout, instance: dict[str, Any]) -> None:
    assert instance["DBInstanceIdentifier"] == deployed.outputs["database_identifier"] == "ha-postgres-prod"
    assert instance["EngineVersion"].startswith("15.")
    assert instance["MultiAZ"] is True
    assert instance["SecondaryAvailabilityZone"] != instance["AvailabilityZone"]
    assert (instance["AllocatedStorage"], instance["MaxAllocatedStorage"]) == (100, 1000)
    assert instance["StorageType"] == "gp3"
    assert instance["BackupRetentionPeriod"] == 35
    assert instance["PreferredBackupWindow"] == "03:00-04:00"
    assert instance["PreferredMaintenanceWindow"] == "sun:04:00-sun:05:00"
    assert instance["KmsKeyId"] == deployed.outputs["key_arns_database"]
    assert instance["PerformanceInsightsKMSKeyId"] == deployed.outputs["key_arns_database"]
    assert instance["MonitoringInterval"] == 60
    assert sorted(instance["EnabledCloudwatchLogsExports"]) == ["postgresql", "upgrade"]
    assert instance["PubliclyAccessible"] is False
    tags = {tag["Key"]: tag["Value"] for tag in instance["TagList"]}
    assert (tags["Project"], tags["CostCenter"], tags["ManagedBy"]) == (
        "database-ha",
        "citizen-services",
        "cdktf",
    )


def test_the_parameters_are_as_required(deployed: Checkout, instance: dict[str, Any]) -> None:
    (group,) = instance["DBParameterGroups"]
    pages = deployed.client("rds").get_paginator("describe_db_parameters")
    found = {
        parameter["ParameterName"]: parameter["ParameterValue"]
        for page in pages.paginate(DBParameterGroupName=group["DBParameterGroupName"], Source="user")
        for parameter in page["Parameters"]
    }
    assert found["log_statement"] == "all"
    assert found["log_min_duration_statement"] == "1000"
    assert "pg_stat_statements" in found["shared_preload_libraries"]
    assert found["track_activity_query_size"] == "2048"
    assert found["rds.force_ssl"] == "1"


def test_its_network_has_three_zones_two_ways_out_and_an_isolated_tier(
    deployed: Checkout, instance: dict[str, Any]
) -> None:
    ec2, vpc = deployed.client("ec2"), deployed.outputs["vpc_id"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    assert len(subnets) == 9
    assert {subnet["CidrBlock"].split("/")[1] for subnet in subnets} == {"24"}
    gateways = ec2.describe_nat_gateways(Filter=[{"Name": "vpc-id", "Values": [vpc]}])["NatGateways"]
    assert len([one for one in gateways if one["State"] == "available"]) == 2
    placed = {subnet["SubnetIdentifier"] for subnet in instance["DBSubnetGroup"]["Subnets"]}
    assert placed == outputs(deployed, "database_subnet_ids_")


def test_postgresql_is_reached_from_the_private_subnets_and_by_the_rotation_only(deployed: Checkout) -> None:
    ec2 = deployed.client("ec2")
    group = deployed.outputs["database_security_group_id"]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])[
        "SecurityGroupRules"
    ]
    assert [rule for rule in rules if rule["IsEgress"]] == []
    assert {(rule["FromPort"], rule["ToPort"]) for rule in rules} == {(5432, 5432)}
    private = ec2.describe_subnets(SubnetIds=sorted(outputs(deployed, "private_subnet_ids_")))["Subnets"]
    blocks = {rule["CidrIpv4"] for rule in rules if rule.get("CidrIpv4")}
    assert blocks == {subnet["CidrBlock"] for subnet in private}
    assert len([rule for rule in rules if "ReferencedGroupInfo" in rule]) == 1


def test_the_bucket_keeps_what_it_is_given_to_itself(deployed: Checkout) -> None:
    s3, name = deployed.client("s3"), deployed.outputs["bucket_name"]
    assert name == "rds-backups-database-ha-prod"
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": deployed.outputs["key_arns_exports"],
    }
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    statements = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in [one.get("Condition") for one in statements]
    assert s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]["TargetBucket"] == f"{name}-logs"


def test_what_is_in_the_bucket_ages(deployed: Checkout) -> None:
    rules = {
        rule["ID"]: rule
        for rule in deployed.client("s3").get_bucket_lifecycle_configuration(
            Bucket=deployed.outputs["bucket_name"]
        )["Rules"]
    }
    assert {one["StorageClass"]: one["Days"] for one in rules["age"]["Transitions"]} == {
        "STANDARD_IA": 30,
        "GLACIER": 90,
        "DEEP_ARCHIVE": 365,
    }
    assert rules["age"]["Expiration"]["Days"] == 2555
    assert rules["old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 90
    assert rules["unfinished-uploads"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7


def test_a_snapshot_gets_there_once(deployed: Checkout) -> None:
    lambda_, s3 = deployed.client("lambda"), deployed.client("s3")
    for _ in range(2):
        called = lambda_.invoke(FunctionName="ha-snapshot-export-prod", Payload=b"{}")
        assert "FunctionError" not in called, called["Payload"].read()
    (task,) = deployed.client("rds").describe_export_tasks()["ExportTasks"]
    assert ":snapshot:rds:ha-postgres-prod-" in task["SourceArn"]
    assert task["KmsKeyId"] == deployed.outputs["key_arns_exports"]
    (found,) = s3.list_objects_v2(Bucket=deployed.outputs["bucket_name"])["Contents"]
    assert found["Key"].startswith(f"ha-postgres-prod/{task['ExportTaskIdentifier']}/")


def test_whoever_deletes_an_export_is_heard_of(deployed: Checkout) -> None:
    s3, sns, sqs = (deployed.client(name) for name in ("s3", "sns", "sqs"))
    bucket, topic = deployed.outputs["bucket_name"], deployed.outputs["topic_arn"]
    queue = sqs.create_queue(QueueName="hears-of-deletions")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    for name in (bucket, f"{bucket}-logs"):
        s3.put_object(Bucket=name, Key="probe", Body=b"1")
        s3.delete_object(Bucket=name, Key="probe")
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=queue)
    events = [json.loads(json.loads(message["Body"])["Message"])["Records"][0] for message in messages]
    marked = "ObjectRemoved:DeleteMarkerCreated"
    assert sorted((event["eventName"], event["s3"]["bucket"]["name"]) for event in events) == [
        (marked, bucket),
        (marked, f"{bucket}-logs"),
    ]


def test_static_and_live_verdicts_agree(deployed: Checkout) -> None:
    alignment.agree(deployed, DATABASE_HA)


def test_the_export_is_called_every_hour_and_watched(deployed: Checkout) -> None:
    events = deployed.client("events")
    assert events.describe_rule(Name="ha-snapshot-export-prod")["ScheduleExpression"] == "rate(1 hour)"
    (target,) = events.list_targets_by_rule(Rule="ha-snapshot-export-prod")["Targets"]
    assert target["Arn"].endswith(":function:ha-snapshot-export-prod")
    alarms = deployed.client("cloudwatch").describe_alarms(AlarmNamePrefix="ha-export-")["MetricAlarms"]
    assert {alarm["AlarmName"] for alarm in alarms} == {
        "ha-export-overdue-prod",
        "ha-export-errors-prod",
        "ha-export-throttles-prod",
    }


def test_recovery_points_are_made_every_day_kept_for_years_and_locked(deployed: Checkout) -> None:
    backup = deployed.client("backup")
    plan = backup.get_backup_plan(BackupPlanId=deployed.outputs["backup_plan_id"])["BackupPlan"]
    rules = {rule["RuleName"]: rule for rule in plan["Rules"]}
    assert rules["continuous"]["EnableContinuousBackup"] is True
    assert rules["daily"]["ScheduleExpression"] == "cron(0 2 * * ? *)"
    assert rules["daily"]["Lifecycle"]["DeleteAfterDays"] == 35
    assert rules["long-term"]["Lifecycle"]["DeleteAfterDays"] == 2555
    vault = backup.describe_backup_vault(BackupVaultName=deployed.outputs["backup_vault_name"])
    assert (vault["Locked"], vault["EncryptionKeyArn"]) == (True, deployed.outputs["key_arns_backups"])
    (chosen,) = backup.list_backup_selections(BackupPlanId=deployed.outputs["backup_plan_id"])[
        "BackupSelectionsList"
    ]
    selection = backup.get_backup_selection(
        BackupPlanId=deployed.outputs["backup_plan_id"], SelectionId=chosen["SelectionId"]
    )
    assert selection["BackupSelection"]["Resources"] == [deployed.outputs["database_arn"]]


def test_restores_are_tried_on_a_schedule(deployed: Checkout, instance: dict[str, Any]) -> None:
    backup = deployed.client("backup")
    (plan,) = backup.list_restore_testing_plans()["RestoreTestingPlans"]
    assert plan["ScheduleExpression"] == "cron(0 6 ? * 1 *)"
    (selection,) = backup.list_restore_testing_selections(
        RestoreTestingPlanName=plan["RestoreTestingPlanName"]
    )["RestoreTestingSelections"]
    found = backup.get_restore_testing_selection(
        RestoreTestingPlanName=plan["RestoreTestingPlanName"],
        RestoreTestingSelectionName=selection["RestoreTestingSelectionName"],
    )["RestoreTestingSelection"]
    assert found["ProtectedResourceArns"] == [deployed.outputs["database_arn"]]
    assert (
        found["RestoreMetadataOverrides"]["dbSubnetGroupName"]
        == instance["DBSubnetGroup"]["DBSubnetGroupName"]
    )


def test_the_alarms_rise_at_the_required_thresholds_and_somebody_hears_of_it(deployed: Checkout) -> None:
    found = deployed.client("cloudwatch").describe_alarms(AlarmNamePrefix="ha-database-")["MetricAlarms"]
    alarms = {alarm["AlarmName"].removeprefix("ha-database-").removesuffix("-prod"): alarm for alarm in found}
    cpu = alarms["cpu"]
    assert (cpu["Threshold"], cpu["EvaluationPeriods"], cpu["DatapointsToAlarm"]) == (80, 2, 2)
    assert (alarms["free-storage"]["Threshold"], alarms["free-storage"]["ComparisonOperator"]) == (
        2 * GIB,
        "LessThanThreshold",
    )
    most = int(deployed.outputs["database_max_connections"])
    assert alarms["connections"]["Threshold"] == most * 80 // 100
    topic = deployed.outputs["topic_arn"]
    assert topic.endswith(":rds-alerts-prod")
    assert all(alarm["AlarmActions"] == [topic] for name, alarm in alarms.items() if name != "heartbeat")
    (subscription,) = deployed.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "operations@example.org")


def test_its_credentials_rotate_and_log_in(deployed: Checkout) -> None:
    succeeded(holdfast(deployed, f"rotate {DATABASE_HA}"))
    succeeded(holdfast(deployed, f"credentials check {DATABASE_HA}"))


def test_a_failover_moves_it_to_the_standbys_zone_and_terraform_sees_no_change(deployed: Checkout) -> None:
    rds = deployed.client("rds")

    def zones() -> tuple[str, str]:
        (found,) = rds.describe_db_instances()["DBInstances"]
        return found["AvailabilityZone"], found["SecondaryAvailabilityZone"]

    before = zones()
    fail_over, _ = runbook.commands("Fail over")
    database_ha.aws(deployed, fail_over)
    assert zones()[0] == before[1]
    succeeded(holdfast(deployed, f"credentials check {DATABASE_HA}"))
    assert database_ha.changes(deployed) == ""


def test_it_is_restored_to_a_point_in_time_under_its_name(deployed: Checkout) -> None:
    before = instance_now(deployed)
    write(deployed, "early")
    point = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    while datetime.now(UTC) <= point:
        time.sleep(0.1)
    write(deployed, "late")
    database_ha.put_aside(deployed)
    settings = deployed.folder / "environments" / "prod.tfvars"
    original = settings.read_text(encoding="utf-8")
    class_ = 'instance_class                      = "db.m6g.large"'
    assert class_ in original
    restore = f'restore = {{ instance = "ha-postgres-prod-before", time = "{point:%Y-%m-%dT%H:%M:%SZ}" }}'
    settings.write_text(original.replace(class_, f"{class_}\n    {restore}"), encoding="utf-8")
    succeeded(holdfast(deployed, f"deploy {DATABASE_HA} --auto-approve"))
    restored = instance_now(deployed)
    assert restored["DbiResourceId"] != before["DbiResourceId"]
    assert restored["KmsKeyId"] == deployed.outputs["key_arns_database"]
    assert names(deployed) == ["early"]
    assert names(deployed, "ha-postgres-prod-before") == ["early", "late"]
    # What it was restored from may go from the file: it counts when an instance is made.
    settings.write_text(original, encoding="utf-8")
    assert "No changes" in database_ha.cdktf(deployed, "diff")


def test_the_secret_opens_the_restored_one_too(deployed: Checkout) -> None:
    succeeded(holdfast(deployed, f"credentials check {DATABASE_HA}"))
    database_ha.tidy_up(deployed)


def test_a_recovery_point_keeps_its_vault(deployed: Checkout) -> None:
    backup, *_ = runbook.commands("Beside the database")
    point = database_ha.aws(deployed, backup)["RecoveryPointArn"]
    vault = deployed.outputs["backup_vault_name"]
    with pytest.raises(ClientError, match="is locked"):
        deployed.client("backup").delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)


def test_each_role_is_for_one_service(deployed: Checkout) -> None:
    """AWS Backup is not known to say for which account it takes a role: decision 0080."""
    iam = deployed.client("iam")
    of_this_account = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    for what, service, condition in (
        ("rds-monitoring", "monitoring.rds.amazonaws.com", of_this_account),
        ("backup", "backup.amazonaws.com", None),
        ("snapshot-writer", "export.rds.amazonaws.com", of_this_account),
    ):
        (trust,) = iam.get_role(RoleName=f"ha-{what}-prod")["Role"]["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": service}
        assert trust.get("Condition") == condition


def test_it_is_not_destroyed_without_being_told_to(deployed: Checkout) -> None:
    refused = holdfast(deployed, f"destroy {DATABASE_HA} --auto-approve")
    assert refused.returncode == 2
    assert "deletion protection is on" in refused.stderr
    assert "a bucket with objects in it cannot be deleted" in refused.stderr


def test_it_is_destroyed_when_it_is_told_to(deployed: Checkout) -> None:
    database_ha.deploy(deployed, removal=True)
    database_ha.cdktf(deployed, "destroy", removal=True)
    assert database_ha.addresses(deployed) == []
    assert deployed.client("rds").describe_db_instances()["DBInstances"] == []
    names = {
        snapshot["DBSnapshotIdentifier"]
        for snapshot in deployed.client("rds").describe_db_snapshots()["DBSnapshots"]
    }
    assert "ha-postgres-prod-final" in names
    buckets = {bucket["Name"] for bucket in deployed.client("s3").list_buckets()["Buckets"]}
    assert buckets == {"holdfast-state-local"}
