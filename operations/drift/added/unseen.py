"""What was added by hand where no refresh looks: AWS is asked.

Receivers of a topic, callers of a function, grants of a key and readers of a log are no attribute of anything that Terraform
manages.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from operations.aws import error_code, explained, session
from operations.drift.added.model import Added
from operations.drift.aws_cli import command
from operations.drift.parts import region, texts
from operations.plans.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from boto3 import Session
    from mypy_boto3_kms.type_defs import GrantListEntryTypeDef

    from operations.drift.parts import Parts, Values

_SERVICE_ROLE = ":role/aws-service-role/"
_NOT_CONFIRMED = "PendingConfirmation"
_NONE = {"NotFound", "NotFoundException", "ResourceNotFoundException"}
_FUNCTION_CONTEXT = "aws:lambda:FunctionArn"


def subscriptions(aws: Session, topic: Values, parts: Parts) -> Iterator[Added]:
    """Receivers of a topic."""
    known = list(parts.of(topic, "aws_sns_topic_subscription", "topic_arn"))
    configured = {(each.get("protocol"), each.get("endpoint")) for each in known}
    arns = texts(known, "arn")
    pages = aws.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic["arn"])
    for found in (each for page in pages for each in page["Subscriptions"]):
        arn = found["SubscriptionArn"]
        if arn in arns or (found["Protocol"], found["Endpoint"]) in configured:
            continue
        yield Added(
            kind="subscription",
            name=f"{found['Protocol']} {_without_secrets(found['Endpoint'])}",
            value=arn,
            text="a receiver that is not configured gets the messages",
            command=None
            if arn == _NOT_CONFIRMED
            else command("sns", "unsubscribe", region=region(topic), subscription_arn=arn),
        )


def permissions(aws: Session, function: Values, parts: Parts) -> Iterator[Added]:
    """Callers of a function."""
    name = function["function_name"]
    known = texts(parts.of(function, "aws_lambda_permission", "function_name"), "statement_id")
    policy = json.loads(aws.client("lambda").get_policy(FunctionName=name)["Policy"])
    for statement in policy.get("Statement", []):
        if statement.get("Sid") not in known:
            yield Added(
                kind="permission",
                name=str(statement.get("Sid")),
                value=json.dumps(statement.get("Principal")),
                text="a caller that is not configured may call the function",
                command=command(
                    "lambda",
                    "remove-permission",
                    region=region(function),
                    function_name=name,
                    statement_id=str(statement.get("Sid")),
                ),
            )


def grants(aws: Session, key: Values, parts: Parts) -> Iterator[Added]:
    """Grants of a key; those that AWS services make for themselves are left out."""
    known = texts(parts.of(key, "aws_kms_grant", "key_id"), "grant_id")
    pages = aws.client("kms").get_paginator("list_grants").paginate(KeyId=key["arn"])
    for grant in (each for page in pages for each in page["Grants"]):
        if grant["GrantId"] not in known and not _of_a_service(grant):
            yield Added(
                kind="grant",
                name=grant["GrantId"],
                value=f"{', '.join(grant.get('Operations', []))} to {grant.get('GranteePrincipal')}",
                text="a grant that is not configured lets another use the key",
                command=command(
                    "kms",
                    "revoke-grant",
                    region=region(key),
                    key_id=key["arn"],
                    grant_id=grant["GrantId"],
                ),
            )


def log_readers(aws: Session, group: Values, parts: Parts) -> Iterator[Added]:
    """Where else the events of a log group go."""
    name = group["name"]
    known = texts(parts.of(group, "aws_cloudwatch_log_subscription_filter", "log_group_name"), "name")
    pages = aws.client("logs").get_paginator("describe_subscription_filters").paginate(logGroupName=name)
    for found in (each for page in pages for each in page["subscriptionFilters"]):
        if found["filterName"] not in known:
            yield Added(
                kind="subscription_filter",
                name=found["filterName"],
                value=found["destinationArn"],
                text="a receiver that is not configured gets the log's events",
                command=command(
                    "logs",
                    "delete-subscription-filter",
                    region=region(group),
                    log_group_name=name,
                    filter_name=found["filterName"],
                ),
            )


_LOOKS: Mapping[str, Callable[[Session, Values, Parts], Iterator[Added]]] = {
    "aws_sns_topic": subscriptions,
    "aws_lambda_function": permissions,
    "aws_kms_key": grants,
    "aws_cloudwatch_log_group": log_readers,
}


class Asking:
    """Asks AWS about resources, with one session for each region."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def __call__(self, type_: str, values: Values, parts: Parts) -> list[Added]:
        """What was added to a resource.

        Args:
            type_: its type.
            values: its values, as they are.
            parts: all resources of the plan.

        Raises:
            Problem: AWS does not answer, or refuses.
            Failed: it answers that something is wrong.
        """
        where = region(values)
        if type_ not in _LOOKS or where is None:
            return []
        if where not in self._sessions:
            self._sessions[where] = session(where)
        with explained():
            try:
                return list(_LOOKS[type_](self._sessions[where], values, parts))
            except ClientError as error:
                if error_code(error) in _NONE:  # it has none, or is gone, which the plan says
                    return []
                raise


def _of_a_service(grant: GrantListEntryTypeDef) -> bool:
    """Whether a service of AWS has made it for itself; Lambda gives it to the role of the function."""
    grantee = str(grant.get("GranteePrincipal", ""))
    context = grant.get("Constraints", {})
    pairs = {**context.get("EncryptionContextEquals", {}), **context.get("EncryptionContextSubset", {})}
    return grantee.endswith(".amazonaws.com") or _SERVICE_ROLE in grantee or _FUNCTION_CONTEXT in pairs


def _without_secrets(endpoint: str) -> str:
    """An endpoint without what may be a secret in it: a URL often has a token in its path."""
    parts = urlsplit(endpoint)
    if parts.scheme in {"http", "https"}:
        return f"{parts.scheme}://{parts.hostname}/..."
    return visible(endpoint)
