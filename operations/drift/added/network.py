"""Routes, and entries of network ACLs, that are not configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.drift.added.model import Added
from operations.drift.aws_cli import command
from operations.drift.parts import listed, region, texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.drift.parts import Parts, Values

_DESTINATIONS = {
    # in the table's list: in a route of its own, and the option of the command
    "cidr_block": ("destination_cidr_block", "destination_cidr_block"),
    "ipv6_cidr_block": ("destination_ipv6_cidr_block", "destination_ipv6_cidr_block"),
    "destination_prefix_list_id": ("destination_prefix_list_id", "destination_prefix_list_id"),
}
_AWS_SETS = ("local", "vpce-")
"""Routes to these come with the network or with an endpoint."""


def routes(values: Values, _: Values, parts: Parts) -> Iterator[Added]:
    """Routes of a table."""
    known = list(parts.of(values, "aws_route", "route_table_id"))
    propagated = values.get("propagating_vgws") or []
    for route in listed(values.get("route")):
        targets = {name: value for name, value in route.items() if value and name not in _DESTINATIONS}
        gateway = str(route.get("gateway_id") or "")
        if gateway.startswith(_AWS_SETS) or (propagated and gateway.startswith("vgw-")):
            continue
        for name, (argument, option) in _DESTINATIONS.items():
            destination = route.get(name)
            if not destination or destination in texts(known, argument):
                continue
            to = ", ".join(str(value) for value in targets.values())
            yield Added(
                kind="route",
                name=str(destination),
                value=f"{destination} → {to}",
                text="a route that is not configured leads elsewhere",
                command=command(
                    "ec2",
                    "delete-route",
                    region=region(values),
                    route_table_id=str(values.get("id")),
                    **{option: str(destination)},
                ),
            )


def _entries(values: Values, parts: Parts, *, egress: bool) -> Iterator[Added]:
    kind = "egress" if egress else "ingress"
    known = {
        str(rule.get("rule_number"))
        for rule in parts.of(values, "aws_network_acl_rule", "network_acl_id")
        if bool(rule.get("egress")) is egress
    }
    for entry in listed(values.get(kind)):
        number = str(entry.get("rule_no"))
        if number in known:
            continue
        peer = entry.get("cidr_block") or entry.get("ipv6_cidr_block")
        yield Added(
            kind=kind,
            name=f"rule {number}",
            value=f"{entry.get('action')} protocol {entry.get('protocol')}, "
            f"ports {entry.get('from_port')}-{entry.get('to_port')}, {peer}",
            text="an entry that is not configured decides before others",
            command=command(
                "ec2",
                "delete-network-acl-entry",
                region=region(values),
                network_acl_id=str(values.get("id")),
                rule_number=int(number),
                **{kind: True},
            ),
        )


def acl_ingress(values: Values, _: Values, parts: Parts) -> Iterator[Added]:
    """Entries for what comes in."""
    return _entries(values, parts, egress=False)


def acl_egress(values: Values, _: Values, parts: Parts) -> Iterator[Added]:
    """Entries for what goes out."""
    return _entries(values, parts, egress=True)
