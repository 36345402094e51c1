"""Rules of a security group that nobody configured, and the command that takes each away."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest

from tests.operations.drift.added.finding import added

GROUP = "aws_security_group"
ARN = "arn:aws:ec2:eu-central-2:123456789012:security-group/sg-1"


def group(*rules: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": "sg-1", "arn": ARN, "ingress": list(rules), "egress": [], **more}


def rule(**values: Any) -> dict[str, Any]:
    return {"protocol": "tcp", "from_port": 5432, "to_port": 5432, **values}


def permission(command: str | None) -> Any:
    """What the command takes away."""
    words = shlex.split(command or "")
    (found,) = json.loads(words[words.index("--ip-permissions") + 1])
    return found


def test_a_rule_that_is_configured_was_not_added() -> None:
    configured = {
        "security_group_id": "sg-1",
        "ip_protocol": "tcp",
        "from_port": 5432,
        "to_port": 5432,
        "cidr_ipv4": "10.0.0.0/8",
    }
    real = group(rule(cidr_blocks=["10.0.0.0/8"]))
    assert added(GROUP, real, aws_vpc_security_group_ingress_rule=configured) == []
    other = {**configured, "security_group_id": "sg-2"}
    assert len(added(GROUP, real, aws_vpc_security_group_ingress_rule=other)) == 1
    assert len(added(GROUP, real, aws_vpc_security_group_egress_rule=configured)) == 1


@pytest.mark.parametrize(
    ("shown", "configured"),
    [
        (
            {"protocol": "-1", "from_port": 0, "to_port": 0, "self": True},
            {"ip_protocol": "-1", "referenced_security_group_id": "sg-1"},
        ),
        (
            {"protocol": "tcp", "from_port": 1, "to_port": 2, "security_groups": ["sg-9"]},
            {"ip_protocol": "6", "from_port": 1, "to_port": 2, "referenced_security_group_id": "sg-9"},
        ),
        (
            {"protocol": "udp", "from_port": 53, "to_port": 53, "security_groups": ["123456789012/sg-9"]},
            {"ip_protocol": "udp", "from_port": 53, "to_port": 53, "referenced_security_group_id": "sg-9"},
        ),
        (
            {"protocol": "icmp", "from_port": -1, "to_port": -1, "ipv6_cidr_blocks": ["::/0"]},
            {"ip_protocol": "icmp", "from_port": -1, "to_port": -1, "cidr_ipv6": "::/0"},
        ),
    ],
    ids=["the group itself", "another group", "a group of another account", "ICMP"],
)
def test_the_group_shows_rules_in_another_form(shown: dict[str, Any], configured: dict[str, Any]) -> None:
    part = {"security_group_id": "sg-1", **configured}
    assert added(GROUP, group(shown), aws_vpc_security_group_ingress_rule=part) == []


def test_peers_that_are_shown_together_are_told_apart() -> None:
    configured = {
        "security_group_id": "sg-1",
        "ip_protocol": "tcp",
        "from_port": 5432,
        "to_port": 5432,
        "cidr_ipv4": "10.0.0.0/8",
    }
    (found,) = added(
        GROUP,
        group(rule(cidr_blocks=["10.0.0.0/8", "203.0.113.0/24"])),
        aws_vpc_security_group_ingress_rule=configured,
    )
    assert found.name == "tcp 5432 from 203.0.113.0/24"
    assert str(found.reason) == (
        "a rule that is not configured lets more through: tcp 5432 from 203.0.113.0/24"
    )


@pytest.mark.parametrize(
    ("real", "taken_away"),
    [
        (
            rule(cidr_blocks=["0.0.0.0/0"]),
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        ),
        (
            {"protocol": "-1", "from_port": 0, "to_port": 0, "ipv6_cidr_blocks": ["::/0"]},
            {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
        ),
        (
            {"protocol": "icmp", "from_port": -1, "to_port": -1, "cidr_blocks": ["0.0.0.0/0"]},
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        ),
        (
            {"protocol": "-1", "from_port": 0, "to_port": 0, "prefix_list_ids": ["pl-1"]},
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]},
        ),
        (
            {"protocol": "-1", "from_port": 0, "to_port": 0, "security_groups": ["210987654321/sg-9"]},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-9", "UserId": "210987654321"}]},
        ),
        (
            {"protocol": "-1", "from_port": 0, "to_port": 0, "self": True},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}]},
        ),
    ],
    ids=["IPv4", "IPv6", "ICMP", "prefix list", "group of another account", "the group itself"],
)
def test_the_command_takes_exactly_that_rule_away(real: dict[str, Any], taken_away: Any) -> None:
    (found,) = added(GROUP, group(real))
    assert found.command is not None
    assert found.command.startswith(
        "aws ec2 revoke-security-group-ingress --region eu-central-2 --group-id sg-1 --ip-permissions "
    )
    assert permission(found.command) == taken_away


def test_what_goes_out_is_looked_at_too() -> None:
    (found,) = added(GROUP, {**group(), "egress": [rule(cidr_blocks=["0.0.0.0/0"])]})
    assert found.kind == "egress"
    assert "revoke-security-group-egress" in (found.command or "")


def test_a_group_whose_rules_are_configured_in_it_is_terraforms() -> None:
    real = group(rule(cidr_blocks=["0.0.0.0/0"]))
    assert added(GROUP, real, "ingress") == []


def test_a_default_group_is_to_have_no_rules_but_those_that_are_configured() -> None:
    real = group(rule(cidr_blocks=["0.0.0.0/0"]))
    (found,) = added("aws_default_security_group", real)
    assert "revoke-security-group-ingress" in (found.command or "")
    assert added("aws_default_security_group", real, "ingress") == []
