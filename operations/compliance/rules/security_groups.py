"""What security groups let in from everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.compliance.graph import UNKNOWN, is_expression
from operations.compliance.verdicts import decided, fails, needs_runtime, not_applicable, passes
from operations.plans.openings import GROUPS, RULES, openings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from operations.compliance.graph import Graph, Resource
    from operations.compliance.verdicts import Finding
    from operations.plans.openings import Opening

SSH = (22,)
COMMON_PORTS = (20, 21, 3389, 3306, 4333)
"""The pack's parameters of restricted-common-ports."""

HTTPS = (443,)
"""The pack's parameter of vpc-sg-open-only-to-authorized-ports."""

WEB_PORTS = (80, 443)
"""What Security Hub authorizes by default (EC2.18)."""

_NAMES_A_GROUP = ("referenced_security_group_id", "source_security_group_id", "prefix_list_id")

HIGH_RISK_PORTS = (
    *(20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601),
    *(8080, 8088, 8888, 9200, 9300),
)
"""Of EC2.19 (Security Hub user guide, EC2 controls, 2026-11)."""


def default_closed(graph: Graph) -> Iterator[Finding]:
    """The default security group of every VPC lets nothing through."""
    for vpc in graph.all("aws_vpc"):
        groups = graph.referring(vpc, "vpc_id", "aws_default_security_group")
        if not groups:
            unresolved = graph.unresolved("vpc_id", "aws_default_security_group")
            yield decided(
                vpc,
                "aws_default_security_group",
                UNKNOWN if unresolved else False,
                "the default security group is as AWS makes it",
            )
        for group in groups:
            rules = [group.blocks(way) for way in ("ingress", "egress")]
            if UNKNOWN in rules:
                yield needs_runtime(group, "ingress")
            else:
                count = sum(len(found) for found in rules if found is not UNKNOWN)
                yield decided(group, "ingress", not count, f"{count} rules")


def no_ssh(graph: Graph) -> Iterator[Finding]:
    """Nobody reaches SSH from everywhere."""
    yield from _check(graph, lambda opening: _reaches(opening, SSH))


def no_common_ports(graph: Graph) -> Iterator[Finding]:
    """Nobody reaches FTP, RDP and MySQL from everywhere."""
    yield from _check(graph, lambda opening: _reaches(opening, COMMON_PORTS))


def no_high_risk_ports(graph: Graph) -> Iterator[Finding]:
    """Nobody reaches ports of high risk from everywhere."""
    yield from _check(graph, lambda opening: _reaches(opening, HIGH_RISK_PORTS))


def only_https(graph: Graph) -> Iterator[Finding]:
    """Nothing but HTTPS is open to everywhere."""
    yield from _check(graph, lambda opening: _beyond(opening, HTTPS))


def only_web_ports(graph: Graph) -> Iterator[Finding]:
    """Nothing but HTTP and HTTPS is open to everywhere."""
    yield from _check(graph, lambda opening: _beyond(opening, WEB_PORTS))


def _check(graph: Graph, wrong: Callable[[Opening], bool]) -> Iterator[Finding]:
    inwards = {type_ for type_, direction in RULES.items() if direction != "out"}
    for resource in graph.all(*sorted(inwards | GROUPS)):
        yield _verdict(resource, wrong)


def _verdict(resource: Resource, wrong: Callable[[Opening], bool]) -> Finding:
    if "dynamic" in resource.values:
        return needs_runtime(resource, "ingress")
    found = [
        opening
        for opening in openings(resource.type, dict(resource.values), resource.unknown)
        if opening.direction == "in"
    ]
    for opening in found:
        if opening.to_everyone and wrong(opening):
            return fails(resource, "ingress", str(opening))
    if any(_uncertain(resource, opening) for opening in found):
        return needs_runtime(resource, "ingress")
    if not found:
        return not_applicable(resource, "ingress", "lets nothing in itself")
    return passes(resource, "ingress", "; ".join(map(str, found)))


def _uncertain(resource: Resource, opening: Opening) -> bool:
    """Whether the peer could be everyone: the reference to another group is an expression too, and is not."""
    if opening.peer is None:
        return not any(resource.references.get(name) for name in _NAMES_A_GROUP)
    return is_expression(opening.peer) and "aws_security_group." not in opening.peer


def _reaches(opening: Opening, ports: Collection[int]) -> bool:
    if opening.protocol in {"udp", "icmp", "icmpv6"}:
        return False
    return opening.ports is None or any(opening.ports[0] <= port <= opening.ports[1] for port in ports)


def _beyond(opening: Opening, ports: Collection[int]) -> bool:
    if opening.protocol not in {"tcp", "6"} or opening.ports is None:
        return True
    first, last = opening.ports
    return any(port not in ports for port in (first, last)) or last - first >= len(ports)
