"""Settings of the network: address space, tiers, NAT, endpoints."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from modules.facts import allowed
from modules.settings import Settings, one_of, refusal

Tier = Literal["public", "private", "database"]
TIERS: tuple[Tier, ...] = ("public", "private", "database")
_ZONES_PER_TIER = 8  # a tier has room for zones a to h; more than any region has

NatMode = Literal["one_per_az", "two", "single", "none"]


def _ipv4_network(value: str) -> str:
    try:
        ipaddress.IPv4Network(value)
    except ValueError as error:
        raise refusal(
            f"not an IPv4 CIDR block: {error}",
            allowed="an address block without host bits, such as 10.20.0.0/16",
            fix="write the first address of the block",
        ) from None
    return value


def _log_retention(value: int) -> int:
    days = [int(day) for day in allowed("log_retention_days")]
    if value not in days:
        raise refusal(
            "CloudWatch Logs does not know this retention",
            allowed=", ".join(map(str, days)) + " (days)",
            fix="take the next larger value",
            constraint="C24",
        )
    return value


Cidr = Annotated[str, AfterValidator(_ipv4_network)]
LogRetentionDays = Annotated[
    int, AfterValidator(_log_retention), one_of(int(day) for day in allowed("log_retention_days"))
]
"""Days for which CloudWatch keeps logs: one of the values of constraint C24."""


class NetworkSettings(Settings):
    """The network of an environment.

    Args:
        cidr: address block of the VPC, /16 to /23.
        nat: NAT gateways: ``one_per_az`` survives the loss of a zone, ``two`` does for all but one of the zones, ``single`` is
            cheaper, ``none`` leaves the private subnets without a way out.
        vpc_id: an existing VPC to use instead of a new one.
        subnet_ids: of an existing VPC: tier to availability zone to subnet id; the subnets of a tier that is left out are
            found by their tag.
        subnet_tag: tag by which subnets of an existing VPC are found, one in each zone: ``database`` or ``isolated`` for the
            database tier, ``private`` for the private one, which also serves where a zone has no isolated subnet.
        subnet_cidrs: address blocks of single subnets, tier to availability zone to block, where the ones computed
            from ``cidr`` do not suit.
        interface_endpoints: AWS services that the isolated database tier reaches through interface endpoints.
        flow_log_retention_days: days (constraint C24).
    """

    cidr: Cidr = "10.20.0.0/16"
    nat: NatMode = "one_per_az"
    vpc_id: Annotated[str, Field(pattern=r"^vpc-[0-9a-f]{8,17}$")] | None = None
    subnet_ids: Mapping[Tier, Mapping[str, Annotated[str, Field(pattern=r"^subnet-[0-9a-f]{8,17}$")]]] = {}
    subnet_tag: Annotated[str, Field(min_length=1, max_length=128)] = "Tier"
    subnet_cidrs: Mapping[Tier, Mapping[str, Cidr]] = {}
    interface_endpoints: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9.-]*$")], ...] = (
        "kms",
        "logs",
        "secretsmanager",
    )
    flow_log_retention_days: LogRetentionDays = 365

    @model_validator(mode="after")
    def _cidr_size(self) -> Self:
        prefix = ipaddress.IPv4Network(self.cidr).prefixlen
        if not 16 <= prefix <= 23:  # noqa: PLR2004 - the VPC's limit is /16; below /23 the subnets get smaller than /28
            raise refusal(
                f"network.cidr {self.cidr} has a prefix of /{prefix}",
                allowed="/16 to /23: a VPC is at most /16, and its 24 possible subnets need /28 each",
                fix="take a block such as 10.20.0.0/16",
            )
        return self

    @model_validator(mode="after")
    def _existing_vpc(self) -> Self:
        if self.vpc_id is None and self.subnet_ids:
            raise refusal(
                "network.subnet_ids without vpc_id",
                allowed="subnets of an existing VPC, which vpc_id names",
                fix='add vpc_id = "vpc-...", or take subnet_ids out',
            )
        return self

    def subnet_cidr(self, tier: Tier, zone: str) -> str:
        """Return the address block of a subnet.

        It depends on the tier and on the letter of the zone only: adding a zone, or listing the zones in another
        order, moves no subnet.
        """
        given = self.subnet_cidrs.get(tier, {}).get(zone)
        if given is not None:
            return given
        blocks = list(ipaddress.IPv4Network(self.cidr).subnets(prefixlen_diff=5))
        return str(blocks[TIERS.index(tier) * _ZONES_PER_TIER + ord(zone[-1]) - ord("a")])


def check_subnets(settings: NetworkSettings, zones: Iterable[str]) -> None:
    """Refuse subnets that overlap, lie outside the VPC, or name a zone that is not used.

    Raises:
        ValueError: with the two blocks that are in each other's way.
    """
    used = tuple(zones)
    for tier, by_zone in (*settings.subnet_cidrs.items(), *settings.subnet_ids.items()):
        for zone in by_zone:
            if zone not in used:
                raise refusal(
                    f"network: the {tier} subnets name the availability zone {zone}, which is not used",
                    allowed=", ".join(used),
                    fix="name a zone of availability_zones",
                )
    if settings.vpc_id is not None:
        _check_existing(settings, used)
        return
    vpc = ipaddress.IPv4Network(settings.cidr)
    blocks = {
        f"{tier} {zone}": ipaddress.IPv4Network(settings.subnet_cidr(tier, zone))
        for tier in TIERS
        for zone in used
    }
    for place, block in blocks.items():
        if not block.subnet_of(vpc) or block.prefixlen > 28:  # noqa: PLR2004 - the smallest subnet of a VPC is /28
            raise refusal(
                f"network.subnet_cidrs: {place} has {block}",
                allowed=f"blocks of /28 or larger inside {vpc}",
                fix="take a block inside network.cidr, or leave it out to have one computed",
            )
    for (one, a), (other, b) in combinations(blocks.items(), 2):
        if a.overlaps(b):
            raise refusal(
                f"network.subnet_cidrs: {one} ({a}) and {other} ({b}) overlap",
                allowed="blocks that have no address in common",
                fix="move one of them, or leave it out to have one computed",
            )


def _check_existing(settings: NetworkSettings, zones: tuple[str, ...]) -> None:
    for tier, by_zone in settings.subnet_ids.items():
        missing = [zone for zone in zones if zone not in by_zone]
        if missing:
            raise refusal(
                f"network.subnet_ids: no {tier} subnet for {', '.join(missing)}",
                allowed="a subnet in each of availability_zones, or none, to have them found by their tag",
                fix=f'add {tier} = {{ "{missing[0]}" = "subnet-..." }}',
            )


def check_endpoints(settings: NetworkSettings, needed: Mapping[str, str]) -> None:
    """Refuse a new network in which a function does not reach what it calls.

    Args:
        settings: the network; an existing one has endpoints of its own.
        needed: AWS service to what the functions do with it.

    Raises:
        ValueError: with the service whose endpoint is missing.
    """
    for service, what in needed.items():
        if settings.vpc_id is None and service not in settings.interface_endpoints:
            raise refusal(
                f"network.interface_endpoints lacks {service}",
                allowed=f"{service} among them: the functions that {what} have no other way to it",
                fix=f'add "{service}"',
            )
