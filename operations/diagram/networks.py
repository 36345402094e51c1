"""Networks as grids: a row for each tier, a column for each availability zone, and what lies in a tier below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from operations.diagram.cards import Card
    from operations.diagram.system import Resource, System

_JOINTS = ("aws_db_subnet_group", "aws_efs_mount_target")
"""Types that say which subnets another resource lies in."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A subnet.

    Attributes:
        cidr: its address block.
        parts: what lies in it: text and the family of resources that it belongs to.
    """

    cidr: str
    parts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Tier:
    """The subnets of one kind.

    Attributes:
        name: of the tier.
        notes: its ways out.
        cells: availability zone to subnet.
        cards: what lies in the tier, over all of its zones.
    """

    name: str
    notes: tuple[str, ...]
    cells: Mapping[str, Cell]
    cards: tuple[Card, ...]


@dataclass(frozen=True, kw_only=True)
class Network:
    """A VPC.

    Attributes:
        title: with its address block.
        notes: what watches over it.
        zones: its availability zones.
        tiers: the nearest to the internet first.
    """

    title: str
    notes: tuple[str, ...]
    zones: tuple[str, ...]
    tiers: tuple[Tier, ...]


def networks(
    system: System, cards: Sequence[Card], placed: Mapping[str, tuple[str, str] | None]
) -> list[Network]:
    """Give the VPCs of a system that have subnets.

    Args:
        system: the system.
        cards: all cards.
        placed: card to VPC and tier, as `tier_of` gives them.
    """
    return [
        _network(vpc, subnets, system, [(card, placed[card.id]) for card in cards])
        for vpc in system.of("aws_vpc")
        if (subnets := system.users(vpc, "aws_subnet"))
    ]


def _network(
    vpc: Resource,
    subnets: Sequence[Resource],
    system: System,
    cards: Sequence[tuple[Card, tuple[str, str] | None]],
) -> Network:
    tiers: dict[str, list[Resource]] = {}
    for subnet in subnets:
        tiers.setdefault(_tier(subnet), []).append(subnet)
    watched = (("aws_internet_gateway", "internet gateway"), ("aws_flow_log", "flow logs"))
    return Network(
        title=f"VPC {vpc.arguments.get('cidr_block', '')}".strip(),
        notes=tuple(what for type_, what in watched if system.users(vpc, type_)),
        zones=tuple(sorted({_zone(subnet) for subnet in subnets})),
        tiers=tuple(
            Tier(
                name=name,
                notes=_notes(tiers[name], system),
                cells={_zone(subnet): _cell(subnet, system) for subnet in tiers[name]},
                cards=tuple(card for card, place in cards if place == (vpc.address, name)),
            )
            for name in sorted(tiers, key=lambda name: (_distance(tiers[name], system), name))
        ),
    )


def tier_of(system: System, card: Card) -> tuple[str, str] | None:
    """Give the VPC and the tier that a card's resources lie in; None when they lie in no subnet of the system."""
    for vpc in system.of("aws_vpc"):
        for subnet in system.users(vpc, "aws_subnet"):
            if any(
                system.linked(member, subnet, via)
                for member in map(system.at, card.members)
                for via in (None, *_JOINTS)
            ):
                return vpc.address, _tier(subnet)
    return None


def _zone(subnet: Resource) -> str:
    return str(subnet.arguments["availability_zone"])


def _tier(subnet: Resource) -> str:
    return subnet.name.removesuffix(f"-{_zone(subnet)}")


def _ways_out(subnet: Resource, system: System) -> set[str]:
    return {
        gateway.type
        for gateway in system.of("aws_internet_gateway", "aws_nat_gateway")
        for table in system.of("aws_route_table")
        if system.linked(subnet, table, "aws_route_table_association")
        and system.linked(table, gateway, "aws_route")
    }


def _distance(subnets: Sequence[Resource], system: System) -> int:
    """How far a tier is from the internet: 0 for a gateway, 1 for NAT, 2 for none."""
    ways = set().union(*(_ways_out(subnet, system) for subnet in subnets))
    return 0 if "aws_internet_gateway" in ways else 1 if ways else 2


def _notes(subnets: Sequence[Resource], system: System) -> tuple[str, ...]:
    notes = [("internet gateway", "out through NAT", "no way out")[_distance(subnets, system)]]
    if any(system.users(subnet, "aws_network_acl") for subnet in subnets):
        notes.append("network ACL")
    return tuple(notes)


def _cell(subnet: Resource, system: System) -> Cell:
    parts = [("NAT gateway", "network") for _ in system.users(subnet, "aws_nat_gateway")]
    parts += [("mount target", "data") for _ in system.users(subnet, "aws_efs_mount_target")]
    return Cell(cidr=str(subnet.arguments["cidr_block"]), parts=tuple(parts))
