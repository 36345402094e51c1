"""VPCs as grids of tiers and availability zones."""

from __future__ import annotations

from typing import Any

from operations.diagram.networks import Network
from operations.diagram.scene import scene
from operations.diagram.system import System
from tests.operations.diagram.sketch import ZONES, database, stack, vpc


def network() -> Network:
    (found,) = scene(System(stack(vpc() | database()))).networks
    return found


def test_tiers_come_in_the_order_of_their_distance_to_the_internet() -> None:
    assert [tier.name for tier in network().tiers] == ["public", "private", "database"]
    assert [tier.notes for tier in network().tiers] == [
        ("internet gateway",),
        ("out through NAT",),
        ("no way out",),
    ]


def test_the_title_says_the_addresses_and_what_is_switched_on() -> None:
    assert network().title == "VPC 10.0.0.0/16"
    assert network().notes == ("internet gateway", "flow logs")
    assert network().zones == ZONES


def test_a_subnet_shows_what_lies_in_it() -> None:
    public = network().tiers[0]
    assert public.cells["eu-central-2a"].cidr == "10.0.00.0/24"
    assert public.cells["eu-central-2a"].parts == (("NAT gateway", "network"),)
    assert public.cells["eu-central-2b"].parts == ()


def test_mount_targets_and_an_acl_are_shown() -> None:
    more: dict[str, dict[str, Any]] = {
        "aws_efs_mount_target.a": {"subnet_id": "${aws_subnet.private-0.id}"},
        "aws_network_acl.acl": {"subnet_ids": ["${aws_subnet.database-0.id}"]},
    }
    (found,) = scene(System(stack(vpc() | more))).networks
    _, private, isolated = found.tiers
    assert private.cells["eu-central-2a"].parts == (("mount target", "data"),)
    assert isolated.notes == ("no way out", "network ACL")


def test_a_database_lies_in_the_tier_of_its_subnet_group() -> None:
    assert [[card.title for card in tier.cards] for tier in network().tiers] == [[], [], ["RDS PostgreSQL"]]


def test_what_lies_in_subnets_of_another_system_stands_outside() -> None:
    imported = database()
    imported["aws_db_subnet_group.subnets"]["subnet_ids"] = ["subnet-0123456789abcdef0"]
    found = scene(System(stack(imported)))
    assert found.networks == ()
    assert "RDS PostgreSQL" in [card.title for card in found.cards]


def test_a_vpc_without_subnets_is_not_drawn() -> None:
    assert scene(System(stack({"aws_vpc.vpc": {"cidr_block": "10.0.0.0/16"}}))).networks == ()
