"""Commands as a shell takes them."""

from __future__ import annotations

from operations.drift.aws_cli import command


def test_a_command() -> None:
    assert command("iam", "delete-role-policy", role_name="r", policy_name="by hand; rm") == (
        "aws iam delete-role-policy --role-name r --policy-name 'by hand; rm'"
    )


def test_lists_and_switches() -> None:
    assert command("ec2", "x", region="eu-central-2", ids=[1, {"a": "b"}], ingress=True) == (
        """aws ec2 x --region eu-central-2 --ids '[1,{"a":"b"}]' --ingress"""
    )
