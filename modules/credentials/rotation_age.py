"""How long ago each entry was rotated: looked up every hour, because no alarm can wait for longer than a week."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from constructs import Construct

from modules.credentials.metrics import NAMESPACE
from modules.credentials.secret import ISecret
from modules.function.function import Code, IsolatedFunction, Surroundings

TIMEOUT_SECONDS = 30


class RotationAge(IsolatedFunction):
    """A function that asks Secrets Manager when entries were rotated, and reports it as the metric ``DaysSinceRotation``.

    It may describe the entries, and cannot read them.

    Args:
        scope: parent construct.
        id: construct id.
        within: what it shares with other functions.
        secrets: what it looks at.
    """

    def __init__(
        self, scope: Construct, id: str, *, within: Surroundings, secrets: Sequence[ISecret]
    ) -> None:
        super().__init__(
            scope,
            id,
            what=id,
            within=within,
            code=Code(
                folder="rotation_age",
                handler="rotation_age.handler.handler",
                environment={
                    "METRIC_NAMESPACE": NAMESPACE,
                    "SECRET_ARNS": json.dumps([secret.arn for secret in secrets]),
                },
                timeout_seconds=TIMEOUT_SECONDS,
                description="Age of database credentials",
            ),
        )
        for secret in secrets:
            secret.grant_describe(self.role)
        rule = CloudwatchEventRule(
            self,
            "hourly",
            name=self.function_name,
            description="Looks up how long ago credentials were rotated",
            schedule_expression="rate(1 hour)",
            state="ENABLED",  # said, so that an apply turns it on again when somebody has turned it off
        )
        # The rule's ARN names the account; EventBridge does not send it beside that (source: pull request 4116 of
        # hashicorp/terraform-provider-aws).
        self.allow_invocation(
            "schedule-invokes", service="events.amazonaws.com", source_arn=str(rule.arn), sends_account=False
        )
        CloudwatchEventTarget(self, "target", rule=str(rule.name), arn=self.arn, depends_on=list(self.ready))
