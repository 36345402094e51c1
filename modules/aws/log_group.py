"""An encrypted CloudWatch log group with a retention that CloudWatch accepts."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from modules.keys.key import IKey


def encrypted_log_group(
    scope: Construct, id: str, *, name: str, retention_days: int, key: IKey
) -> CloudwatchLogGroup:
    """Create a log group that is encrypted with our key.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the log group; services such as RDS prescribe it.
        retention_days: days; one of the values of constraint C24.
        key: a key that CloudWatch Logs may use.
    """
    return CloudwatchLogGroup(
        scope,
        id,
        name=name,
        retention_in_days=retention_days,
        kms_key_id=key.arn,
        # The key's policy names CloudWatch Logs: without it the group is refused.
        depends_on=[key.ready],
    )
