"""A system of as many resources as asked for: ``python -m tests.growing 200 <folder>`` prints the seconds of its synthesis.

It is what ``holdfast bench`` times. Every tenth resource is a topic, which those behind it refer to.
"""

from __future__ import annotations

import sys
import time

from modules.lazy_bindings import activate

activate()

from cdktf import App, TerraformStack  # noqa: E402 - the bindings are made lazy before they are imported
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup  # noqa: E402
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm  # noqa: E402
from cdktf_cdktf_provider_aws.provider import AwsProvider  # noqa: E402
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic  # noqa: E402

TAGS = {"Environment": "test", "Project": "growth"}


def synthesize(resources: int, folder: str) -> float:
    """Build and synthesize the stack ``growing``; the seconds from the first resource to the written JSON."""
    app = App(outdir=folder)  # waits for node
    started = time.perf_counter()
    stack = TerraformStack(app, "growing")
    AwsProvider(stack, "aws", region="eu-central-2")
    topic = ""
    for number in range(resources):
        topic = add(stack, number, topic)
    app.synth()
    return time.perf_counter() - started


def add(stack: TerraformStack, number: int, topic: str) -> str:
    """Add one resource; the ARN of the last topic."""
    name = f"resource-{number}"
    if number % 10 == 0:
        arn: str = SnsTopic(stack, name, name=name, tags=TAGS).arn
        return arn
    if number % 2:
        CloudwatchLogGroup(stack, name, name=name, retention_in_days=30, tags=TAGS)
        return topic
    CloudwatchMetricAlarm(
        stack,
        name,
        alarm_name=name,
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=2,
        metric_name="CPUUtilization",
        namespace="AWS/RDS",
        period=60,
        statistic="Average",
        threshold=80,
        dimensions={"DBInstanceIdentifier": name},
        alarm_actions=[topic],
        tags=TAGS,
    )
    return topic


if __name__ == "__main__":
    print(synthesize(int(sys.argv[1]), sys.argv[2]))
