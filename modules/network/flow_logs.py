"""Flow logs of the whole VPC to an encrypted log group."""

from __future__ import annotations

from collections.abc import Callable

from cdktf_cdktf_provider_aws.flow_log import FlowLog
from constructs import Construct

from modules.aws.account import Account
from modules.aws.log_group import encrypted_log_group
from modules.aws.policy import Statement
from modules.aws.role import Role
from modules.keys.key import IKey


class FlowLogs(Construct):
    """Records accepted and rejected connections, aggregated over one minute.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        vpc_id: the VPC.
        retention_days: days (constraint C24).
        key: key of the log group.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        vpc_id: str,
        retention_days: int,
        key: IKey,
    ) -> None:
        super().__init__(scope, id)
        group = encrypted_log_group(
            self, "group", name=f"/holdfast/{name('flow-logs')}", retention_days=retention_days, key=key
        )
        role = Role(
            self,
            "role",
            name=name("flow-logs"),
            service="vpc-flow-logs.amazonaws.com",
            account=account,
            description="VPC flow logs write to CloudWatch Logs",
        )
        role.add(
            Statement(
                sid="WriteFlowLogs",
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[str(group.arn), f"{group.arn}:*"],
            ),
            # It knows no resource: on one, it is never granted (source: service authorization reference, CloudWatch
            # Logs, 2026-11). The guide lists it among what is needed at least (VPC user guide, flow-logs-iam-role).
            Statement(sid="FindLogGroup", actions=["logs:DescribeLogGroups"]),
        )
        FlowLog(
            self,
            "flow-log",
            vpc_id=vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=str(group.arn),
            iam_role_arn=role.arn,
            max_aggregation_interval=60,
            tags={"Name": name("flow-logs")},
            depends_on=list(role.policies),
        )
