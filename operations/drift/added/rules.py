"""Rules of a security group that are not configured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operations.drift.added.model import Added
from operations.drift.aws_cli import command
from operations.drift.parts import region
from operations.plans.openings import openings
from operations.plans.secrecy import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from operations.drift.parts import Parts, Values
    from operations.plans.json_values import Json
    from operations.plans.openings import Opening

_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}


def ingress(values: Values, shown: Values, parts: Parts) -> Iterator[Added]:
    """Rules that let more in."""
    return _rules(values, shown, parts, "ingress")


def egress(values: Values, shown: Values, parts: Parts) -> Iterator[Added]:
    """Rules that let more out."""
    return _rules(values, shown, parts, "egress")


def _rules(values: Values, shown: Values, parts: Parts, direction: str) -> Iterator[Added]:
    """Rules of a security group, one by one: AWS's answer puts those together that differ in the peer only."""
    group = str(values.get("id"))
    known = {
        _key(opening, group)
        for type_ in (f"aws_vpc_security_group_{direction}_rule", "aws_security_group_rule")
        for rule in parts.of(values, type_, "security_group_id")
        for opening in openings(type_, rule)
    }
    found = openings("aws_security_group", {direction: values.get(direction)})
    told = openings("aws_security_group", {direction: shown.get(direction)})
    whole = len(found) == len(told)
    for index, opening in enumerate(found):
        if _key(opening, group) in known:
            continue
        name = str(told[index]) if whole else REDACTED
        permission = _permission(opening, group)
        yield Added(
            kind=direction,
            name=name,
            value=name,
            text="a rule that is not configured lets more through",
            command=command(
                "ec2",
                f"revoke-security-group-{direction}",
                region=region(values),
                group_id=group,
                ip_permissions=[permission],
            ),
        )


def _key(opening: Opening, group: str) -> tuple[str, str, tuple[int, int] | None, str | None]:
    protocol = _PROTOCOLS.get(str(opening.protocol), str(opening.protocol))
    peer = "itself" if opening.peer == group else opening.peer
    # An account's number may stand before the id of a group of another VPC.
    peer = peer.rpartition("/")[2] if peer and "/sg-" in peer else peer
    return opening.direction, protocol, None if protocol == "-1" else opening.ports, peer


def _permission(opening: Opening, group: str) -> dict[str, Json]:
    """A rule as EC2's API takes it."""
    permission: dict[str, Json] = {"IpProtocol": opening.protocol}
    if opening.protocol != "-1" and opening.ports is not None:
        first, last = opening.ports
        permission |= {"FromPort": first, "ToPort": -1 if first == -1 else last}  # -1: all kinds of ICMP
    peer = group if opening.peer == "itself" else str(opening.peer)
    if peer.startswith("pl-"):
        return {**permission, "PrefixListIds": [{"PrefixListId": peer}]}
    if "sg-" in peer:
        account, _, id_ = peer.rpartition("/")
        pair: dict[str, Json] = {"GroupId": id_, **({"UserId": account} if account else {})}
        return {**permission, "UserIdGroupPairs": [pair]}
    if ":" in peer:
        return {**permission, "Ipv6Ranges": [{"CidrIpv6": peer}]}
    return {**permission, "IpRanges": [{"CidrIp": peer}]}
