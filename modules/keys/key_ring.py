"""One customer-managed key for each kind of data, so that access to one says nothing about another."""

from __future__ import annotations

from collections.abc import Callable

from constructs import Construct

from modules.aws.account import Account
from modules.keys.key import Key
from modules.keys.settings import KeySettings


class KeyRing(Construct):
    """The keys of a data tier: database, file system, secrets, logs and notifications, backups.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is, such as ``dr-rds-dev`` from ``rds``.
        account: the account they belong to.
        settings: rotation and deletion, the same for all.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        settings: KeySettings,
    ) -> None:
        super().__init__(scope, id)

        def key(what: str, description: str, *through: str) -> Key:
            return Key(
                self,
                what,
                name=name(what),
                description=description,
                account=account,
                settings=settings,
                through=through,
            )

        self.database = key("rds", "RDS storage, snapshots and Performance Insights", "rds", "backup")
        self.filesystem = key("efs", "EFS file systems", "elasticfilesystem", "backup")
        self.secrets = key(
            "secrets", "Secrets Manager entries and the rotation function", "secretsmanager", "lambda"
        )
        self.logs = key("logs", "CloudWatch log groups, SNS topics and SQS queues", "sns", "sqs")
        self.backups = key("backups", "AWS Backup recovery points", "backup", "rds", "elasticfilesystem")

        self.logs.grant_service(
            "CloudWatchLogs",
            f"logs.{account.region}.amazonaws.com",
            conditions={
                "ArnLike": {"kms:EncryptionContext:aws:logs:arn": account.arn("logs", "log-group:*")}
            },
        )
        for sid, publisher in (
            ("CloudWatchAlarms", "cloudwatch.amazonaws.com"),
            ("RdsEvents", "events.rds.amazonaws.com"),
            ("BackupEvents", "backup.amazonaws.com"),
        ):
            self.logs.grant_service(sid, publisher)

    @property
    def arns(self) -> dict[str, str]:
        """What is protected to the ARN of its key."""
        return {
            "backups": self.backups.arn,
            "database": self.database.arn,
            "filesystem": self.filesystem.arn,
            "logs": self.logs.arn,
            "secrets": self.secrets.arn,
        }
