"""What security groups let through."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING

from operations.plans.lookup import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from operations.plans.json_values import Json, Marks

EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
"""The whole internet."""
_ALL_PROTOCOLS = frozenset({"-1", "all"})
_ALL_PORTS = (-1, 65535)

RULES = {
    "aws_vpc_security_group_ingress_rule": "in",
    "aws_vpc_security_group_egress_rule": "out",
    "aws_security_group_rule": "",
}
"""Types of single rules, and their direction; empty: the rule says it itself."""

GROUPS = frozenset({"aws_security_group", "aws_default_security_group"})
"""Types of groups, which may have rules within."""

_DIRECTIONS = {"ingress": "in", "egress": "out"}

BLOCKS = {direction: block for block, direction in _DIRECTIONS.items()}
"""Where a group has its rules of a direction."""

_PEERS = (
    "cidr_ipv4",
    "cidr_ipv6",
    "prefix_list_id",
    "referenced_security_group_id",
    "cidr_blocks",
    "ipv6_cidr_blocks",
    "prefix_list_ids",
    "security_groups",
    "source_security_group_id",
    "self",
)
"""Where the three kinds of rules say who the other side is."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What one rule lets through.

    Attributes:
        direction: ``in`` or ``out``.
        protocol: ``tcp``, or ``-1`` for all.
        ports: the first and the last; None: known only after apply.
        peer: an address block, prefix list or security group; None: known only after apply.
    """

    direction: str
    protocol: str | None
    ports: tuple[int, int] | None
    peer: str | None

    @property
    def to_everyone(self) -> bool:
        """Whether the whole internet may come in."""
        return self.direction == "in" and self.peer in EVERYWHERE

    def covers(self, other: Opening) -> bool:
        """Whether all that another lets through passes here too; False when it is not certain."""
        if self.direction != other.direction or other.protocol is None:
            return False
        if self.protocol in _ALL_PROTOCOLS:
            return _within(self.peer, other.peer)
        if self.protocol != other.protocol or self.ports is None or other.ports is None:
            return False
        ports = self.ports[0] <= other.ports[0] and other.ports[1] <= self.ports[1]
        return ports and _within(self.peer, other.peer)

    def __str__(self) -> str:
        who = "the whole internet" if self.peer in EVERYWHERE else self.peer or f"a peer {UNKNOWN}"
        way = "from" if self.direction == "in" else "to"
        if self.protocol is None:
            return f"connections {way} {who}, by a protocol {UNKNOWN}"
        if self.protocol in _ALL_PROTOCOLS:
            return f"everything {way} {who}"
        if self.ports is None:
            return f"{self.protocol} {way} {who}, on ports {UNKNOWN}"
        if self.ports == _ALL_PORTS:
            return f"{self.protocol} {way} {who}"
        first, last = self.ports
        return f"{self.protocol} {first if first == last else f'{first}-{last}'} {way} {who}"


def openings(type_: str, values: Json, unknown: Marks = None) -> list[Opening]:
    """What a group, or a rule of one, lets through.

    Args:
        type_: its type.
        values: its arguments; None: there is no such object.
        unknown: what of them is known only after apply.
    """
    if not isinstance(values, dict):
        return []
    marks = unknown if isinstance(unknown, dict) else {}
    if type_ in RULES:
        kind = values.get("type")
        direction = RULES[type_] or _DIRECTIONS.get(str(kind), "in")
        return list(_of_rule(values, marks, direction))
    found: list[Opening] = []
    for name, direction in _DIRECTIONS.items():
        if marks.get(name) is True:
            found.append(Opening(direction=direction, protocol=None, ports=None, peer=None))
            continue
        rules, rule_marks = values.get(name), marks.get(name)
        for index, rule in enumerate(rules if isinstance(rules, list) else []):
            inner = rule_marks[index] if isinstance(rule_marks, list) and index < len(rule_marks) else {}
            if isinstance(rule, dict):
                found.extend(_of_rule(rule, inner if isinstance(inner, dict) else {}, direction))
    return found


def _of_rule(rule: Mapping[str, Json], unknown: Mapping[str, Marks], direction: str) -> Iterator[Opening]:
    name = "ip_protocol" if "ip_protocol" in rule or "ip_protocol" in unknown else "protocol"
    protocol = None if unknown.get(name) is True else str(rule.get(name))
    uncertain = unknown.get("from_port") is True or unknown.get("to_port") is True
    first, last = rule.get("from_port"), rule.get("to_port")
    ports = (first, last) if isinstance(first, int) and isinstance(last, int) and first != -1 else _ALL_PORTS
    for peer in _peers(rule, unknown):
        yield Opening(direction=direction, protocol=protocol, ports=None if uncertain else ports, peer=peer)


def _peers(rule: Mapping[str, Json], unknown: Mapping[str, Marks]) -> Iterator[str | None]:
    for name in _PEERS:
        value, mark = rule.get(name), unknown.get(name)
        if mark is True:
            yield None
        elif name == "self":
            if value is True:
                yield "itself"
        elif isinstance(value, list):
            for index, peer in enumerate(value):
                hidden = isinstance(mark, list) and index < len(mark) and mark[index] is True
                yield None if hidden else str(peer)
        elif value:
            yield str(value)


def _within(wide: str | None, narrow: str | None) -> bool:
    """Whether one address block, or the same group, is within another."""
    if wide is None or narrow is None:
        return False
    if wide == narrow:
        return True
    try:
        outer, inner = ip_network(wide, strict=False), ip_network(narrow, strict=False)
    except ValueError:
        return False
    return outer.version == inner.version and inner.subnet_of(outer)  # type: ignore[arg-type]
