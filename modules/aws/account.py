"""The account, partition and region that a module is deployed to; ARNs are built from it, never written out."""

from __future__ import annotations

from functools import cached_property

from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_partition import DataAwsPartition
from constructs import Construct


class Account(Construct):
    """Who and where we are.

    Args:
        scope: parent construct.
        id: construct id.
        region: AWS region, such as ``eu-central-2``.
    """

    def __init__(self, scope: Construct, id: str, *, region: str) -> None:
        super().__init__(scope, id)
        self.region = region
        self._identity = DataAwsCallerIdentity(self, "identity")
        self._partition = DataAwsPartition(self, "partition")

    @cached_property
    def id(self) -> str:
        """The 12-digit account id, known to Terraform at plan time."""
        return str(self._identity.account_id)

    @cached_property
    def partition(self) -> str:
        """The partition of the region: ``aws``, ``aws-cn`` or ``aws-us-gov``."""
        return str(self._partition.partition)

    @cached_property
    def root_arn(self) -> str:
        """The principal that stands for the account; in a policy it delegates to the account's IAM policies."""
        return f"arn:{self.partition}:iam::{self.id}:root"

    def arn(self, service: str, resource: str) -> str:
        """Build the ARN of a regional resource of this account, such as ``arn("rds", "db:orders")``."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.id}:{resource}"

    def managed_policy(self, name: str) -> str:
        """Build the ARN of an AWS managed IAM policy, such as ``service-role/AWSBackupServiceRolePolicyForBackup``."""
        return f"arn:{self.partition}:iam::aws:policy/{name}"
