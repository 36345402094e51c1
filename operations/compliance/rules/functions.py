"""Lambda functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance import facts
from operations.compliance.graph import UNKNOWN
from operations.compliance.verdicts import (
    decided,
    fails,
    needs_runtime,
    not_applicable,
    number,
    passes,
    require,
    require_set,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.compliance.graph import Graph, Resource
    from operations.compliance.verdicts import Finding

_TYPE = "aws_lambda_function"
CONCURRENCY = (500, 1000)
"""The pack's parameters of lambda-concurrency-check."""

_SEVERAL = 2


def concurrency(graph: Graph) -> Iterator[Finding]:
    """A function has concurrency of its own, as much as the pack asks for."""
    low, high = CONCURRENCY
    for function in graph.all(_TYPE):
        yield require(function, "reserved_concurrent_executions", lambda value: low <= number(value) <= high)


def dead_letters(graph: Graph) -> Iterator[Finding]:
    """Events that could not be dealt with go somewhere."""
    for function in graph.all(_TYPE):
        yield require_set(function, "dead_letter_config.target_arn")


def private(graph: Graph) -> Iterator[Finding]:
    """Nobody outside of the account may call a function."""
    for function in graph.all(_TYPE):
        permissions = graph.referring(function, "function_name", "aws_lambda_permission")
        wide = [permission for permission in permissions if _is_wide(permission)]
        if wide:
            yield fails(function, "aws_lambda_permission.principal", wide[0].address)
        elif any(permission.value("principal") is UNKNOWN for permission in permissions):
            yield needs_runtime(function, "aws_lambda_permission.principal")
        else:
            evidence = ", ".join(str(permission.value("principal")) for permission in permissions)
            yield passes(function, "aws_lambda_permission.principal", evidence or "nobody")


def _is_wide(permission: Resource) -> bool:
    narrowed = any(
        permission.is_set(name) is not False for name in ("source_account", "source_arn", "principal_org_id")
    )
    principal = permission.value("principal")
    if principal == "*":
        return not narrowed
    return principal == "s3.amazonaws.com" and permission.is_set("source_account") is False


def in_network(graph: Graph) -> Iterator[Finding]:
    """Functions run in a VPC."""
    for function in graph.all(_TYPE):
        yield require_set(function, "vpc_config.subnet_ids")


def several_zones(graph: Graph) -> Iterator[Finding]:
    """Functions in a VPC run in more than one zone."""
    for function in graph.all(_TYPE):
        if not function.blocks("vpc_config"):
            yield not_applicable(function, "vpc_config", "not in a VPC")
            continue
        subnets = graph.referred(function, "vpc_config", "aws_subnet")
        zones = {
            zone
            for subnet in subnets
            for zone in [subnet.value("availability_zone")]
            if isinstance(zone, str)
        }
        if len(zones) < _SEVERAL and (not subnets or UNKNOWN in _zones(subnets)):
            yield needs_runtime(function, "vpc_config.subnet_ids", "the zones of the subnets are not known")
        else:
            evidence = ", ".join(sorted(zones))
            yield decided(function, "vpc_config.subnet_ids", len(zones) >= _SEVERAL, evidence)


def supported_runtime(graph: Graph) -> Iterator[Finding]:
    """Functions run on what AWS supports."""
    for function in graph.all(_TYPE):
        if function.value("package_type", "Zip") == "Image":
            yield not_applicable(function, "package_type", shown("Image"))
        else:
            yield require(function, "runtime", lambda value: value in facts.lambda_runtimes())


def environment_encrypted(graph: Graph) -> Iterator[Finding]:
    """The environment of functions is encrypted with a key of ours."""
    for function in graph.all(_TYPE):
        if not function.blocks("environment"):
            yield not_applicable(function, "environment", "none")
        else:
            yield require_set(function, "kms_key_arn")


def _zones(subnets: list[Resource]) -> list[object]:
    return [subnet.value("availability_zone") for subnet in subnets]
