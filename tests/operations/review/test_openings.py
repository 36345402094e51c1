"""What opens a security group wider."""

from __future__ import annotations

from typing import Any

import pytest

from operations.plans.openings import Opening
from tests.operations.plans.building import change
from tests.operations.review.reviewing import referring, rules, texts, updated

INGRESS = "aws_vpc_security_group_ingress_rule"


def rule(
    cidr: str | None = "10.0.0.0/16", first: int = 5432, last: int = 5432, **more: Any
) -> dict[str, Any]:
    return {"ip_protocol": "tcp", "from_port": first, "to_port": last, "cidr_ipv4": cidr, **more}


def inline(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"ingress": list(blocks), "egress": [], **more}


def block(*cidrs: str, protocol: str = "tcp", port: int = 443, **more: Any) -> dict[str, Any]:
    return {"protocol": protocol, "from_port": port, "to_port": port, "cidr_blocks": list(cidrs), **more}


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (rule(), rule("0.0.0.0/0"), "tcp 5432 from the whole internet"),
        (rule(), rule("10.0.0.0/8"), "tcp 5432 from 10.0.0.0/8"),
        (rule(), rule(last=5433), "tcp 5432-5433 from 10.0.0.0/16"),
        (rule(), rule(ip_protocol="-1"), "everything from 10.0.0.0/16"),
        (rule(), rule(ip_protocol="udp"), "udp 5432 from 10.0.0.0/16"),
        (rule(), rule(None, cidr_ipv6="::/0"), "tcp 5432 from the whole internet"),
        (rule(), rule(None, referenced_security_group_id="sg-2"), "tcp 5432 from sg-2"),
        (rule(), rule(None, prefix_list_id="pl-1"), "tcp 5432 from pl-1"),
        (rule(), rule(first=-1, last=-1), "tcp from 10.0.0.0/16"),
        (rule("not an address"), rule("nor this"), "tcp 5432 from nor this"),
    ],
)
def test_a_rule_that_lets_more_through(before: dict[str, Any], after: dict[str, Any], says: str) -> None:
    assert texts(updated(INGRESS, before, after)) == [
        f"weakens-protection: the security group lets more through: {says}"
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rule("10.0.0.0/8"), rule("10.0.0.0/16")),
        (rule("0.0.0.0/0"), rule("10.0.0.0/16")),
        (rule(first=5000, last=6000), rule()),
        (rule(ip_protocol="-1"), rule()),
        (rule(), rule(description="other words")),
    ],
)
def test_a_rule_that_lets_less_through(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert rules(updated(INGRESS, before, after)) == []


@pytest.mark.parametrize(
    ("unknown", "says"),
    [
        ({"cidr_ipv4": True}, "a peer known only after apply"),
        ({"from_port": True}, "on ports known only after apply"),
        ({"ip_protocol": True}, "by a protocol known only after apply"),
    ],
)
def test_what_is_not_known_may_be_wider(unknown: dict[str, Any], says: str) -> None:
    after = {name: value for name, value in rule().items() if name not in unknown}
    (text,) = texts(updated(INGRESS, rule("0.0.0.0/0"), after, unknown=unknown))
    assert says in text


def test_rules_in_the_group_itself() -> None:
    before = inline(block("10.0.0.0/16"), block("10.0.0.0/16", port=80))
    after = inline(block("10.0.0.0/16", "10.9.0.0/16"), block(port=22, security_groups=["sg-2"], self=True))
    assert texts(updated("aws_security_group", before, after)) == [
        "weakens-protection: the security group lets more through: tcp 443 from 10.9.0.0/16",
        "weakens-protection: the security group lets more through: tcp 22 from sg-2",
        "weakens-protection: the security group lets more through: tcp 22 from itself",
    ]
    assert rules(updated("aws_security_group", after, inline(block("10.9.1.0/24")))) == []


def test_rules_in_the_group_that_are_not_known() -> None:
    found = texts(updated("aws_security_group", inline(), {"egress": []}, unknown={"ingress": True}))
    assert len(found) == 1
    after = inline({"protocol": "tcp", "from_port": 1, "to_port": 1, "cidr_blocks": [None]})
    unknown = {"ingress": [{"cidr_blocks": [True]}]}
    (text,) = texts(updated("aws_security_group", inline(), after, unknown=unknown))
    assert "a peer known only after apply" in text


def test_the_way_out_counts_too() -> None:
    after = {"egress": [block("0.0.0.0/0")], "ingress": []}
    assert rules(updated("aws_security_group", inline(), after)) == ["security-group-wider"]


def test_the_older_kind_of_rule() -> None:
    old = {
        "type": "ingress",
        "protocol": "tcp",
        "from_port": 22,
        "to_port": 22,
        "source_security_group_id": "sg-1",
    }
    assert texts(updated("aws_security_group_rule", old, {**old, "source_security_group_id": "sg-2"})) == [
        "weakens-protection: the security group lets more through: tcp 22 from sg-2"
    ]


def test_a_new_rule_of_a_group_that_is_there() -> None:
    added = change(f"{INGRESS}.it", "create", after=rule(security_group_id="sg-1"))
    assert rules(added) == ["security-group-wider"]


def test_a_new_rule_of_a_new_group_widens_nothing_unless_it_lets_everyone_in() -> None:
    group = change("aws_security_group.g", "create", after={})
    configuration = referring(f"{INGRESS}.it", "security_group_id", "aws_security_group.g")

    def added(cidr: str) -> dict[str, Any]:
        return change(f"{INGRESS}.it", "create", after=rule(cidr), unknown={"security_group_id": True})

    assert rules(added("10.0.0.0/16"), group, configuration=configuration) == []
    assert rules(added("0.0.0.0/0"), group, configuration=configuration) == ["security-group-opened"]
    open_group = change("aws_security_group.g", "create", after=inline(block("0.0.0.0/0")))
    assert rules(open_group) == ["security-group-opened"]


def test_a_peer_that_is_secret_is_hidden() -> None:
    (text,) = texts(
        updated(INGRESS, rule(), rule("10.99.0.0/16"), sensitive={"cidr_ipv4": True}),
    )
    assert "10.99" not in text


def test_an_address_block_of_the_other_kind_is_not_within() -> None:
    wide = Opening(direction="in", protocol="tcp", ports=(1, 1), peer="0.0.0.0/0")
    narrow = Opening(direction="in", protocol="tcp", ports=(1, 1), peer="::1/128")
    assert not wide.covers(narrow)
    assert not wide.covers(Opening(direction="out", protocol="tcp", ports=(1, 1), peer="0.0.0.0/0"))
