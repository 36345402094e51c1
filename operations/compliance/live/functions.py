"""Lambda: functions, and who may call them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from operations.compliance.live.aws import absent_as_none, first

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State

_GONE = "ResourceNotFoundException"
_NARROWED = {
    "source_account": "aws:sourceaccount",
    "source_arn": "aws:sourcearn",
    "principal_org_id": "aws:principalorgid",
}


def function(aws: Aws, state: State) -> Arguments | None:
    """A function."""
    client, name = aws.client("lambda"), state["function_name"]
    found = absent_as_none(lambda: client.get_function(FunctionName=name), _GONE)
    if found is None:
        return None
    configuration = found["Configuration"]
    subnets = configuration.get("VpcConfig", {}).get("SubnetIds", [])
    dead_letters = configuration.get("DeadLetterConfig", {}).get("TargetArn")
    variables = configuration.get("Environment", {}).get("Variables")
    return {
        "function_name": name,
        "runtime": configuration.get("Runtime"),
        "package_type": configuration.get("PackageType", "Zip"),
        "kms_key_arn": configuration.get("KMSKeyArn"),
        "vpc_config": {"subnet_ids": subnets} if subnets else None,
        "dead_letter_config": {"target_arn": dead_letters} if dead_letters else None,
        "environment": {"variables": dict.fromkeys(variables, "")} if variables else None,
        "reserved_concurrent_executions": found.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
    }


def permission(aws: Aws, state: State) -> Arguments | None:
    """A statement of a function's policy."""
    name = state["function_name"].rpartition(":function:")[2]
    policy = absent_as_none(lambda: aws.client("lambda").get_policy(FunctionName=name)["Policy"], _GONE)
    statements = json.loads(policy)["Statement"] if policy else []
    found = first([statement for statement in statements if statement["Sid"] == state["statement_id"]])
    if found is None:
        return None
    principal = found["Principal"]
    tests = {
        key.lower(): value for test in found.get("Condition", {}).values() for key, value in test.items()
    }
    return {
        "function_name": name,
        "principal": first(list(principal.values())) if isinstance(principal, dict) else principal,
        **{argument: tests.get(key) for argument, key in _NARROWED.items()},
    }


READERS: dict[str, Reader] = {"aws_lambda_function": function, "aws_lambda_permission": permission}
