"""An encrypted SNS topic for everything that operators must hear of."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import Statement, deny_plain_text, policy_document
from modules.aws.role import Role
from modules.keys.key import IKey

PUBLISHERS = {
    "CloudWatchAlarms": "cloudwatch.amazonaws.com",
    "RdsEvents": "events.rds.amazonaws.com",
    "BackupEvents": "backup.amazonaws.com",
}
"""AWS services that publish alarms and events; the topic's key must name them too."""


class Topic(Construct):
    """A topic that AWS services of this account publish to, over TLS only.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the topic.
        account: the account it belongs to.
        key: key of the messages at rest; it must allow :data:`PUBLISHERS`.
        email: address that is subscribed and must confirm; ``None`` for no subscription.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        account: Account,
        key: IKey,
        email: str | None,
    ) -> None:
        super().__init__(scope, id)
        self._key = key
        topic = SnsTopic(self, "topic", name=name, kms_master_key_id=key.arn, depends_on=[key.ready])
        self.arn = str(topic.arn)
        self._policy = SnsTopicPolicy(
            self,
            "policy",
            arn=self.arn,
            policy=policy_document(
                [
                    *(
                        Statement(
                            sid=sid,
                            principals={"Service": [service]},
                            actions=["sns:Publish"],
                            resources=[self.arn],
                            conditions={"StringEquals": {"aws:SourceAccount": account.id}},
                        )
                        for sid, service in PUBLISHERS.items()
                    ),
                    deny_plain_text(["sns:Publish"], [self.arn]),
                ]
            ),
        )
        self.ready = self._policy
        if email is not None:
            SnsTopicSubscription(self, "email", topic_arn=self.arn, protocol="email", endpoint=email)

    def grant_publish(self, role: Role) -> None:
        """Let a role publish, and use the topic's key for it."""
        role.add(
            Statement(sid="PublishNotifications", actions=["sns:Publish"], resources=[self.arn]),
            Statement(
                sid="EncryptNotifications",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self._key.arn],
            ),
        )
