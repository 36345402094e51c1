"""Routes of the three tiers: public to the internet, private through NAT, database nowhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from constructs import Construct

from modules.network.settings import NatMode, Tier

ANYWHERE = "0.0.0.0/0"


class Routing(Construct):
    """Route tables, NAT gateways and their associations.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        vpc_id: the VPC.
        gateway: its internet gateway.
        subnets: tier to availability zone to subnet id.
        nat: how many NAT gateways.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        vpc_id: str,
        gateway: InternetGateway,
        subnets: Mapping[Tier, Mapping[str, str]],
        nat: NatMode,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._vpc_id = vpc_id
        public = self._table("public", subnets["public"])
        Route(
            self,
            "public-internet",
            route_table_id=str(public.id),
            destination_cidr_block=ANYWHERE,
            gateway_id=str(gateway.id),
        )
        database = self._table("database", subnets["database"])
        nat_gateways = self._nat_gateways(nat, subnets["public"], gateway)
        private = {}
        for zone, subnet_id in subnets["private"].items():
            private[zone] = table = self._table(f"private-{zone}", {zone: subnet_id})
            if nat_gateways:
                # A zone without a gateway leaves through the first zone that has one.
                chosen = nat_gateways.get(zone) or next(iter(nat_gateways.values()))
                Route(
                    self,
                    f"private-{zone}-nat",
                    route_table_id=str(table.id),
                    destination_cidr_block=ANYWHERE,
                    nat_gateway_id=str(chosen.id),
                )
        self.route_table_ids = {
            "database": str(database.id),
            **{f"private-{zone}": str(table.id) for zone, table in private.items()},
        }

    def _table(self, what: str, subnets: Mapping[str, str]) -> RouteTable:
        table = RouteTable(self, what, vpc_id=self._vpc_id, tags={"Name": self._name(what)})
        for zone, subnet_id in subnets.items():
            in_zone = what if what.endswith(zone) else f"{what}-{zone}"
            RouteTableAssociation(
                self, f"{in_zone}-association", subnet_id=subnet_id, route_table_id=str(table.id)
            )
        return table

    def _nat_gateways(
        self, mode: NatMode, public: Mapping[str, str], gateway: InternetGateway
    ) -> dict[str, NatGateway]:
        zones = {
            "one_per_az": list(public),
            "two": list(public)[:2],
            "single": list(public)[:1],
            "none": [],
        }[mode]
        gateways = {}
        for zone in zones:
            address = Eip(self, f"nat-address-{zone}", domain="vpc", tags={"Name": self._name(f"nat-{zone}")})
            gateways[zone] = NatGateway(
                self,
                f"nat-{zone}",
                subnet_id=public[zone],
                allocation_id=str(address.id),
                tags={"Name": self._name(f"nat-{zone}")},
                depends_on=[gateway],
            )
        return gateways
