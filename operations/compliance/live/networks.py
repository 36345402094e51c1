"""EC2: VPCs, subnets, routes, network ACLs, security groups, flow logs, endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from operations.compliance.live.aws import absent_as_none, first

if TYPE_CHECKING:
    from operations.compliance.live.aws import Arguments, Aws, Reader, State

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp"}


def vpc(aws: Aws, state: State) -> Arguments | None:
    """A VPC."""
    found = absent_as_none(
        lambda: first(aws.client("ec2").describe_vpcs(VpcIds=[state["id"]])["Vpcs"]), "InvalidVpcID.NotFound"
    )
    return found and {"cidr_block": found["CidrBlock"]}


def subnet(aws: Aws, state: State) -> Arguments | None:
    """A subnet."""
    found = absent_as_none(
        lambda: first(aws.client("ec2").describe_subnets(SubnetIds=[state["id"]])["Subnets"]),
        "InvalidSubnetID.NotFound",
    )
    return found and {
        "vpc_id": found["VpcId"],
        "availability_zone": found["AvailabilityZone"],
        "map_public_ip_on_launch": found["MapPublicIpOnLaunch"],
    }


def internet_gateway(aws: Aws, state: State) -> Arguments | None:
    """An internet gateway."""
    found = absent_as_none(
        lambda: first(
            aws.client("ec2").describe_internet_gateways(InternetGatewayIds=[state["id"]])["InternetGateways"]
        ),
        "InvalidInternetGatewayID.NotFound",
    )
    return found and {}


def route_table(aws: Aws, state: State) -> Arguments | None:
    """A route table with all its routes, those that were added by hand among them."""
    found = absent_as_none(
        lambda: first(aws.client("ec2").describe_route_tables(RouteTableIds=[state["id"]])["RouteTables"]),
        "InvalidRouteTableID.NotFound",
    )
    return found and {
        "vpc_id": found["VpcId"],
        "route": [
            {
                "cidr_block": one.get("DestinationCidrBlock"),
                "ipv6_cidr_block": one.get("DestinationIpv6CidrBlock"),
                "gateway_id": one.get("GatewayId"),
            }
            for one in found["Routes"]
        ],
    }


def route(aws: Aws, state: State) -> Arguments | None:
    """A route, by its table and destination."""
    tables = absent_as_none(
        lambda: aws.client("ec2").describe_route_tables(RouteTableIds=[state["route_table_id"]])[
            "RouteTables"
        ],
        "InvalidRouteTableID.NotFound",
    )
    wanted = state.get("destination_cidr_block") or state.get("destination_ipv6_cidr_block")
    for one in (one for table in tables or () for one in table["Routes"]):
        if wanted in (one.get("DestinationCidrBlock"), one.get("DestinationIpv6CidrBlock")):
            return {
                "route_table_id": state["route_table_id"],
                "destination_cidr_block": one.get("DestinationCidrBlock"),
                "destination_ipv6_cidr_block": one.get("DestinationIpv6CidrBlock"),
                "gateway_id": one.get("GatewayId"),
                "nat_gateway_id": one.get("NatGatewayId"),
            }
    return None


def network_acl(aws: Aws, state: State) -> Arguments | None:
    """A network ACL with what it lets in."""
    found = absent_as_none(
        lambda: first(aws.client("ec2").describe_network_acls(NetworkAclIds=[state["id"]])["NetworkAcls"]),
        "InvalidNetworkAclID.NotFound",
    )
    return found and {
        "vpc_id": found["VpcId"],
        "ingress": [
            {
                "action": entry["RuleAction"],
                "protocol": _protocol(entry["Protocol"]),
                "cidr_block": entry.get("CidrBlock"),
                "ipv6_cidr_block": entry.get("Ipv6CidrBlock"),
                "from_port": entry.get("PortRange", {}).get("From"),
                "to_port": entry.get("PortRange", {}).get("To"),
            }
            for entry in found["Entries"]
            if not entry["Egress"]
        ],
    }


def flow_log(aws: Aws, state: State) -> Arguments | None:
    """A flow log."""
    found = first(aws.client("ec2").describe_flow_logs(FlowLogIds=[state["id"]])["FlowLogs"])
    return found and {"vpc_id": found["ResourceId"], "traffic_type": found["TrafficType"]}


def endpoint(aws: Aws, state: State) -> Arguments | None:
    """A VPC endpoint."""
    found = absent_as_none(
        lambda: first(aws.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[state["id"]])["VpcEndpoints"]),
        "InvalidVpcEndpointId.NotFound",
    )
    return found and {
        "vpc_id": found["VpcId"],
        "service_name": found["ServiceName"],
        "policy": found.get("PolicyDocument"),
    }


def security_group(aws: Aws, state: State) -> Arguments | None:
    """A security group with all its rules, those that were added by hand among them."""
    found = absent_as_none(
        lambda: first(aws.client("ec2").describe_security_groups(GroupIds=[state["id"]])["SecurityGroups"]),
        "InvalidGroup.NotFound",
    )
    return found and {
        "vpc_id": found["VpcId"],
        "ingress": [_permission(one) for one in found["IpPermissions"]],
        "egress": [_permission(one) for one in found["IpPermissionsEgress"]],
    }


def security_group_rule(aws: Aws, state: State) -> Arguments | None:
    """A rule of a security group."""
    found = absent_as_none(
        lambda: first(
            aws.client("ec2").describe_security_group_rules(SecurityGroupRuleIds=[state["id"]])[
                "SecurityGroupRules"
            ]
        ),
        "InvalidSecurityGroupRuleId.NotFound",
    )
    return found and {
        "security_group_id": found["GroupId"],
        "ip_protocol": found["IpProtocol"],
        "from_port": found.get("FromPort"),
        "to_port": found.get("ToPort"),
        "cidr_ipv4": found.get("CidrIpv4"),
        "cidr_ipv6": found.get("CidrIpv6"),
        "prefix_list_id": found.get("PrefixListId"),
        "referenced_security_group_id": found.get("ReferencedGroupInfo", {}).get("GroupId"),
    }


def _permission(one: Any) -> Arguments:  # noqa: ANN401 - boto3's answers are not typed
    return {
        "protocol": one["IpProtocol"],
        "from_port": one.get("FromPort"),
        "to_port": one.get("ToPort"),
        "cidr_blocks": [block["CidrIp"] for block in one.get("IpRanges", [])],
        "ipv6_cidr_blocks": [block["CidrIpv6"] for block in one.get("Ipv6Ranges", [])],
        "prefix_list_ids": [block["PrefixListId"] for block in one.get("PrefixListIds", [])],
        "security_groups": [pair["GroupId"] for pair in one.get("UserIdGroupPairs", [])],
    }


def _protocol(number: str) -> str:
    return _PROTOCOLS.get(str(number), str(number))


READERS: dict[str, Reader] = {
    "aws_vpc": vpc,
    "aws_subnet": subnet,
    "aws_internet_gateway": internet_gateway,
    "aws_route_table": route_table,
    "aws_default_route_table": route_table,
    "aws_route": route,
    "aws_network_acl": network_acl,
    "aws_default_network_acl": network_acl,
    "aws_flow_log": flow_log,
    "aws_vpc_endpoint": endpoint,
    "aws_security_group": security_group,
    "aws_default_security_group": security_group,
    "aws_vpc_security_group_ingress_rule": security_group_rule,
    "aws_vpc_security_group_egress_rule": security_group_rule,
}
