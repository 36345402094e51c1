"""A private S3 bucket: versioned, encrypted, over TLS only, its requests logged, its objects ageing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule as Rule,
)
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_notification import (
    S3BucketNotification,
    S3BucketNotificationTopic,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import S3BucketOwnershipControls
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import Statement, deny_plain_text, policy_document
from modules.aws.role import Role
from modules.bucket.settings import AgeSettings
from modules.keys.key import IKey
from modules.monitoring.topic import Topic

LOGS_DAYS = 365
"""Days for which the log of requests is kept."""


class Bucket(Construct):
    """A bucket and what every bucket has.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the bucket, unique in the world.
        key: encrypts its objects; ``None`` for S3's own key.
        statements: of its policy, beside the one that refuses requests without TLS.
        rules: of its lifecycle.
        keep: refuse to be destroyed while there are objects in it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        key: IKey | None,
        statements: Sequence[Statement] = (),
        rules: Sequence[Rule],
        keep: bool,
    ) -> None:
        super().__init__(scope, id)
        self._key = key
        bucket = S3Bucket(self, "bucket", bucket=name, force_destroy=not keep)
        self.name = str(bucket.bucket)
        self.arn = str(bucket.arn)
        block = S3BucketPublicAccessBlock(
            self,
            "private",
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketOwnershipControls(
            self, "no-acls", bucket=self.name, rule={"object_ownership": "BucketOwnerEnforced"}
        )
        versioning = S3BucketVersioningA(
            self, "versions", bucket=self.name, versioning_configuration={"status": "Enabled"}
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.name,
            rule=[_encryption(key)],
            depends_on=[key.ready] if key else [],
        )
        self.policy = S3BucketPolicy(
            self,
            "policy",
            bucket=self.name,
            policy=policy_document(
                [deny_plain_text(["s3:*"], [self.arn, f"{self.arn}/*"]), *self._on_it(statements)]
            ),
            # S3 refuses two changes of a bucket's access at a time.
            depends_on=[block],
        )
        S3BucketLifecycleConfiguration(
            self, "lifecycle", bucket=self.name, rule=list(rules), depends_on=[versioning]
        )

    def log_to(self, logs: Bucket, depends_on: Sequence[ITerraformDependable]) -> None:
        """Log every request in another bucket.

        Args:
            logs: the other bucket.
            depends_on: what lets S3 write there.
        """
        S3BucketLoggingA(
            self,
            "requests",
            bucket=self.name,
            target_bucket=logs.name,
            target_prefix=f"{self.node.id}/",
            depends_on=list(depends_on),
        )

    def report_deletions(self, topic: Topic) -> None:
        """Tell a topic when somebody deletes an object or a version of one.

        What the lifecycle deletes is no such event: it has others (source: S3 user guide, "Supported event types for
        SQS, SNS, and Lambda", 2026-11).
        """
        topic.allow_bucket(self.arn)
        S3BucketNotification(
            self,
            "deletions",
            bucket=self.name,
            topic=[S3BucketNotificationTopic(topic_arn=topic.arn, events=["s3:ObjectRemoved:*"])],
            # S3 tries the topic at once, and is refused without its policy.
            depends_on=[topic.ready],
        )

    def grant_export(self, role: Role) -> None:
        """Let a role write, list, read and delete objects, and use the bucket's key for it."""
        role.add(
            Statement(
                sid="FindBucket", actions=["s3:GetBucketLocation", "s3:ListBucket"], resources=[self.arn]
            ),
            Statement(
                sid="WriteObjects",
                actions=["s3:DeleteObject*", "s3:GetObject*", "s3:PutObject*"],
                resources=[f"{self.arn}/*"],
            ),
        )
        if self._key is not None:
            role.add(
                Statement(
                    sid="EncryptObjects",
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[self._key.arn],
                )
            )

    def _on_it(self, statements: Sequence[Statement]) -> list[Statement]:
        return [
            Statement(
                sid=one.sid,
                effect=one.effect,
                principals=one.principals,
                actions=one.actions,
                resources=[f"{self.arn}/*"],
                conditions=one.conditions,
            )
            for one in statements
        ]


class LoggedBucket(Construct):
    """A bucket for data, and a second one with the log of the requests to it.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the bucket; the other one is ``<name>-logs``.
        account: the account it belongs to.
        key: encrypts the data.
        age: what becomes of the data.
        topic: hears of it when somebody deletes something in one of them.
        keep: refuse to be destroyed while there are objects in it.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        account: Account,
        key: IKey,
        age: AgeSettings,
        topic: Topic,
        keep: bool,
    ) -> None:
        super().__init__(scope, id)
        self.bucket = Bucket(self, "data", name=name, key=key, rules=_ageing(age), keep=keep)
        logs = Bucket(
            self,
            "logs",
            name=f"{name}-logs",
            # S3 delivers logs to no bucket whose default key is one of KMS
            # (source: S3 user guide, "Logging requests with server access logging", 2026-11).
            key=None,
            statements=[
                Statement(
                    sid="DeliverLogs",
                    principals={"Service": ["logging.s3.amazonaws.com"]},
                    actions=["s3:PutObject"],
                    conditions={
                        "ArnLike": {"aws:SourceArn": self.bucket.arn},
                        "StringEquals": {"aws:SourceAccount": account.id},
                    },
                )
            ],
            rules=[
                _unfinished(age.unfinished_uploads_days),
                _rule(
                    "delete",
                    expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=LOGS_DAYS)],
                    noncurrent_version_expiration=[_replaced(1)],
                ),
            ],
            keep=keep,
        )
        self.bucket.log_to(logs, [logs.policy])
        for bucket in (self.bucket, logs):
            bucket.report_deletions(topic)
        self.name = self.bucket.name
        self.arn = self.bucket.arn


def _encryption(key: IKey | None) -> S3BucketServerSideEncryptionConfigurationRuleA:
    return S3BucketServerSideEncryptionConfigurationRuleA(
        apply_server_side_encryption_by_default=S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key.arn if key else None
        ),
        bucket_key_enabled=True if key else None,
    )


def _ageing(age: AgeSettings) -> list[Rule]:
    return [
        _rule(
            "age",
            transition=[
                S3BucketLifecycleConfigurationRuleTransition(days=days, storage_class=storage)
                for days, storage in (
                    (age.infrequent_access_after_days, "STANDARD_IA"),
                    (age.glacier_after_days, "GLACIER"),
                    (age.deep_archive_after_days, "DEEP_ARCHIVE"),
                )
            ],
            expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=age.delete_after_days)],
        ),
        _rule("old-versions", noncurrent_version_expiration=[_replaced(age.old_versions_days)]),
        # Markers of what was deleted go when no version is left; S3 takes no days beside it.
        _rule(
            "markers",
            expiration=[S3BucketLifecycleConfigurationRuleExpiration(expired_object_delete_marker=True)],
        ),
        _unfinished(age.unfinished_uploads_days),
    ]


def _replaced(days: int) -> S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration:
    return S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=days)


def _unfinished(days: int) -> Rule:
    return _rule(
        "unfinished-uploads",
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(days_after_initiation=days)
        ],
    )


def _rule(id: str, **does: Any) -> Rule:  # noqa: ANN401 - what a rule's class takes
    """A rule for every object of the bucket."""
    everything = S3BucketLifecycleConfigurationRuleFilter(prefix="")
    return Rule(id=id, status="Enabled", filter=[everything], **does)
