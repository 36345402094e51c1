"""An IAM role for an AWS service, which collects what it is granted in one policy of its own."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import Statement, policy_document

WITHOUT_SOURCE = frozenset({"backup.amazonaws.com", "lambda.amazonaws.com", "sns.amazonaws.com"})
"""Services that are not known to say for which account they take a role: a condition on it would refuse them.
Lambda does not; the roles with which SNS logs have none in its guide ("Message delivery status", 2026-11), nor have those of
AWS Backup, whose guide names such conditions for topics and keys alone ("Cross-service confused deputy prevention",
2026-11). None of them takes a role that nobody of its own account has passed to it."""


class Role(Construct):
    """A role that one AWS service may assume, on behalf of this account only.

    The condition on ``aws:SourceAccount`` closes the confused-deputy hole
    (source: IAM user guide, "The confused deputy problem"); it is left out for :data:`WITHOUT_SOURCE`.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the role, at most 64 characters.
        service: the service's principal, such as ``backup.amazonaws.com``.
        account: the account it belongs to.
        description: what the role is for.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        service: str,
        account: Account,
        description: str,
    ) -> None:
        super().__init__(scope, id)
        self._role = IamRole(
            self,
            "role",
            name=name,
            description=description,
            assume_role_policy=policy_document(
                [
                    Statement(
                        sid="AssumedByService",
                        principals={"Service": [service]},
                        actions=["sts:AssumeRole"],
                        resources=(),
                        conditions={"StringEquals": {"aws:SourceAccount": account.id}}
                        if service not in WITHOUT_SOURCE
                        else None,
                    )
                ]
            ),
        )
        self._policy_name, self._description = name, description
        self._statements: list[Statement] = []
        self._policy: IamPolicy | None = None
        self._attachments: list[IamRolePolicyAttachment] = []
        self.arn = str(self._role.arn)
        self.name = str(self._role.name)

    def add(self, *statements: Statement) -> None:
        """Add statements to the role's policy.

        It is a managed policy, not an inline one, as AWS Config asks for (iam-no-inline-policy-check): it has
        versions, and changes of it are events of their own.
        """
        self._statements.extend(statements)
        document = policy_document(self._statements)
        if self._policy is None:
            self._policy = IamPolicy(
                self,
                "policy",
                name=self._policy_name,
                description=self._description,
                policy=document,
            )
            self.attach("granted", str(self._policy.arn))
        else:
            self._policy.policy = document

    def attach(self, id: str, policy_arn: str) -> None:
        """Attach a managed policy; ``id`` is the construct id of the attachment."""
        self._attachments.append(IamRolePolicyAttachment(self, id, role=self.name, policy_arn=policy_arn))

    @property
    def policies(self) -> Sequence[IamRolePolicyAttachment]:
        """What must exist before the role can be used; pass it to ``depends_on``."""
        return list(self._attachments)
