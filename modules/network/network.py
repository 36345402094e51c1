"""A VPC over several availability zones with public, private and isolated database subnets; or an existing one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, cast

from cdktf import Fn, ITerraformDependable, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_subnet import DataAwsSubnet
from cdktf_cdktf_provider_aws.data_aws_subnets import DataAwsSubnets, DataAwsSubnetsFilter
from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct

from modules.aws.account import Account
from modules.keys.key import IKey
from modules.network.database_acl import DatabaseAcl
from modules.network.endpoints import Endpoints
from modules.network.flow_logs import FlowLogs
from modules.network.routing import Routing
from modules.network.security_group import SecurityGroup
from modules.network.settings import TIERS, NetworkSettings, Tier

POSTGRESQL = 5432
"""TCP port that PostgreSQL has, unless it is given another."""

_TAGS = {"database": ["database", "isolated"]}
"""What the tag of a tier's subnets may say."""


class INetwork(Protocol):
    """A network that others put resources into."""

    @property
    def vpc_id(self) -> str:
        """Id of the VPC."""
        ...

    @property
    def cidr(self) -> str:
        """Address block of the VPC."""
        ...

    def subnet_ids(self, tier: Tier) -> Mapping[str, str]:
        """Return availability zone to subnet id of a tier, in the order of the zones' names."""
        ...

    def subnet_cidrs(self, tier: Tier) -> Mapping[str, str]:
        """Return availability zone to address block of the subnets of a tier."""
        ...

    def security_group(self, id: str, *, name: str, description: str) -> SecurityGroup:
        """Create a security group in this network."""
        ...

    def allow_endpoints_from(self, client: SecurityGroup, why: str) -> Sequence[ITerraformDependable]:
        """Let a client reach the interface endpoints; returns what must exist before it can."""
        ...

    def allow_endpoints_from_private_subnets(self, why: str) -> None:
        """Let whoever is in the private subnets reach the interface endpoints."""
        ...


class Network(Construct):
    """A new VPC.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        zones: availability zones; their order does not matter.
        settings: address space, NAT, endpoints.
        logs_key: key of the flow logs.
        database_port: TCP port that the ACL of the database tier opens to the VPC.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        zones: Sequence[str],
        settings: NetworkSettings,
        logs_key: IKey,
        database_port: int = POSTGRESQL,
    ) -> None:
        super().__init__(scope, id)
        self._zones = sorted(zones)
        self._settings = settings
        vpc = Vpc(
            self,
            "vpc",
            cidr_block=settings.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,  # private DNS of interface endpoints needs both
            tags={"Name": name("vpc")},
        )
        self.vpc_id = str(vpc.id)
        self.cidr = settings.cidr
        # Without rules of its own the VPC's default group is closed: what forgets to name a group reaches nothing.
        DefaultSecurityGroup(
            self, "closed-default", vpc_id=self.vpc_id, tags={"Name": name("closed-default")}
        )
        gateway = InternetGateway(self, "internet", vpc_id=self.vpc_id, tags={"Name": name("internet")})

        self._subnets: dict[Tier, dict[str, str]] = {tier: {} for tier in TIERS}
        for tier in TIERS:
            for zone in self._zones:
                subnet = Subnet(
                    self,
                    f"{tier}-{zone}",
                    vpc_id=self.vpc_id,
                    availability_zone=zone,
                    cidr_block=settings.subnet_cidr(tier, zone),
                    map_public_ip_on_launch=False,
                    tags={"Name": name(f"{tier}-{zone}"), "Tier": tier},
                )
                self._subnets[tier][zone] = str(subnet.id)

        routing = Routing(
            self,
            "routing",
            name=name,
            vpc_id=self.vpc_id,
            gateway=gateway,
            subnets=self._subnets,
            nat=settings.nat,
        )
        DatabaseAcl(
            self,
            "database-acl",
            name=name("database"),
            vpc_id=self.vpc_id,
            vpc_cidr=settings.cidr,
            subnet_ids=list(self._subnets["database"].values()),
            port=database_port,
        )
        FlowLogs(
            self,
            "flow-logs",
            name=name,
            account=account,
            vpc_id=self.vpc_id,
            retention_days=settings.flow_log_retention_days,
            key=logs_key,
        )
        self._endpoints = Endpoints(
            self,
            "endpoints",
            name=name,
            account=account,
            vpc_id=self.vpc_id,
            services=settings.interface_endpoints,
            subnet_ids=list(self._subnets["database"].values()),
            route_table_ids=routing.route_table_ids,
        )

    def subnet_ids(self, tier: Tier) -> Mapping[str, str]:
        """Return availability zone to subnet id of a tier, in the order of the zones' names."""
        return self._subnets[tier]

    def subnet_cidrs(self, tier: Tier) -> Mapping[str, str]:
        """Return availability zone to address block of the subnets of a tier."""
        return {zone: self._settings.subnet_cidr(tier, zone) for zone in self._zones}

    def security_group(self, id: str, *, name: str, description: str) -> SecurityGroup:
        """Create a security group in this network."""
        return SecurityGroup(self, id, name=name, description=description, vpc_id=self.vpc_id)

    def allow_endpoints_from(self, client: SecurityGroup, why: str) -> Sequence[ITerraformDependable]:
        """Let a client reach the interface endpoints over HTTPS; returns what must exist before it can."""
        return self._endpoints.allow_from(client, why)

    def allow_endpoints_from_private_subnets(self, why: str) -> None:
        """Let whoever is in the private subnets reach the interface endpoints."""
        self._endpoints.allow_from_subnets(self.subnet_cidrs("private"), why)


class ImportedNetwork(Construct):
    """An existing VPC: its routes, ACLs, endpoints and flow logs stay as they are.

    Args:
        scope: parent construct.
        id: construct id.
        vpc_id: the VPC.
        zones: availability zones in which subnets are found.
        subnet_ids: tier to availability zone to subnet id, of the tiers whose subnets are not to be found.
        subnet_tag: the tag by which the others are found.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        zones: Sequence[str] = (),
        subnet_ids: Mapping[Tier, Mapping[str, str]],
        subnet_tag: str = "Tier",
    ) -> None:
        super().__init__(scope, id)
        self._vpc = DataAwsVpc(self, "vpc", id=vpc_id)
        self._subnets: dict[Tier, Mapping[str, str]] = {
            tier: dict(sorted(by_zone.items())) for tier, by_zone in subnet_ids.items()
        }
        self._zones = sorted(zones)
        self._tag = subnet_tag
        self.vpc_id = vpc_id
        self.cidr = str(self._vpc.cidr_block)

    def subnet_ids(self, tier: Tier) -> Mapping[str, str]:
        """Return availability zone to subnet id of a tier, in the order of the zones' names."""
        if tier not in self._subnets:
            self._subnets[tier] = {} if tier == "public" else self._found(tier)
        return self._subnets[tier]

    def subnet_cidrs(self, tier: Tier) -> Mapping[str, str]:
        """Return availability zone to address block of the subnets of a tier."""
        return {
            zone: str(self._subnet(f"{tier}-{zone}", subnet).cidr_block)
            for zone, subnet in self.subnet_ids(tier).items()
        }

    def _subnet(self, id: str, subnet: str) -> DataAwsSubnet:
        found = self.node.try_find_child(id)
        return cast("DataAwsSubnet", found) if found else DataAwsSubnet(self, id, id=subnet)

    def _found(self, tier: Tier) -> dict[str, str]:
        """The first subnet in each zone whose tag is the tier's, else the private one's."""
        return {
            zone: Fn.element(
                Fn.concat(
                    [Fn.sort(self._tagged(kind, zone).ids) for kind in dict.fromkeys((tier, "private"))]
                ),
                0,
            )
            for zone in self._zones
        }

    def _tagged(self, tier: str, zone: str) -> DataAwsSubnets:
        found = self.node.try_find_child(f"found-{tier}-{zone}")
        if found:
            return cast("DataAwsSubnets", found)
        tags = _TAGS.get(tier, [tier])
        there_is_one = Postcondition(
            condition="${length(self.ids) > 0}",
            error_message=f"{self.vpc_id} has no subnet in {zone} whose tag {self._tag} is {' or '.join(tags)}: "
            "tag one, or name it in network.subnet_ids",
        )
        return DataAwsSubnets(
            self,
            f"found-{tier}-{zone}",
            filter=[
                DataAwsSubnetsFilter(name=name, values=values)
                for name, values in (
                    ("vpc-id", [self.vpc_id]),
                    ("availability-zone", [zone]),
                    (f"tag:{self._tag}", tags),
                )
            ],
            # Where there is no isolated subnet, a private one serves.
            lifecycle=TerraformResourceLifecycle(postcondition=[there_is_one]) if tier == "private" else None,
        )

    def security_group(self, id: str, *, name: str, description: str) -> SecurityGroup:
        """Create a security group in this network."""
        return SecurityGroup(self, id, name=name, description=description, vpc_id=self.vpc_id)

    def allow_endpoints_from(self, client: SecurityGroup, why: str) -> Sequence[ITerraformDependable]:
        """Let a client reach HTTPS inside the VPC, where the endpoints of the existing network are."""
        return client.allow_to_cidr("endpoints", self.cidr, 443, why)

    def allow_endpoints_from_private_subnets(self, why: str) -> None:
        """Do nothing: who reaches the endpoints of an existing network is decided there."""


def network_from_settings(
    scope: Construct,
    id: str,
    *,
    name: Callable[[str], str],
    account: Account,
    zones: Sequence[str],
    settings: NetworkSettings,
    logs_key: IKey,
    database_port: int = POSTGRESQL,
) -> INetwork:
    """Create the network that the settings describe: a new VPC, or the existing one that they name.

    The arguments are those of :class:`Network`.
    """
    if settings.vpc_id is not None:
        return ImportedNetwork(
            scope,
            id,
            vpc_id=settings.vpc_id,
            zones=zones,
            subnet_ids=settings.subnet_ids,
            subnet_tag=settings.subnet_tag,
        )
    return Network(
        scope,
        id,
        name=name,
        account=account,
        zones=zones,
        settings=settings,
        logs_key=logs_key,
        database_port=database_port,
    )
