"""IAM: roles and policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from operations.compliance.live.aws import absent_as_none

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State

_GONE = "NoSuchEntity"


def role(aws: Aws, state: State) -> Arguments | None:
    """A role with its trust and what inline policies it has, whoever put them there."""
    iam, name = aws.client("iam"), state["name"]
    found = absent_as_none(lambda: iam.get_role(RoleName=name)["Role"], _GONE)
    return found and {
        "name": name,
        "assume_role_policy": json.dumps(found["AssumeRolePolicyDocument"]),
        "inline_policy": [
            {
                "name": policy,
                "policy": json.dumps(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]),
            }
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        ],
    }


def policy(aws: Aws, state: State) -> Arguments | None:
    """The version of a managed policy that holds."""
    iam, arn = aws.client("iam"), state["arn"]
    found = absent_as_none(lambda: iam.get_policy(PolicyArn=arn)["Policy"], _GONE)
    if found is None:
        return None
    version = iam.get_policy_version(PolicyArn=arn, VersionId=found["DefaultVersionId"])["PolicyVersion"]
    return {"name": found["PolicyName"], "policy": json.dumps(version["Document"])}


READERS: dict[str, Reader] = {"aws_iam_role": role, "aws_iam_policy": policy}
