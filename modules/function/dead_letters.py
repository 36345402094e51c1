"""A queue for events that a function was given and could not deal with."""

from __future__ import annotations

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from cdktf_cdktf_provider_aws.sqs_queue_policy import SqsQueuePolicy
from constructs import Construct

from modules.aws.policy import Statement, deny_plain_text, policy_document
from modules.aws.role import Role
from modules.keys.key import IKey

RETENTION_SECONDS = 14 * 86400
"""The longest that SQS keeps a message: somebody has to come and look at it."""


class DeadLetters(Construct):
    """An encrypted SQS queue that takes messages over TLS only.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the queue.
        key: key of the messages at rest; principals of the account must be able to use it through SQS.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, key: IKey) -> None:
        super().__init__(scope, id)
        self._key = key
        queue = SqsQueue(
            self,
            "queue",
            name=name,
            kms_master_key_id=key.arn,
            message_retention_seconds=RETENTION_SECONDS,
            depends_on=[key.ready],
        )
        self.arn = str(queue.arn)
        self.queue_name = str(queue.name)
        SqsQueuePolicy(
            self,
            "policy",
            queue_url=str(queue.url),
            policy=policy_document([deny_plain_text(["sqs:*"], [self.arn])]),
        )

    def grant_send(self, role: Role) -> None:
        """Let a role send messages, and use the queue's key for it."""
        role.add(
            Statement(sid="SendDeadLetters", actions=["sqs:SendMessage"], resources=[self.arn]),
            # Source: SQS developer guide, "Configure KMS permissions for producers", 2026-11.
            Statement(
                sid="EncryptDeadLetters",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[self._key.arn],
            ),
        )

    def metric_dimensions(self) -> Mapping[str, str]:
        """Return the CloudWatch dimensions of the queue's metrics in ``AWS/SQS``."""
        return {"QueueName": self.queue_name}
