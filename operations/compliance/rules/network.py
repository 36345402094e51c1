"""VPCs, subnets, routes, network ACLs and endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN, is_expression
from operations.compliance.policies import document_of, open_to_everyone
from operations.compliance.verdicts import (
    decided,
    fails,
    needs_runtime,
    not_applicable,
    number,
    passes,
    require,
    shown,
)
from operations.plans.openings import EVERYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.compliance.graph import Graph, Resource, Unknown
    from operations.compliance.verdicts import Finding
    from operations.plans.json_values import Json

_DESTINATIONS = ("destination_cidr_block", "destination_ipv6_cidr_block", "cidr_block", "ipv6_cidr_block")
_TABLES = ("aws_route_table", "aws_default_route_table")
_REJECTED = ("ALL", "REJECT")
_REMOTE_ACCESS = (22, 3389)
_TCP = ("6", "tcp", "-1", "all")


def no_route_to_the_internet(graph: Graph) -> Iterator[Finding]:
    """No route leads everywhere through an internet gateway."""
    for table in graph.all(*_TABLES):
        inline = table.blocks("route")
        routes = graph.referring(table, "route_table_id", "aws_route")
        said = [_of_route(graph, route) for route in routes]
        if inline is UNKNOWN:
            said.append((UNKNOWN, "routes are known only after apply"))
        else:
            said.extend(_of_block(block) for block in inline)
        yield _worst(table, said)
    for route in graph.all("aws_route"):
        if not graph.referred(route, "route_table_id", *_TABLES):
            yield _worst(route, [_of_route(graph, route)])


def _worst(resource: Resource, said: list[tuple[bool | Unknown, str]]) -> Finding:
    for bad in (False, UNKNOWN):
        for good, evidence in said:
            if good is bad:
                return decided(resource, "route", good, evidence)
    return passes(resource, "route", f"{len(said)} routes, none to everywhere through an internet gateway")


def _of_route(graph: Graph, route: Resource) -> tuple[bool | Unknown, str]:
    """Whether a route is harmless: by its values, and where they are not known yet by what it refers to."""
    if route.values.get("gateway_id") is None:
        if graph.referred(route, "gateway_id", "aws_internet_gateway"):
            return _by_destination(route.values)
        if route.value("gateway_id") is UNKNOWN and not route.references.get("gateway_id"):
            return UNKNOWN, "the gateway is known only after apply"
    return _of_block(route.values)


def _of_block(route: Mapping[str, Json]) -> tuple[bool | Unknown, str]:
    gateway = str(route.get("gateway_id") or "")
    if gateway.startswith("igw-") or "aws_internet_gateway." in gateway:
        return _by_destination(route)
    if is_expression(gateway) and "aws_" not in gateway:
        return UNKNOWN, "the gateway is not known"
    return True, "not through an internet gateway"


def _by_destination(route: Mapping[str, Json]) -> tuple[bool | Unknown, str]:
    destination = next((str(route[name]) for name in _DESTINATIONS if route.get(name)), None)
    if destination in EVERYWHERE:
        return False, f"{destination} through an internet gateway"
    if destination is None or is_expression(destination):
        return UNKNOWN, "the destination is not known"
    return True, f"only {destination} through an internet gateway"


def no_automatic_public_address(graph: Graph) -> Iterator[Finding]:
    """Subnets give no public address to what is started in them."""
    for subnet in graph.all("aws_subnet", "aws_default_subnet"):
        yield require(
            subnet, "map_public_ip_on_launch", lambda value: value is False or value == "false", default=False
        )


def flow_logs(graph: Graph) -> Iterator[Finding]:
    """Every VPC logs at least what it rejects."""
    for vpc in graph.all("aws_vpc"):
        logs = graph.referring(vpc, "vpc_id", "aws_flow_log")
        kinds = [log.value("traffic_type") for log in logs]
        if any(kind in _REJECTED for kind in kinds):
            yield passes(vpc, "aws_flow_log.traffic_type", ", ".join(log.address for log in logs))
        elif UNKNOWN in kinds or graph.unresolved("vpc_id", "aws_flow_log"):
            yield needs_runtime(vpc, "aws_flow_log.traffic_type")
        else:
            yield fails(vpc, "aws_flow_log.traffic_type", "no flow log of rejected traffic")


def ec2_endpoint(graph: Graph) -> Iterator[Finding]:
    """Every VPC has an endpoint for the EC2 API."""
    for vpc in graph.all("aws_vpc"):
        names = [
            endpoint.value("service_name") for endpoint in graph.referring(vpc, "vpc_id", "aws_vpc_endpoint")
        ]
        if any(isinstance(name, str) and name.endswith(".ec2") for name in names):
            yield passes(vpc, "aws_vpc_endpoint.service_name", "ec2")
        elif UNKNOWN in names:
            yield needs_runtime(vpc, "aws_vpc_endpoint.service_name")
        else:
            yield fails(vpc, "aws_vpc_endpoint.service_name", "no endpoint for ec2")


def endpoints_private(graph: Graph) -> Iterator[Finding]:
    """Endpoints serve this account only."""
    for endpoint in graph.all("aws_vpc_endpoint"):
        found = document_of(endpoint, "policy")
        if found is None:
            yield needs_runtime(endpoint, "policy")
        else:
            # Without a policy an endpoint serves everyone (VPC user guide, "Control access", 2026-11).
            good = bool(found) and not open_to_everyone(found)
            yield decided(endpoint, "policy", good, f"{len(found)} statements")


def acl_without_remote_access(graph: Graph) -> Iterator[Finding]:
    """No network ACL lets the whole internet in on the ports of SSH and RDP.

    Security Hub looks at no default ACL, which AWS makes with every VPC and which lets everything through
    (source: Security Hub user guide, EC2.21, 2026-11).
    """
    for acl in graph.all("aws_network_acl"):
        rules = acl.blocks("ingress")
        if rules is UNKNOWN:
            yield needs_runtime(acl, "ingress")
            continue
        opened = [rule for rule in rules if _lets_remote_access_in(rule)]
        yield decided(acl, "ingress", not opened, _acl_text(opened) if opened else f"{len(rules)} rules")
    for rule in graph.all("aws_network_acl_rule"):
        if rule.value("egress", default=False) is True:
            yield not_applicable(rule, "egress", "true")
            continue
        yield decided(rule, "from_port", not _lets_remote_access_in(rule.values), _acl_text([rule.values]))
    for vpc in graph.all("aws_vpc", "aws_default_network_acl"):
        why = "the default ACL: Security Hub looks at none"
        yield not_applicable(vpc, "aws_default_network_acl", why)


def _lets_remote_access_in(rule: Mapping[str, Json]) -> bool:
    allows = (rule.get("action") or rule.get("rule_action")) == "allow"
    everywhere = rule.get("cidr_block") in EVERYWHERE or rule.get("ipv6_cidr_block") in EVERYWHERE
    if not allows or not everywhere or str(rule.get("protocol")) not in _TCP:
        return False
    if str(rule.get("protocol")) in {"-1", "all"}:
        return True
    first, last = number(rule.get("from_port")), number(rule.get("to_port"))
    return any(first <= port <= last for port in _REMOTE_ACCESS)


def _acl_text(rules: list[Mapping[str, Json]]) -> str:
    return "; ".join(
        f"{rule.get('action') or rule.get('rule_action')} {shown(rule.get('from_port'))}-{shown(rule.get('to_port'))} "
        f"from {rule.get('cidr_block') or rule.get('ipv6_cidr_block')}"
        for rule in rules
    )
