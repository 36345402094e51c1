"""An encrypted SNS topic for everything that operators must hear of."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import Statement, as_sid, deny_plain_text, policy_document
from modules.aws.role import Role
from modules.keys.key import IKey
from modules.monitoring.delivery_log import DeliveryLog

PUBLISHERS = {
    "CloudWatchAlarms": "cloudwatch.amazonaws.com",
    "RdsEvents": "events.rds.amazonaws.com",
    "BackupEvents": "backup.amazonaws.com",
}
"""AWS services that publish alarms and events."""


class Topic(Construct):
    """A topic that AWS services of this account publish to, over TLS only; whether messages arrive is logged.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the topic.
        account: the account it belongs to.
        key: key of the messages at rest, which services that publish are let use for it; and of the log of deliveries, for
            which it must allow CloudWatch Logs.
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
        self._account = account
        self._name = name
        for sid, service in PUBLISHERS.items():
            self._let_encrypt(sid, service)
        deliveries = DeliveryLog(self, "deliveries", topic_name=name, account=account, key=key)
        topic = SnsTopic(
            self,
            "topic",
            name=name,
            kms_master_key_id=key.arn,
            **deliveries.arguments,
            depends_on=[key.ready, *deliveries.ready],
        )
        self.arn = str(topic.arn)
        self._buckets: list[str] = []
        self._policy = SnsTopicPolicy(self, "policy", arn=self.arn, policy=self._document())
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

    def allow_bucket(self, arn: str) -> None:
        """Let S3 publish what happens in a bucket, and use the topic's key for it."""
        self._buckets.append(arn)
        self._policy.policy = self._document()
        self._let_encrypt("BucketEvents", "s3.amazonaws.com")

    def _let_encrypt(self, sid: str, service: str) -> None:
        """Let a service that publishes use the key for the messages of this topic, and for nothing else.

        Not every service is known to name the account to KMS; SNS names the topic, always. Whose services may publish
        is up to the topic's policy. Source: SNS developer guide, "Enable compatibility between event sources from AWS
        services and encrypted topics", 2026-11.
        """
        self._key.grant_service(
            f"{sid}To{as_sid(self._name)}",
            service,
            # The ARN is written here, since the topic itself refers to the key.
            conditions={
                "StringEquals": {
                    "kms:EncryptionContext:aws:sns:topicArn": self._account.arn("sns", self._name),
                }
            },
            actions=("kms:Decrypt", "kms:GenerateDataKey*"),
        )

    def _document(self) -> str:
        ours = {"aws:SourceAccount": self._account.id}
        published = [
            Statement(
                sid=sid,
                principals={"Service": [service]},
                actions=["sns:Publish"],
                resources=[self.arn],
                conditions={"StringEquals": ours},
            )
            for sid, service in PUBLISHERS.items()
        ]
        if self._buckets:
            published.append(
                Statement(
                    sid="BucketEvents",
                    principals={"Service": ["s3.amazonaws.com"]},
                    actions=["sns:Publish"],
                    resources=[self.arn],
                    conditions={"ArnLike": {"aws:SourceArn": self._buckets}, "StringEquals": ours},
                )
            )
        return policy_document([*published, deny_plain_text(["sns:Publish"], [self.arn])])
