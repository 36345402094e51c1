"""What people do to a deployed system behind Terraform's back, and what must be said of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.system.checkout import Checkout

ACCOUNT = "123456789012"
LOGS = "/aws/rds/instance/dr-citizen-db-dev/postgresql"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYONE = {"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        do: makes it.
        type: type of the resource that it is found at.
        path: the attribute; empty when the resource is gone, its beginning when the rest depends on ids.
        severity: how bad it is.
        then: what the next apply does.
        follows: other attributes that change with it.
    """

    do: Callable[[Checkout], None]
    type: str
    path: str
    severity: str = "security"
    then: str = "undoes"
    follows: tuple[str, ...] = ()


def _tls_not_forced(system: Checkout) -> None:
    rds = system.client("rds")
    (database,) = rds.describe_db_instances(DBInstanceIdentifier=system.outputs["database_identifier"])[
        "DBInstances"
    ]
    rds.modify_db_parameter_group(
        DBParameterGroupName=database["DBParameterGroups"][0]["DBParameterGroupName"],
        Parameters=[{"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}],
    )


def _key(system: Checkout) -> None:
    system.client("kms").disable_key_rotation(KeyId=system.outputs["key_arns_database"])


def _retention(system: Checkout) -> None:
    system.client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=7)


def _log_tag(system: Checkout) -> None:
    arn = f"arn:aws:logs:{system.outputs['region']}:{ACCOUNT}:log-group:/aws/lambda/dr-app-rotation-dev"
    system.client("logs").tag_resource(resourceArn=arn, tags={"Owner": "someone"})


def _alarm_muted(system: Checkout) -> None:
    system.client("cloudwatch").disable_alarm_actions(AlarmNames=["dr-database-cpu-dev"])


def _alarm_deleted(system: Checkout) -> None:
    system.client("cloudwatch").delete_alarms(AlarmNames=["dr-database-free-storage-dev"])


def _rule_widened(system: Checkout) -> None:
    ec2, group = system.client("ec2"), system.outputs["database_security_group_id"]
    filters = [{"Name": "group-id", "Values": [group]}]
    found = ec2.describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    rule = next(rule for rule in found if not rule["IsEgress"])
    wide = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIpv4": "10.0.0.0/8"}
    ec2.modify_security_group_rules(
        GroupId=group,
        SecurityGroupRules=[{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": wide}],
    )


def _rule_added(system: Checkout) -> None:
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    system.client("ec2").authorize_security_group_ingress(
        GroupId=system.outputs["database_security_group_id"], IpPermissions=[ssh]
    )


def _default_group_opened(system: Checkout) -> None:
    ec2 = system.client("ec2")
    filters = [
        {"Name": "vpc-id", "Values": [system.outputs["vpc_id"]]},
        {"Name": "group-name", "Values": ["default"]},
    ]
    (group,) = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[everything])


def _inline_policy(system: Checkout) -> None:
    allow = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}
    system.client("iam").put_role_policy(
        RoleName="dr-app-rotation-dev",
        PolicyName="by-hand",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )


def _attached_policy(system: Checkout) -> None:
    system.client("iam").attach_role_policy(RoleName="dr-backup-dev", PolicyArn=ADMINISTRATOR)


def _route(system: Checkout) -> None:
    ec2 = system.client("ec2")
    subnet = next(value for name, value in system.outputs.items() if name.startswith("database_subnet_ids"))
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    (table,) = ec2.describe_route_tables(Filters=filters)["RouteTables"]
    attached = [{"Name": "attachment.vpc-id", "Values": [system.outputs["vpc_id"]]}]
    (gateway,) = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
    ec2.create_route(
        RouteTableId=table["RouteTableId"],
        DestinationCidrBlock="0.0.0.0/0",
        GatewayId=gateway["InternetGatewayId"],
    )


def _secret_policy_deleted(system: Checkout) -> None:
    arn = system.outputs["application_credentials_arn"]
    system.client("secretsmanager").delete_resource_policy(SecretId=arn)


def _topic_opened(system: Checkout) -> None:
    topic = system.outputs["topic_arn"]
    system.client("sns").set_topic_attributes(
        TopicArn=topic,
        AttributeName="Policy",
        AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": [{**EVERYONE, "Resource": topic}]}),
    )


def _receiver(system: Checkout) -> None:
    system.client("sns").subscribe(
        TopicArn=system.outputs["topic_arn"], Protocol="sms", Endpoint="+15555550100"
    )


def _caller(system: Checkout) -> None:
    system.client("lambda").add_permission(
        FunctionName=system.outputs["rotation_function_name"],
        StatementId="by-hand",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
    )


def _grant(system: Checkout) -> None:
    system.client("kms").create_grant(
        KeyId=system.outputs["key_arns_secrets"],
        GranteePrincipal=f"arn:aws:iam::{ACCOUNT}:role/somebody",
        Operations=["Decrypt"],
    )


def _schedule_off(system: Checkout) -> None:
    system.client("events").disable_rule(Name="dr-rotation-age-dev")


def _file_system_open(system: Checkout) -> None:
    system.client("efs").delete_file_system_policy(FileSystemId=system.outputs["filesystem_id"])


def _timeout(system: Checkout) -> None:
    system.client("lambda").update_function_configuration(
        FunctionName=system.outputs["rotation_function_name"], Timeout=7
    )


CHANGES = {
    "the database does not force TLS": Change(
        _tls_not_forced,
        "aws_db_parameter_group",
        'parameter["rds.force_ssl"].value',
        follows=('parameter["rds.force_ssl"].apply_method',),
    ),
    "a key is not rotated": Change(
        _key, "aws_kms_key", "enable_key_rotation", follows=("rotation_period_in_days",)
    ),
    "a log is kept for a week": Change(_retention, "aws_cloudwatch_log_group", "retention_in_days"),
    "a log gets a tag": Change(_log_tag, "aws_cloudwatch_log_group", "tags.Owner", severity="drift"),
    "an alarm is muted": Change(_alarm_muted, "aws_cloudwatch_metric_alarm", "actions_enabled"),
    "an alarm is deleted": Change(_alarm_deleted, "aws_cloudwatch_metric_alarm", "", then="creates"),
    "a rule lets more in": Change(_rule_widened, "aws_vpc_security_group_ingress_rule", "cidr_ipv4"),
    "a rule is added": Change(_rule_added, "aws_security_group", 'ingress["tcp 22', then="leaves"),
    "the default group is opened": Change(
        _default_group_opened, "aws_default_security_group", "ingress", then="leaves"
    ),
    "a role gets a policy": Change(_inline_policy, "aws_iam_role", "inline_policy", then="leaves"),
    "a policy is attached": Change(_attached_policy, "aws_iam_role", "managed_policy_arns", then="leaves"),
    "a route leads out": Change(_route, "aws_route_table", 'route["0.0.0.0/0"]', then="leaves"),
    "a secret has no policy": Change(_secret_policy_deleted, "aws_secretsmanager_secret_policy", "policy"),
    "everyone may publish": Change(_topic_opened, "aws_sns_topic_policy", "policy"),
    "someone else gets alarms": Change(_receiver, "aws_sns_topic", "subscription", then="leaves"),
    "another may call a function": Change(_caller, "aws_lambda_function", "permission", then="leaves"),
    "another may use a key": Change(_grant, "aws_kms_key", "grant", then="leaves"),
    "a schedule is off": Change(_schedule_off, "aws_cloudwatch_event_rule", "state", follows=("is_enabled",)),
    "a file system has no policy": Change(
        _file_system_open, "aws_efs_file_system_policy", "", then="creates"
    ),
    "a function has less time": Change(_timeout, "aws_lambda_function", "timeout", severity="drift"),
}
"""By what happens to the system that ``holdfast demo`` deploys.

What is changed of the database itself is among the plans that are kept: an apply takes a minute and a half to undo it.
"""
