"""What SNS logs of the messages of a topic: whether each one reached its subscribers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable
from constructs import Construct

from modules.aws.account import Account
from modules.aws.log_group import encrypted_log_group
from modules.aws.policy import Statement
from modules.aws.role import Role
from modules.keys.key import IKey

PROTOCOLS = ("application", "firehose", "http", "lambda", "sqs")
"""Protocols of which SNS logs deliveries; ``http`` is HTTPS too. E-mail and SMS are not among them
(source: SNS developer guide, "Message delivery status", 2026-11)."""

RETENTION_DAYS = 365


class DeliveryLog(Construct):
    """Two log groups, and the role with which SNS writes to them and to nothing else.

    The names are those that SNS uses; the groups are there before the first message, so that they are encrypted.

    Args:
        scope: parent construct.
        id: construct id.
        topic_name: name of the topic.
        account: the account it belongs to.
        key: encrypts the logs.
    """

    def __init__(self, scope: Construct, id: str, *, topic_name: str, account: Account, key: IKey) -> None:
        super().__init__(scope, id)
        delivered = f"sns/{account.region}/{account.id}/{topic_name}"
        groups = [
            encrypted_log_group(self, what, name=name, retention_days=RETENTION_DAYS, key=key)
            for what, name in {"delivered": delivered, "failed": f"{delivered}/Failure"}.items()
        ]
        self._role = Role(
            self,
            "role",
            name=f"{topic_name}-deliveries",
            service="sns.amazonaws.com",
            account=account,
            description="SNS logs whether messages arrive",
        )
        self._role.add(
            Statement(
                sid="LogDeliveries",
                actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{group.arn}:*" for group in groups],
            )
        )

    @property
    def arguments(self) -> Mapping[str, str | int]:
        """Arguments of a topic whose deliveries are logged, every one of them."""
        found: dict[str, str | int] = {}
        for protocol in PROTOCOLS:
            found[f"{protocol}_failure_feedback_role_arn"] = self._role.arn
            found[f"{protocol}_success_feedback_role_arn"] = self._role.arn
            found[f"{protocol}_success_feedback_sample_rate"] = 100
        return found

    @property
    def ready(self) -> Sequence[ITerraformDependable]:
        """What must exist before SNS can write."""
        return self._role.policies
