"""Rules with exceptions that AWS itself makes, and rules that look at more than one attribute."""

from __future__ import annotations

from typing import Any

import pytest

from operations.compliance import configuration
from operations.compliance.rules import checks
from operations.compliance.verdicts import Finding, Verdict

BUCKET = "${aws_s3_bucket.b.id}"
VERSIONED = {
    "aws_s3_bucket": {"b": {"bucket": "b"}},
    "aws_s3_bucket_versioning": {
        "v": {"bucket": BUCKET, "versioning_configuration": {"status": "Enabled"}},
    },
}
AGEING = {"aws_s3_bucket_lifecycle_configuration": {"l": {"bucket": BUCKET, "rule": [{"status": "Enabled"}]}}}
OPEN = {"action": "allow", "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_block": "0.0.0.0/0"}
VPC = {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}}


def found(check: str, *resources: dict[str, Any]) -> Finding:
    merged = {type_: named for one in resources for type_, named in one.items()}
    graph = configuration.graph({"resource": merged}, name="test", source="test")
    (finding,) = checks()[check](graph)
    return finding


def test_a_bucket_with_a_lifecycle_can_have_no_mfa_delete() -> None:
    assert found("buckets.mfa_delete", VERSIONED).verdict is Verdict.FAIL
    exempt = found("buckets.mfa_delete", VERSIONED, AGEING)
    assert (exempt.verdict, exempt.address) == (Verdict.NOT_APPLICABLE, "aws_s3_bucket.b")
    assert "lifecycle" in exempt.evidence


def test_a_lifecycle_of_another_bucket_exempts_nothing() -> None:
    other = {
        "aws_s3_bucket_lifecycle_configuration": {"l": {"bucket": "other", "rule": [{"status": "Enabled"}]}}
    }
    assert found("buckets.mfa_delete", VERSIONED, other).verdict is Verdict.FAIL


def test_the_default_acl_of_a_vpc_is_not_looked_at() -> None:
    exempt = found("network.acl_without_remote_access", VPC)
    assert (exempt.verdict, exempt.address) == (Verdict.NOT_APPLICABLE, "aws_vpc.v")


@pytest.mark.parametrize(
    ("type_", "verdict"),
    [("aws_default_network_acl", Verdict.NOT_APPLICABLE), ("aws_network_acl", Verdict.FAIL)],
)
def test_an_acl_of_its_own_is_looked_at(type_: str, verdict: Verdict) -> None:
    assert found("network.acl_without_remote_access", {type_: {"a": {"ingress": [OPEN]}}}).verdict is verdict


@pytest.mark.parametrize(
    ("told", "any_", "deletions"),
    [
        ({"topic": [{"events": ["s3:ObjectRemoved:*"]}]}, Verdict.PASS, Verdict.PASS),
        ({"queue": [{"events": ["s3:ObjectCreated:*"]}]}, Verdict.PASS, Verdict.FAIL),
        ({"topic": [{"events": []}]}, Verdict.FAIL, Verdict.FAIL),
        ({"eventbridge": True}, Verdict.PASS, Verdict.PASS),
        ({"topic": "${var.topics}"}, Verdict.NEEDS_RUNTIME, Verdict.NEEDS_RUNTIME),
    ],
)
def test_events_that_are_told(told: dict[str, Any], any_: Verdict, deletions: Verdict) -> None:
    notification = {"aws_s3_bucket_notification": {"n": {"bucket": BUCKET, **told}}}
    bucket = {"aws_s3_bucket": {"b": {"bucket": "b"}}}
    assert found("buckets.notifies", bucket, notification).verdict is any_
    assert found("buckets.deletions_told", bucket, notification).verdict is deletions
