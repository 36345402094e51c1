"""RDS: instances, clusters, parameter groups, event subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operations.compliance.live.aws import NOT_SEEN, absent_as_none

if TYPE_CHECKING:
    from collections.abc import Iterable

    from operations.compliance.live.aws import Arguments, Aws, Reader, State


def instance(aws: Aws, state: State) -> Arguments | None:
    """An instance."""
    rds = aws.client("rds")
    found = absent_as_none(
        lambda: rds.describe_db_instances(DBInstanceIdentifier=state["identifier"])["DBInstances"][0],
        "DBInstanceNotFound",
    )
    if found is None:
        return None
    groups = found.get("DBParameterGroups", [])
    return {
        "identifier": found["DBInstanceIdentifier"],
        "engine": found["Engine"],
        "username": found.get("MasterUsername"),
        "port": found.get("Endpoint", {}).get("Port"),
        "multi_az": found["MultiAZ"],
        "publicly_accessible": found["PubliclyAccessible"],
        "storage_encrypted": found["StorageEncrypted"],
        "kms_key_id": found.get("KmsKeyId"),
        "deletion_protection": found["DeletionProtection"],
        "backup_retention_period": found["BackupRetentionPeriod"],
        "monitoring_interval": found.get("MonitoringInterval"),
        "enabled_cloudwatch_logs_exports": found.get("EnabledCloudwatchLogsExports", []),
        "iam_database_authentication_enabled": found.get("IAMDatabaseAuthenticationEnabled"),
        "auto_minor_version_upgrade": found["AutoMinorVersionUpgrade"],
        "copy_tags_to_snapshot": found.get("CopyTagsToSnapshot"),
        "db_subnet_group_name": found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
        "parameter_group_name": groups[0]["DBParameterGroupName"] if groups else None,
        "performance_insights_enabled": found.get("PerformanceInsightsEnabled"),
        "performance_insights_kms_key_id": found.get("PerformanceInsightsKMSKeyId"),
        "performance_insights_retention_period": found.get("PerformanceInsightsRetentionPeriod"),
        "replicate_source_db": found.get("ReadReplicaSourceDBInstanceIdentifier"),
        # These are told to AWS when it is deleted, not before.
        "skip_final_snapshot": NOT_SEEN,
        "delete_automated_backups": NOT_SEEN,
    }


def cluster(aws: Aws, state: State) -> Arguments | None:
    """A cluster."""
    rds = aws.client("rds")
    found = absent_as_none(
        lambda: rds.describe_db_clusters(DBClusterIdentifier=state["cluster_identifier"])["DBClusters"][0],
        "DBClusterNotFoundFault",
    )
    if found is None:
        return None
    return {
        "cluster_identifier": found["DBClusterIdentifier"],
        "cluster_members": [one["DBInstanceIdentifier"] for one in found.get("DBClusterMembers", [])],
        "engine": found["Engine"],
        "master_username": found.get("MasterUsername"),
        "port": found.get("Port"),
        "db_cluster_instance_class": found.get("DBClusterInstanceClass"),
        "storage_encrypted": found["StorageEncrypted"],
        "kms_key_id": found.get("KmsKeyId"),
        "deletion_protection": found["DeletionProtection"],
        "backup_retention_period": found["BackupRetentionPeriod"],
        "backtrack_window": found.get("BacktrackWindow"),
        "monitoring_interval": found.get("MonitoringInterval"),
        "enabled_cloudwatch_logs_exports": found.get("EnabledCloudwatchLogsExports", []),
        "iam_database_authentication_enabled": found.get("IAMDatabaseAuthenticationEnabled"),
        "copy_tags_to_snapshot": found.get("CopyTagsToSnapshot"),
        "db_subnet_group_name": found.get("DBSubnetGroup"),
        "db_cluster_parameter_group_name": found.get("DBClusterParameterGroup"),
        "performance_insights_enabled": found.get("PerformanceInsightsEnabled"),
        "performance_insights_kms_key_id": found.get("PerformanceInsightsKMSKeyId"),
        "performance_insights_retention_period": found.get("PerformanceInsightsRetentionPeriod"),
        # This is told to AWS when it is deleted, not before.
        "skip_final_snapshot": NOT_SEEN,
    }


def parameter_group(aws: Aws, state: State) -> Arguments | None:
    """The parameters that a group sets itself."""
    pages = aws.client("rds").get_paginator("describe_db_parameters")
    return _parameters(
        pages.paginate(DBParameterGroupName=state["name"], Source="user"), "DBParameterGroupNotFound"
    )


def cluster_parameter_group(aws: Aws, state: State) -> Arguments | None:
    """The parameters that the group of a cluster sets itself."""
    pages = aws.client("rds").get_paginator("describe_db_cluster_parameters")
    return _parameters(
        pages.paginate(DBClusterParameterGroupName=state["name"], Source="user"),
        "DBParameterGroupNotFound",
        "DBClusterParameterGroupNotFound",
    )


def _parameters(pages: Iterable[Any], *absent: str) -> Arguments | None:
    found = absent_as_none(lambda: [parameter for page in pages for parameter in page["Parameters"]], *absent)
    if found is None:
        return None
    return {
        "parameter": [
            {"name": parameter["ParameterName"], "value": parameter.get("ParameterValue")}
            for parameter in found
        ]
    }


def event_subscription(aws: Aws, state: State) -> Arguments | None:
    """A subscription to events."""
    rds = aws.client("rds")
    found = absent_as_none(
        lambda: rds.describe_event_subscriptions(SubscriptionName=state["name"])["EventSubscriptionsList"][0],
        "SubscriptionNotFound",
    )
    if found is None:
        return None
    return {
        "source_type": found.get("SourceType"),
        "event_categories": found.get("EventCategoriesList", []),
        "enabled": found["Enabled"],
    }


READERS: dict[str, Reader] = {
    "aws_db_instance": instance,
    "aws_rds_cluster": cluster,
    "aws_rds_cluster_parameter_group": cluster_parameter_group,
    "aws_db_parameter_group": parameter_group,
    "aws_db_event_subscription": event_subscription,
}
