"""The AWS provider: only what cannot come from the environment, so that local and real AWS get the same JSON."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.provider import AwsProvider
from constructs import Construct


def aws_provider(scope: Construct, *, region: str, alias: str | None = None) -> AwsProvider:
    """Configure the provider for a region; endpoints and credentials come from the environment (``AWS_ENDPOINT_URL``).

    Args:
        scope: the stack.
        region: AWS region.
        alias: name of a second configuration, for :func:`modules.aws.aspects.use_provider`.
    """
    return AwsProvider(scope, f"aws-{alias}" if alias else "aws", region=region, alias=alias)
