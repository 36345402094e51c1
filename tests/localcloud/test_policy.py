"""Policies are evaluated as AWS does."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.policy import Decision, Request, check, decide, hold

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
BUCKET = "arn:aws:s3:::bucket"
CONTEXT = {
    "aws:SecureTransport": "true",
    "s3:TlsVersion": "1.3",
    "aws:SourceIp": "10.1.2.3",
    "aws:CurrentTime": "2026-11-25T12:00:00Z",
    "aws:PrincipalArn": ROOT,
    "s3:x-amz-acl": "Private",
}


@pytest.mark.parametrize(
    ("operator", "key", "value", "holds"),
    [
        ("Bool", "aws:SecureTransport", "false", False),
        ("Bool", "aws:securetransport", True, True),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", "false", True),
        ("Bool", "aws:MultiFactorAuthPresent", "false", False),
        ("NumericLessThan", "s3:TlsVersion", "1.2", False),
        ("NumericLessThan", "s3:TlsVersion", 1.4, True),
        ("NumericGreaterThanEquals", "s3:TlsVersion", "1.3", True),
        ("NumericNotEquals", "s3:TlsVersion", "1.3", False),
        ("StringEquals", "s3:x-amz-acl", "private", False),
        ("StringEqualsIgnoreCase", "s3:x-amz-acl", "private", True),
        ("StringEquals", "s3:x-amz-acl", ["Public", "Private"], True),
        ("StringNotEquals", "s3:x-amz-acl", ["Public", "Private"], False),
        ("StringNotEquals", "s3:x-amz-grant", "any", True),
        ("StringNotEqualsIfExists", "s3:x-amz-acl", "Private", False),
        ("StringLike", "s3:x-amz-acl", "Pri*", True),
        ("StringLike", "s3:x-amz-acl", "P.*", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:root", True),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/?dmin", True),
        ("IpAddress", "aws:SourceIp", ["192.168.0.0/16", "10.0.0.0/8"], True),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", False),
        ("DateLessThan", "aws:CurrentTime", "2026-11-26T00:00:00Z", True),
        ("DateGreaterThan", "aws:CurrentTime", "1795608000", False),
        ("Null", "aws:TokenIssueTime", "true", True),
        ("Null", "aws:SourceIp", "true", False),
        ("Null", "aws:SourceIp", "false", True),
        ("ForAllValues:StringEquals", "aws:TagKeys", "Project", True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", "Project", False),
    ],
)
def test_conditions(operator: str, key: str, value: object, holds: bool) -> None:
    assert hold({operator: {key: value}}, CONTEXT) is holds


def test_all_conditions_must_hold() -> None:
    secure = {"Bool": {"aws:SecureTransport": "true"}}
    assert hold(secure, CONTEXT)
    assert not hold({**secure, "StringEquals": {"s3:x-amz-acl": "Public"}}, CONTEXT)
    assert not hold({"Bool": {"aws:SecureTransport": "true", "aws:ViaAWSService": "true"}}, CONTEXT)


def statement(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/*", **elements}


def without(element: str, **elements: Any) -> dict[str, Any]:
    return {name: value for name, value in statement(**elements).items() if name != element}


@pytest.mark.parametrize(
    ("one", "decision"),
    [
        (statement(), "Deny"),
        (statement(Effect="Allow"), "Allow"),
        (statement(Action=["s3:put*", "s3:get*"]), "Deny"),
        (statement(Action="s3:PutObject"), None),
        (without("Action", NotAction="s3:PutObject"), "Deny"),
        (without("Action", NotAction="s3:Get*"), None),
        (statement(Resource=BUCKET), None),
        (statement(Resource=[BUCKET, f"{BUCKET}/k?y"]), "Deny"),
        (without("Resource", NotResource=f"{BUCKET}/*"), None),
        (statement(Principal={"AWS": "*"}), "Deny"),
        (statement(Principal={"AWS": [ACCOUNT]}), "Deny"),
        (statement(Principal={"AWS": ROOT}), "Deny"),
        (statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/other"}), None),
        (statement(Principal={"Service": "logging.s3.amazonaws.com"}), None),
        (without("Principal", NotPrincipal={"AWS": ROOT}), None),
        (without("Principal", NotPrincipal={"AWS": f"{ROOT}x"}), "Deny"),
        (statement(Condition={"Bool": {"aws:SecureTransport": "false"}}), None),
    ],
)
def test_statements(one: dict[str, Any], decision: Decision) -> None:
    check({"Statement": one})
    request = Request(action="s3:GetObject", resource=f"{BUCKET}/key", account=ACCOUNT, context=CONTEXT)
    assert decide({"Statement": one}, request) == decision
    assert decide({"Statement": [statement(Effect="Allow", Action="s3:PutObject"), one]}, request) == decision


def test_a_denial_outweighs_what_allows() -> None:
    request = Request(action="s3:GetObject", resource=f"{BUCKET}/key", account=ACCOUNT)
    assert (
        decide({"Statement": [statement(Effect="Allow"), statement(), statement(Effect="Allow")]}, request)
        == "Deny"
    )


def test_nobody_in_particular_is_anyone_only() -> None:
    request = Request(action="s3:GetObject", resource=f"{BUCKET}/key", account=None)
    assert decide({"Statement": statement(Effect="Allow", Principal={"AWS": ACCOUNT})}, request) is None
    assert decide({"Statement": statement(Effect="Allow")}, request) == "Allow"


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ([], "with a Statement"),
        ({"Version": "2012-10-17"}, "with a Statement"),
        ({"Statement": statement(Effect="Maybe")}, "Allow or Deny"),
        ({"Statement": without("Principal")}, "either Principal or NotPrincipal"),
        ({"Statement": statement(NotAction="s3:*")}, "either Action or NotAction"),
        ({"Statement": statement(Condition={"StringIs": {"a": "b"}})}, "StringIs is no condition operator"),
        ({"Statement": statement(Condition={"ForEvery:Bool": {"a": "b"}})}, "is no condition operator"),
    ],
)
def test_what_cannot_be_evaluated_is_refused(document: object, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check(document)
