"""One customer-managed key for each kind of data, so that access to one says nothing about another."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from constructs import Construct

from modules.aws.account import Account
from modules.keys.key import Key
from modules.keys.settings import KeySettings


class KeyRing(Construct):
    """The keys of a data tier: database, secrets, logs and notifications, backups; and those of
    file systems and exports, where there are any.

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
        self._name = name
        self._account = account
        self._settings = settings
        self.database = self._key("rds", "RDS storage, snapshots and Performance Insights", "rds", "backup")
        self.secrets = self._key(
            "secrets", "Secrets Manager entries and the rotation function", "secretsmanager", "lambda"
        )
        self.logs = self._key("logs", "CloudWatch log groups, SNS topics and SQS queues", "sns", "sqs")
        self.backups = self._key(
            "backups", "AWS Backup recovery points", "backup", "rds", "elasticfilesystem"
        )

        self.logs.grant_service(
            "CloudWatchLogs",
            f"logs.{account.region}.amazonaws.com",
            conditions={
                "ArnLike": {"kms:EncryptionContext:aws:logs:arn": account.arn("logs", "log-group:*")}
            },
        )

    @cached_property
    def filesystem(self) -> Key:
        """The key of file systems, made when it is first asked for."""
        return self._key("efs", "EFS file systems", "elasticfilesystem", "backup")

    @cached_property
    def exports(self) -> Key:
        """The key of exported snapshots, made when it is first asked for."""
        return self._key("s3", "Exported snapshots in S3", "s3", "rds")

    @property
    def arns(self) -> dict[str, str]:
        """What is protected to the ARN of its key; of the keys that there are."""
        kinds = ("backups", "database", "exports", "filesystem", "logs", "secrets")
        return {kind: vars(self)[kind].arn for kind in kinds if kind in vars(self)}

    def _key(self, what: str, description: str, *through: str) -> Key:
        return Key(
            self,
            what,
            name=self._name(what),
            description=description,
            account=self._account,
            settings=self._settings,
            through=through,
        )
