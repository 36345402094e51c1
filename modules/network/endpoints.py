"""VPC endpoints: the isolated database tier reaches AWS without any way to the internet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from modules.aws.account import Account
from modules.aws.policy import ANYONE, Statement, policy_document
from modules.network.security_group import SecurityGroup

HTTPS = 443


class Endpoints(Construct):
    """A gateway endpoint for S3 and interface endpoints for the services named.

    Each endpoint serves principals of this account only.

    Args:
        scope: parent construct.
        id: construct id.
        name: makes a resource's name from what it is.
        account: the account it belongs to.
        vpc_id: the VPC.
        services: services behind interface endpoints, such as ``secretsmanager``.
        subnet_ids: where the interfaces lie, one subnet per zone.
        route_table_ids: name to route table that gets the route to S3.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: Callable[[str], str],
        account: Account,
        vpc_id: str,
        services: Sequence[str],
        subnet_ids: Sequence[str],
        route_table_ids: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        policy = policy_document(
            [
                Statement(
                    sid="PrincipalsOfThisAccount",
                    principals=ANYONE,
                    actions=["*"],
                    conditions={"StringEquals": {"aws:PrincipalAccount": account.id}},
                )
            ]
        )
        VpcEndpoint(
            self,
            "s3",
            vpc_id=vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{account.region}.s3",
            route_table_ids=list(route_table_ids.values()),
            policy=policy,
            tags={"Name": name("s3")},
        )
        self._group = SecurityGroup(
            self,
            "security-group",
            name=name("endpoints"),
            description="Interface endpoints of AWS services",
            vpc_id=vpc_id,
        )
        self._interfaces = [
            VpcEndpoint(
                self,
                service,
                vpc_id=vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{account.region}.{service}",
                subnet_ids=list(subnet_ids),
                security_group_ids=[self._group.id],
                private_dns_enabled=True,
                policy=policy,
                tags={"Name": name(service)},
            )
            for service in sorted(services)
        ]

    def allow_from(self, client: SecurityGroup, why: str) -> Sequence[ITerraformDependable]:
        """Let a client reach the interface endpoints over HTTPS; returns what must exist before it can."""
        return [*self._group.allow_from(client, HTTPS, why), *self._interfaces]

    def allow_from_subnets(self, cidrs: Mapping[str, str], why: str) -> None:
        """Let subnets reach the interface endpoints over HTTPS.

        Args:
            cidrs: availability zone to address block.
            why: what the connections are for.
        """
        for zone, cidr in cidrs.items():
            self._group.allow_from_cidr(f"from-{zone}", cidr, HTTPS, why)
