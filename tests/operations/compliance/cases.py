"""For each check a small system that passes it, and one change that must make it fail."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.compliance.configuration import references

Resources = dict[str, dict[str, dict[str, Any]]]
"""Type to name to arguments, as in Terraform JSON."""

GONE = object()
"""In the place of a value: there is none."""

KEY = "${aws_kms_key.k.arn}"
TOPIC = "${aws_sns_topic.t.arn}"
TLS = {
    "Sid": "DenyPlainText",
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A system, and what is changed in it.

    Attributes:
        good: the system that passes.
        change: ``type.name`` to the arguments that are changed, or to `GONE`.
        data: data sources of the system.
    """

    good: Resources
    change: Mapping[str, Any]
    data: Resources

    def document(self, *, changed: bool = False, unknown: bool = False) -> dict[str, Any]:
        """The Terraform JSON; with the change, or with what would change not known."""
        resources: dict[str, Any] = copy.deepcopy(self.good)
        for address, change in self.change.items() if changed or unknown else ():
            type_, name = address.split(".")
            if change is GONE:
                del resources[type_][name]
                continue
            block = resources.setdefault(type_, {}).setdefault(name, {})
            for argument, value in change.items():
                if unknown:
                    block[argument] = "${var.unknown}"
                elif value is GONE:
                    del block[argument]
                else:
                    block[argument] = value
        for address in sorted(set(references(resources))):
            # What is referred to is there, and as nothing here looks at it, it needs no arguments.
            if not address.startswith("data."):
                type_, name = address.split(".")
                resources.setdefault(type_, {}).setdefault(name, {})
        return {"resource": resources, "data": self.data}

    @property
    def removes(self) -> bool:
        """Whether the change is that something is not there."""
        return any(change is GONE for change in self.change.values())


def case(good: Resources, change: Mapping[str, Any], data: Resources | None = None) -> Case:
    return Case(good=good, change=change, data=data or {})


def one(type_: str, change: Mapping[str, Any], **arguments: Any) -> Case:
    """A case of one resource."""
    return case({type_: {"it": arguments}}, {f"{type_}.it": change})


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "arn:aws:s3:::b/*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def database(change: Mapping[str, Any], **arguments: Any) -> Case:
    return one("aws_db_instance", change, **{"engine": "postgres", **arguments})


def cluster(change: Mapping[str, Any], **arguments: Any) -> Case:
    return one("aws_rds_cluster", change, **{"engine": "aurora-mysql", **arguments})


def ingress(cidr: str = "10.0.0.0/8", port: int = 5432) -> dict[str, Any]:
    return {"ip_protocol": "tcp", "from_port": port, "to_port": port, "cidr_ipv4": cidr}


def opened(port: int) -> Case:
    return one("aws_vpc_security_group_ingress_rule", ingress("0.0.0.0/0", port), **ingress())


def backed_up(type_: str) -> Case:
    arn = f"${{{type_}.it.arn}}"
    return case(
        {
            type_: {"it": {}},
            "aws_backup_plan": {"p": {"name": "p"}},
            "aws_backup_selection": {"s": {"plan_id": "${aws_backup_plan.p.id}", "resources": [arn]}},
        },
        {"aws_backup_selection.s": {"resources": ["arn:aws:rds:eu-central-2:123456789012:db:other"]}},
    )


def subscribed(source: str, *categories: str) -> Case:
    return one(
        "aws_db_event_subscription",
        {"event_categories": ["notification"]},
        source_type=source,
        event_categories=list(categories),
    )


def beside(type_: str, change: Mapping[str, Any], **arguments: Any) -> Case:
    """A bucket with a configuration beside it."""
    return case(
        {
            "aws_s3_bucket": {"b": {"bucket": "b"}},
            type_: {"it": {"bucket": "${aws_s3_bucket.b.id}", **arguments}},
        },
        {f"{type_}.it": change},
    )


def bucket_policy(bad: str, good: str = policy(TLS)) -> Case:
    return beside("aws_s3_bucket_policy", {"policy": bad}, policy=good)


def granted(bad: Mapping[str, Any], type_: str = "aws_iam_policy", *, good: str | None = None) -> Case:
    return one(type_, {"policy": policy(bad)}, policy=good or policy(allow("s3:GetObject")))


def vault(type_: str, change: Mapping[str, Any], **arguments: Any) -> Case:
    """A vault with a configuration beside it."""
    name = "${aws_backup_vault.v.name}"
    return case(
        {"aws_backup_vault": {"v": {"name": "v"}}, type_: {"it": {"backup_vault_name": name, **arguments}}},
        {f"{type_}.it": change},
    )


def parameters(bad: Mapping[str, str], **good: str) -> Case:
    found = parameter("postgres", "", "", "")

    def blocks(values: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in values.items()]

    return case(
        {**found.good, "aws_db_parameter_group": {"g": {"parameter": blocks(good)}}},
        {"aws_db_parameter_group.g": {"parameter": blocks(bad)}},
    )


def function(change: Mapping[str, Any], **arguments: Any) -> Case:
    return one("aws_lambda_function", change, **{"function_name": "f", **arguments})


def subnets(*zones: str) -> Resources:
    return {"aws_subnet": {f"s{number}": {"availability_zone": zone} for number, zone in enumerate(zones)}}


def rotated(days: int) -> Case:
    return case(
        {
            "aws_secretsmanager_secret": {"s": {"name": "s"}},
            "aws_secretsmanager_secret_rotation": {
                "r": {
                    "secret_id": "${aws_secretsmanager_secret.s.id}",
                    "rotation_rules": {"automatically_after_days": days},
                }
            },
        },
        {"aws_secretsmanager_secret_rotation.r": {"rotation_rules": {"automatically_after_days": days + 1}}},
    )


def attached(
    type_: str,
    policy_type: str,
    argument: str,
    bad: str = policy(allow("x:y")),
    attribute: str = "id",
    good: str = policy(TLS),
) -> Case:
    return case(
        {
            type_: {"it": {}},
            policy_type: {"p": {argument: f"${{{type_}.it.{attribute}}}", "policy": good}},
        },
        {f"{policy_type}.p": {"policy": bad}},
    )


def parameter(engine: str, name: str, good: str, bad: str) -> Case:
    return case(
        {
            "aws_db_instance": {
                "it": {"engine": engine, "parameter_group_name": "${aws_db_parameter_group.g.name}"}
            },
            "aws_db_parameter_group": {"g": {"parameter": [{"name": name, "value": good}]}},
        },
        {"aws_db_parameter_group.g": {"parameter": [{"name": name, "value": bad}]}},
    )


_EVERYONE = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}
_OTHER_ACCOUNT = {
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
    "Action": "s3:PutBucketPolicy",
    "Resource": "*",
}
_VPC = {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}}
_IN_VPC = {"vpc_id": "${aws_vpc.v.id}"}
_ACL_RULE = {"action": "allow", "protocol": "tcp", "cidr_block": "10.0.0.0/8", "from_port": 22, "to_port": 22}
_ALARM = {"alarm_actions": [TOPIC], "insufficient_data_actions": [TOPIC], "actions_enabled": True}

_DAILY = {"schedule": "cron(0 2 * * ? *)", "lifecycle": {"delete_after": 35}}
_NOT_OTHERS = {**TLS, "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}}
_AUDIT = {
    "log_connections": "1",
    "log_disconnections": "1",
    "log_statement": "ddl",
    "pgaudit.log": "ddl,role",
    "rds.log_retention_period": "4320",
    "shared_preload_libraries": "pg_stat_statements,pgaudit",
}
_METRICS = ("CPUUtilization", "DatabaseConnections", "FreeStorageSpace", "ReadLatency", "WriteLatency")
_WATCHED: Resources = {
    "aws_db_instance": {"it": {"identifier": "db"}},
    "aws_cloudwatch_metric_alarm": {
        "heartbeat": {"statistic": "SampleCount", "dimensions": {"DBInstanceIdentifier": "db"}},
        **{
            metric: {
                "alarm_name": f"db-{metric}",
                "metric_name": metric,
                "dimensions": {"DBInstanceIdentifier": "${aws_db_instance.it.identifier}"},
            }
            for metric in _METRICS
        },
    },
}

CASES: dict[str, Case] = {
    "alarms.action_when_in_alarm": one("aws_cloudwatch_metric_alarm", {"alarm_actions": []}, **_ALARM),
    "alarms.actions_enabled": one("aws_cloudwatch_metric_alarm", {"actions_enabled": False}, **_ALARM),
    "alarms.actions_in_alarm_and_without_data": one(
        "aws_cloudwatch_composite_alarm", {"insufficient_data_actions": []}, **_ALARM
    ),
    "backup.daily_for_35_days": one(
        "aws_backup_plan",
        {"rule": [{"schedule": "cron(0 2 * * ? *)", "lifecycle": {"delete_after": 34}}]},
        rule=[{"schedule": "cron(0 2 * * ? *)", "lifecycle": {"delete_after": 35}}],
    ),
    "backup.vault_has_own_key": one("aws_backup_vault", {"kms_key_arn": GONE}, kms_key_arn=KEY),
    "backup.vault_locked": case(
        {
            "aws_backup_vault": {"v": {"name": "v"}},
            "aws_backup_vault_lock_configuration": {
                "l": {
                    "backup_vault_name": "${aws_backup_vault.v.name}",
                    "min_retention_days": 35,
                    "max_retention_days": 2555,
                }
            },
        },
        {"aws_backup_vault_lock_configuration.l": {"min_retention_days": 7}},
    ),
    "buckets.access_logged": beside("aws_s3_bucket_logging", {"target_bucket": ""}, target_bucket="logs"),
    "buckets.closed_to_other_accounts": bucket_policy(policy(_OTHER_ACCOUNT)),
    "buckets.encrypted": beside(
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "none"}}]},
        rule=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
    ),
    "buckets.encrypted_with_kms": beside(
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}]},
        rule=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}}],
    ),
    "buckets.lifecycle": beside(
        "aws_s3_bucket_lifecycle_configuration",
        {"rule": [{"status": "Disabled"}]},
        rule=[{"status": "Enabled"}],
    ),
    "buckets.locked": beside(
        "aws_s3_bucket_object_lock_configuration",
        {"object_lock_enabled": "no"},
        object_lock_enabled="Enabled",
    ),
    "buckets.mfa_delete": beside(
        "aws_s3_bucket_versioning",
        {"versioning_configuration": {"status": "Enabled"}},
        versioning_configuration={"status": "Enabled", "mfa_delete": "Enabled"},
    ),
    "buckets.no_access_lists": beside(
        "aws_s3_bucket_ownership_controls",
        {"rule": {"object_ownership": "ObjectWriter"}},
        rule={"object_ownership": "BucketOwnerEnforced"},
    ),
    "buckets.not_publicly_readable": bucket_policy(policy(_EVERYONE)),
    "buckets.not_publicly_writable": bucket_policy(policy(_EVERYONE)),
    "buckets.notifies": beside("aws_s3_bucket_notification", {"eventbridge": False}, eventbridge=True),
    "buckets.public_access_blocked": beside(
        "aws_s3_bucket_public_access_block",
        {"restrict_public_buckets": False},
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    ),
    "buckets.replicated": beside(
        "aws_s3_bucket_replication_configuration",
        {"rule": [{"status": "Disabled"}]},
        rule=[{"status": "Enabled"}],
    ),
    "buckets.tls_only": bucket_policy(policy(allow("s3:GetObject", Principal="*"))),
    "buckets.versioned": beside(
        "aws_s3_bucket_versioning",
        {"versioning_configuration": {"status": "Suspended"}},
        versioning_configuration={"status": "Enabled"},
    ),
    "buckets.versions_expire": case(
        {
            "aws_s3_bucket": {"b": {}},
            "aws_s3_bucket_versioning": {
                "v": {"bucket": "${aws_s3_bucket.b.id}", "versioning_configuration": {"status": "Enabled"}}
            },
            "aws_s3_bucket_lifecycle_configuration": {
                "l": {"bucket": "${aws_s3_bucket.b.id}", "rule": [{"status": "Enabled"}]}
            },
        },
        {"aws_s3_bucket_lifecycle_configuration.l": {"rule": [{"status": "Disabled"}]}},
    ),
    "cluster.audit_log_exported": cluster(
        {"enabled_cloudwatch_logs_exports": ["error"]}, enabled_cloudwatch_logs_exports=["audit"]
    ),
    "cluster.backtracking": cluster({"backtrack_window": 0}, backtrack_window=3600),
    "cluster.encrypted": cluster({"storage_encrypted": False}, storage_encrypted=True),
    "cluster.iam_authentication": cluster(
        {"iam_database_authentication_enabled": GONE}, iam_database_authentication_enabled=True
    ),
    "cluster.in_backup_plan": backed_up("aws_rds_cluster"),
    "cluster.minor_upgrades": case(
        {
            "aws_rds_cluster": {"c": {}},
            "aws_rds_cluster_instance": {"i": {"cluster_identifier": "${aws_rds_cluster.c.id}"}},
        },
        {"aws_rds_cluster_instance.i": {"auto_minor_version_upgrade": False}},
    ),
    "cluster.own_administrator": cluster({"master_username": "admin"}, master_username="payments"),
    "cluster.postgresql_log_exported": cluster(
        {"enabled_cloudwatch_logs_exports": GONE},
        engine="aurora-postgresql",
        enabled_cloudwatch_logs_exports=["postgresql"],
    ),
    "cluster.protected_from_deletion": cluster({"deletion_protection": False}, deletion_protection=True),
    "cluster.several_zones": case(
        {
            "aws_rds_cluster": {"c": {}},
            "aws_rds_cluster_instance": {
                name: {"cluster_identifier": "${aws_rds_cluster.c.id}"} for name in ("one", "two")
            },
        },
        {"aws_rds_cluster_instance.two": GONE},
    ),
    "cluster.tags_on_snapshots": cluster({"copy_tags_to_snapshot": GONE}, copy_tags_to_snapshot=True),
    "database.backed_up": database({"backup_retention_period": 0}, backup_retention_period=1),
    "database.backed_up_a_week": database({"backup_retention_period": 6}, backup_retention_period=7),
    "database.encrypted": database({"storage_encrypted": False}, storage_encrypted=True),
    "database.iam_authentication": database(
        {"iam_database_authentication_enabled": False}, iam_database_authentication_enabled=True
    ),
    "database.in_backup_plan": backed_up("aws_db_instance"),
    "database.in_network": database(
        {"db_subnet_group_name": GONE}, db_subnet_group_name="${aws_db_subnet_group.g.name}"
    ),
    "database.insights_encrypted": database(
        {"performance_insights_enabled": False},
        performance_insights_enabled=True,
        performance_insights_kms_key_id=KEY,
    ),
    "database.logs_exported": database(
        {"enabled_cloudwatch_logs_exports": ["postgresql"]},
        enabled_cloudwatch_logs_exports=["postgresql", "upgrade"],
    ),
    "database.minor_upgrades": database({"auto_minor_version_upgrade": False}),
    "database.monitored": database({"monitoring_interval": 0}, monitoring_interval=60),
    "database.mysql_tls": parameter("mysql", "require_secure_transport", "ON", "OFF"),
    "database.own_administrator": database({"username": "postgres"}, username="citizen_admin"),
    "database.own_key": database({"kms_key_id": GONE}, kms_key_id=KEY),
    "database.own_port": database({"port": 5432}, port=5433),
    "database.postgresql_log_exported": database(
        {"enabled_cloudwatch_logs_exports": ["upgrade"]}, enabled_cloudwatch_logs_exports=["postgresql"]
    ),
    "database.postgresql_tls": parameter("postgres", "rds.force_ssl", "1", "0"),
    "database.private": database({"publicly_accessible": True}, publicly_accessible=False),
    "database.protected_from_deletion": database({"deletion_protection": False}, deletion_protection=True),
    "database.standby": database({"multi_az": False}, multi_az=True),
    "database.tags_on_snapshots": database({"copy_tags_to_snapshot": False}, copy_tags_to_snapshot=True),
    "events.of_clusters": subscribed("db-cluster", "failure", "maintenance"),
    "events.of_instances": subscribed("db-instance", "configuration change", "failure", "maintenance"),
    "events.of_parameter_groups": subscribed("db-parameter-group", "configuration change"),
    "events.of_security_groups": subscribed("db-security-group", "configuration change", "failure"),
    "filesystem.automatic_backups": case(
        {
            "aws_efs_file_system": {"f": {}},
            "aws_efs_backup_policy": {
                "b": {"file_system_id": "${aws_efs_file_system.f.id}", "backup_policy": {"status": "ENABLED"}}
            },
        },
        {"aws_efs_backup_policy.b": {"backup_policy": {"status": "DISABLED"}}},
    ),
    "filesystem.encrypted": one("aws_efs_file_system", {"encrypted": False}, encrypted=True),
    "filesystem.in_backup_plan": backed_up("aws_efs_file_system"),
    "filesystem.own_key": one("aws_efs_file_system", {"kms_key_id": GONE}, kms_key_id=KEY),
    "filesystem.root_directory": one(
        "aws_efs_access_point", {"root_directory": {"path": "/"}}, root_directory={"path": "/logs"}
    ),
    "filesystem.tls_only": attached("aws_efs_file_system", "aws_efs_file_system_policy", "file_system_id"),
    "filesystem.user_identity": one(
        "aws_efs_access_point", {"posix_user": GONE}, posix_user={"uid": 1, "gid": 1}
    ),
    "functions.concurrency": function(
        {"reserved_concurrent_executions": 499}, reserved_concurrent_executions=500
    ),
    "functions.dead_letters": function(
        {"dead_letter_config": GONE}, dead_letter_config={"target_arn": "${aws_sqs_queue.q.arn}"}
    ),
    "functions.environment_encrypted": function(
        {"kms_key_arn": GONE}, environment={"variables": {"A": "b"}}, kms_key_arn=KEY
    ),
    "functions.in_network": function({"vpc_config": GONE}, vpc_config={"subnet_ids": ["${aws_subnet.s.id}"]}),
    "functions.private": case(
        {
            "aws_lambda_function": {"f": {}},
            "aws_lambda_permission": {
                "p": {
                    "function_name": "${aws_lambda_function.f.function_name}",
                    "principal": "events.amazonaws.com",
                }
            },
        },
        {"aws_lambda_permission.p": {"principal": "*"}},
    ),
    "functions.several_zones": case(
        {
            "aws_lambda_function": {
                "f": {"vpc_config": {"subnet_ids": ["${aws_subnet.s0.id}", "${aws_subnet.s1.id}"]}}
            },
            **subnets("eu-central-2a", "eu-central-2b"),
        },
        {"aws_subnet.s1": {"availability_zone": "eu-central-2a"}},
    ),
    "functions.supported_runtime": function({"runtime": "python3.8"}, runtime="python3.12"),
    "identities.assumed_by_somebody": one(
        "aws_iam_role",
        {"assume_role_policy": policy({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})},
        assume_role_policy=policy(
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
    ),
    "identities.no_administration": granted(allow("*", "*")),
    "identities.no_decryption_with_all_keys": granted(allow("kms:Decrypt", "*")),
    "identities.no_inline_decryption_with_all_keys": granted(allow("kms:De*", "*"), "aws_iam_role_policy"),
    "identities.no_inline_policy": case(
        {"aws_iam_role": {"r": {"name": "r"}}},
        {"aws_iam_role_policy.p": {"role": "${aws_iam_role.r.id}", "policy": policy(allow("s3:GetObject"))}},
    ),
    "identities.no_whole_service": granted(allow("s3:*")),
    "identities.no_wildcard_action": granted(allow("s3:Get*")),
    "identities.no_wildcard_resource": granted(allow("s3:GetObject", "*")),
    "keys.deleted_late": one("aws_kms_key", {"deletion_window_in_days": 7}, deletion_window_in_days=30),
    "keys.private": one("aws_kms_key", {"policy": policy(_EVERYONE)}, policy=policy(TLS)),
    "keys.rotated": one("aws_kms_key", {"enable_key_rotation": False}, enable_key_rotation=True),
    "logs.encrypted": one("aws_cloudwatch_log_group", {"kms_key_id": GONE}, kms_key_id=KEY),
    "logs.kept_a_year": one("aws_cloudwatch_log_group", {"retention_in_days": 180}, retention_in_days=365),
    "messages.delivery_logged": one(
        "aws_sns_topic",
        {"sqs_failure_feedback_role_arn": GONE},
        sqs_failure_feedback_role_arn="${aws_iam_role.r.arn}",
    ),
    "messages.queue_encrypted": one("aws_sqs_queue", {"sqs_managed_sse_enabled": False}),
    "messages.queue_tls_only": attached(
        "aws_sqs_queue", "aws_sqs_queue_policy", "queue_url", attribute="url"
    ),
    "messages.topic_encrypted": one("aws_sns_topic", {"kms_master_key_id": GONE}, kms_master_key_id=KEY),
    "messages.topic_private": attached(
        "aws_sns_topic", "aws_sns_topic_policy", "arn", policy(_EVERYONE), "arn"
    ),
    "messages.topic_tls_only": attached("aws_sns_topic", "aws_sns_topic_policy", "arn", attribute="arn"),
    "network.acl_without_remote_access": one(
        "aws_network_acl", {"ingress": [{**_ACL_RULE, "cidr_block": "0.0.0.0/0"}]}, ingress=[_ACL_RULE]
    ),
    "network.ec2_endpoint": case(
        {
            **_VPC,
            "aws_vpc_endpoint": {"e": {**_IN_VPC, "service_name": "com.amazonaws.eu-central-2.ec2"}},
        },
        {"aws_vpc_endpoint.e": {"service_name": "com.amazonaws.eu-central-2.s3"}},
    ),
    "network.flow_logs": case(
        {**_VPC, "aws_flow_log": {"l": {**_IN_VPC, "traffic_type": "ALL"}}},
        {"aws_flow_log.l": {"traffic_type": "ACCEPT"}},
    ),
    "network.no_automatic_public_address": one(
        "aws_subnet", {"map_public_ip_on_launch": True}, map_public_ip_on_launch=False
    ),
    "network.no_route_to_the_internet": case(
        {
            "aws_internet_gateway": {"g": {}},
            "aws_route_table": {"t": {}},
            "aws_route": {
                "r": {
                    "route_table_id": "${aws_route_table.t.id}",
                    "gateway_id": "${aws_internet_gateway.g.id}",
                    "destination_cidr_block": "192.0.2.0/24",
                }
            },
        },
        {"aws_route.r": {"destination_cidr_block": "0.0.0.0/0"}},
    ),
    "secrets.own_key": one("aws_secretsmanager_secret", {"kms_key_id": GONE}, kms_key_id=KEY),
    "secrets.policies_block_the_public": one(
        "aws_secretsmanager_secret_policy", {"block_public_policy": False}, block_public_policy=True
    ),
    "secrets.rotated": case(
        {
            "aws_secretsmanager_secret_rotation": {
                "r": {"secret_id": "${data.aws_secretsmanager_secret.s.id}", "rotation_rules": {}}
            }
        },
        {"aws_secretsmanager_secret_rotation.r": GONE},
        data={"aws_secretsmanager_secret": {"s": {"name": "there-before"}}},
    ),
    "secrets.rotated_in_30_days": rotated(30),
    "secrets.rotated_in_90_days": rotated(90),
    "secrets.tls_only": attached(
        "aws_secretsmanager_secret", "aws_secretsmanager_secret_policy", "secret_arn", attribute="arn"
    ),
    "security_groups.default_closed": case(
        {**_VPC, "aws_default_security_group": {"d": dict(_IN_VPC)}},
        {"aws_default_security_group.d": {"ingress": [{"protocol": "-1", "self": True}]}},
    ),
    "security_groups.no_common_ports": opened(3389),
    "security_groups.no_high_risk_ports": opened(9200),
    "security_groups.no_ssh": opened(22),
    "security_groups.only_https": opened(80),
    "security_groups.only_web_ports": opened(8443),
    "alarms.exports_watched": case(
        {
            "aws_iam_policy": {
                "p": {"policy": policy(allow("rds:StartExportTask", "arn:aws:rds:x:y:snapshot:z"))}
            },
            "aws_db_instance": {"it": {"identifier": "db"}},
            "aws_cloudwatch_metric_alarm": {
                "a": {"namespace": "Holdfast/Export", "metric_name": "Age", "dimensions": {"Database": "db"}}
            },
        },
        {"aws_cloudwatch_metric_alarm.a": {"namespace": "AWS/RDS"}},
    ),
    "buckets.kept": one("aws_s3_bucket", {"force_destroy": True}, force_destroy=False),
    "buckets.owner_enforced": beside(
        "aws_s3_bucket_ownership_controls",
        {"rule": {"object_ownership": "BucketOwnerPreferred"}},
        rule={"object_ownership": "BucketOwnerEnforced"},
    ),
    "buckets.own_key": beside(
        "aws_s3_bucket_server_side_encryption_configuration",
        {"rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms"}}},
        rule={"apply_server_side_encryption_by_default": {"kms_master_key_id": KEY}},
    ),
    "alarms.databases_unavailable": case(
        {
            **_WATCHED,
            "aws_cloudwatch_composite_alarm": {"c": {"alarm_rule": 'ALARM("db-CPUUtilization")'}},
        },
        {"aws_cloudwatch_composite_alarm.c": {"alarm_rule": 'ALARM("another")'}},
    ),
    "alarms.databases_watched": case(_WATCHED, {"aws_cloudwatch_metric_alarm.heartbeat": GONE}),
    "alarms.dead_letters_watched": case(
        {
            "aws_sqs_queue": {"q": {"name": "q"}},
            "aws_cloudwatch_metric_alarm": {
                "a": {
                    "metric_name": "ApproximateNumberOfMessagesVisible",
                    "dimensions": {"QueueName": "${aws_sqs_queue.q.name}"},
                }
            },
        },
        {"aws_cloudwatch_metric_alarm.a": {"metric_name": "NumberOfMessagesSent"}},
    ),
    "alarms.functions_watched": case(
        {
            "aws_lambda_function": {"f": {"function_name": "f"}},
            "aws_cloudwatch_metric_alarm": {
                metric: {"metric_name": metric, "dimensions": {"FunctionName": "f"}}
                for metric in ("Errors", "Throttles")
            },
        },
        {"aws_cloudwatch_metric_alarm.Throttles": {"dimensions": {"FunctionName": "g"}}},
    ),
    "alarms.in_time": one(
        "aws_cloudwatch_metric_alarm", {"evaluation_periods": 4}, evaluation_periods=3, period=3600
    ),
    "alarms.missing_data_decided": one(
        "aws_cloudwatch_metric_alarm", {"treat_missing_data": GONE}, treat_missing_data="breaching"
    ),
    "alarms.rotations_watched": case(
        {
            "aws_secretsmanager_secret": {"s": {"name": "s"}},
            "aws_secretsmanager_secret_rotation": {"r": {"secret_id": "${aws_secretsmanager_secret.s.id}"}},
            "aws_cloudwatch_metric_alarm": {
                metric: {"metric_name": metric, "dimensions": {"Secret": "s"}} for metric in ("Age", "Failed")
            },
        },
        {"aws_cloudwatch_metric_alarm.Failed": {"dimensions": {"Secret": "another"}}},
    ),
    "backup.continuous": one(
        "aws_backup_plan",
        {"rule": [{**_DAILY, "enable_continuous_backup": False}]},
        rule=[{**_DAILY, "enable_continuous_backup": True}],
    ),
    "backup.failures_told": vault(
        "aws_backup_vault_notifications",
        {"backup_vault_events": ["RESTORE_JOB_COMPLETED"]},
        backup_vault_events=["BACKUP_JOB_FAILED"],
    ),
    "backup.recovery_points_kept": vault(
        "aws_backup_vault_policy", {"policy": policy(TLS)}, policy=policy({**TLS, "Condition": {}})
    ),
    "backup.vault_closed_to_others": vault(
        "aws_backup_vault_policy", {"policy": policy(TLS)}, policy=policy(_NOT_OTHERS)
    ),
    "backup.vault_kept": one("aws_backup_vault", {"force_destroy": True}, force_destroy=False),
    "database.audited": parameters({**_AUDIT, "log_statement": "none"}, **_AUDIT),
    "database.backed_up_35_days": database({"backup_retention_period": 34}, backup_retention_period=35),
    "database.backups_outlive_it": database(
        {"delete_automated_backups": GONE}, delete_automated_backups=False
    ),
    "database.final_snapshot": database({"skip_final_snapshot": True}, skip_final_snapshot=False),
    "database.insights_kept_a_year": database(
        {"performance_insights_retention_period": 7}, performance_insights_retention_period=372
    ),
    "database.strong_password_hashes": parameter("postgres", "password_encryption", "scram-sha-256", "md5"),
    "filesystem.private": attached(
        "aws_efs_file_system", "aws_efs_file_system_policy", "file_system_id", policy(_EVERYONE)
    ),
    "identities.network_not_for_code": granted(
        allow("ec2:CreateNetworkInterface", "*"),
        good=policy(
            allow("ec2:CreateNetworkInterface", "*"),
            {
                "Effect": "Deny",
                "Action": "ec2:CreateNetworkInterface",
                "Resource": "*",
                "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:x:y:function:f"}},
            },
        ),
    ),
    "keys.rotated_yearly": one("aws_kms_key", {"rotation_period_in_days": 400}, rotation_period_in_days=365),
    "messages.dead_letters_kept": case(
        {
            "aws_sqs_queue": {"q": {"message_retention_seconds": 1209600}},
            "aws_lambda_function": {"f": {"dead_letter_config": {"target_arn": "${aws_sqs_queue.q.arn}"}}},
        },
        {"aws_sqs_queue.q": {"message_retention_seconds": 345600}},
    ),
    "messages.queue_has_own_key": one("aws_sqs_queue", {"kms_master_key_id": GONE}, kms_master_key_id=KEY),
    "messages.topic_heard": case(
        {
            "aws_sns_topic": {"t": {"name": "t"}},
            "aws_sns_topic_subscription": {"s": {"topic_arn": TOPIC, "protocol": "email"}},
        },
        {"aws_sns_topic_subscription.s": GONE},
    ),
    "network.endpoints_private": one(
        "aws_vpc_endpoint",
        {"policy": policy(_EVERYONE)},
        policy=policy({**_EVERYONE, "Condition": {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}}),
    ),
    "schedules.lead_somewhere": case(
        {
            "aws_cloudwatch_event_rule": {"r": {"schedule_expression": "rate(1 hour)"}},
            "aws_cloudwatch_event_target": {"t": {"rule": "${aws_cloudwatch_event_rule.r.name}"}},
        },
        {"aws_cloudwatch_event_target.t": GONE},
    ),
    "secrets.closed_to_others": attached(
        "aws_secretsmanager_secret",
        "aws_secretsmanager_secret_policy",
        "secret_arn",
        attribute="arn",
        good=policy(_NOT_OTHERS),
    ),
    "secrets.recoverable": one("aws_secretsmanager_secret", {"recovery_window_in_days": 0}),
}
