"""Which boxes and lines a picture has: the resources that a reader cares about, said in few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from operations.diagram_system import Resource, System


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box of the picture.

    Attributes:
        title: what it is.
        lines: what is worth knowing about it.
        colour: the family of resources that it belongs to.
        place: the frames that it is in, the outermost first.
        members: addresses of the resources that it stands for.
    """

    title: str
    lines: tuple[str, ...]
    colour: str
    place: tuple[str, ...]
    members: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the picture, between the positions of two boxes in the list of boxes.

    Attributes:
        tail: where it starts.
        head: where the arrow points.
        label: what the tail does with the head.
        control: whether something is managed or watched, rather than data moved.
        back: whether the tail is drawn to the right of the head.
    """

    tail: int
    head: int
    label: str = ""
    control: bool = False
    back: bool = False


@dataclass(frozen=True, kw_only=True)
class Link:
    """A kind of line: drawn wherever the JSON has such a reference, once between two boxes."""

    tail: str
    head: str
    via: str | None = None
    label: str = ""
    control: bool = False
    back: bool = False


LINKS = (
    Link(tail="aws_db_instance", head="aws_subnet", via="aws_db_subnet_group", back=True),
    Link(tail="aws_efs_file_system", head="aws_subnet", via="aws_efs_mount_target", back=True),
    Link(
        tail="aws_db_instance",
        head="aws_secretsmanager_secret",
        via="aws_secretsmanager_secret_version",
        label="password",
    ),
    Link(
        tail="aws_secretsmanager_secret",
        head="aws_lambda_function",
        via="aws_secretsmanager_secret_rotation",
        label="rotated by",
        control=True,
    ),
    Link(
        tail="aws_lambda_function", head="aws_db_instance", label="sets the password", control=True, back=True
    ),
    Link(
        tail="aws_backup_plan",
        head="aws_db_instance",
        via="aws_backup_selection",
        label="backs up",
        back=True,
    ),
    Link(
        tail="aws_backup_plan",
        head="aws_efs_file_system",
        via="aws_backup_selection",
        label="backs up",
        back=True,
    ),
    Link(tail="aws_backup_plan", head="aws_backup_vault", label="keeps in"),
    Link(tail="aws_cloudwatch_metric_alarm", head="aws_db_instance", label="watch", control=True, back=True),
    Link(tail="aws_cloudwatch_metric_alarm", head="aws_sns_topic", label="notify", control=True),
    Link(tail="aws_cloudwatch_composite_alarm", head="aws_sns_topic", control=True),
    Link(tail="aws_db_event_subscription", head="aws_sns_topic", control=True),
    Link(tail="aws_lambda_function", head="aws_sns_topic", label="reports failures", control=True),
    Link(tail="aws_backup_vault", head="aws_sns_topic", via="aws_backup_vault_notifications", control=True),
)


def boxes(system: System) -> list[Box]:
    """Give the boxes of a system, in a fixed order."""
    found = [*_network(system)]
    for types, colour, title, lines in _SINGLE:
        found += [
            Box(
                title=title,
                lines=tuple(filter(None, [*lines(resource, system), _key(resource, system)])),
                colour=colour,
                place=(resource.module,),
                members=(resource.address,),
            )
            for resource in system.of(types)
        ]
    for type_, colour, one, many in _GROUPED:
        by_module: dict[str, list[Resource]] = {}
        for resource in system.of(type_):
            by_module.setdefault(resource.module, []).append(resource)
        for module, group in by_module.items():
            found.append(
                Box(
                    title=one if len(group) == 1 else f"{len(group)} {many}",
                    lines=() if len(group) == 1 else _pairs(sorted(resource.name for resource in group)),
                    colour=colour,
                    place=("VPC",) if type_ == "aws_vpc_endpoint" else (module,),
                    members=tuple(resource.address for resource in group),
                )
            )
    return found


def lines(system: System, drawn: list[Box]) -> list[Line]:
    """Give the lines between boxes: each kind of link once for two boxes, and the ways to the internet."""
    box_of = {address: number for number, box in enumerate(drawn) for address in box.members}
    found = dict.fromkeys(_ways_out(system, box_of))
    for link in LINKS:
        for tail in system.of(link.tail):
            for head in system.of(link.head):
                if tail.address in box_of and head.address in box_of and system.linked(tail, head, link.via):
                    line = Line(
                        tail=box_of[tail.address],
                        head=box_of[head.address],
                        label=link.label,
                        control=link.control,
                        back=link.back,
                    )
                    found[line] = None
    return list(found)


def _pairs(names: list[str]) -> tuple[str, ...]:
    return tuple(", ".join(names[start : start + 2]) for start in range(0, len(names), 2))


def _ways_out(system: System, box_of: dict[str, int]) -> list[Line]:
    found = []
    for subnet in system.of("aws_subnet"):
        for gateway in system.of("aws_nat_gateway", "aws_internet_gateway"):
            tables = [
                table
                for table in system.of("aws_route_table")
                if system.linked(subnet, table, "aws_route_table_association")
                and system.linked(table, gateway, "aws_route")
            ]
            if tables and gateway.address in box_of:
                found.append(Line(tail=box_of[subnet.address], head=box_of[gateway.address], back=True))
    return found


def _network(system: System) -> list[Box]:
    found = [
        Box(title="Internet gateway", lines=(), colour="network", place=("VPC",), members=(gateway.address,))
        for gateway in system.of("aws_internet_gateway")
    ]
    for subnet in system.of("aws_subnet"):
        zone = str(subnet.arguments["availability_zone"])
        gateways = system.users(subnet, "aws_nat_gateway")
        mounts = system.users(subnet, "aws_efs_mount_target")
        found.append(
            Box(
                title=subnet.name.removesuffix(f"-{zone}"),
                lines=(
                    str(subnet.arguments["cidr_block"]),
                    *("NAT gateway" for _ in gateways),
                    *("EFS mount target" for _ in mounts),
                ),
                colour="network",
                place=("VPC", zone),
                members=(subnet.address, *(gateway.address for gateway in gateways)),
            )
        )
    return found


def _key(resource: Resource, system: System) -> str:
    names = [key.name for key in system.of("aws_kms_key") if key.address in resource.references]
    return f"key: {', '.join(sorted(names))}" if names else ""


def _database(resource: Resource, _: System) -> list[str]:
    arguments = resource.arguments
    return [
        str(arguments["instance_class"]),
        "primary and standby (Multi-AZ)" if arguments.get("multi_az") else "single zone",
        f"{arguments['allocated_storage']} to {arguments['max_allocated_storage']} GiB"
        if "max_allocated_storage" in arguments
        else f"{arguments['allocated_storage']} GiB",
        f"point in time: {arguments.get('backup_retention_period', 0)} days",
    ]


def _file_system(resource: Resource, system: System) -> list[str]:
    points = system.users(resource, "aws_efs_access_point")
    return [point.name.removeprefix("access-") for point in points]


def _secret(resource: Resource, system: System) -> list[str]:
    days = [
        rotation.arguments["rotation_rules"].get("automatically_after_days")
        for rotation in system.users(resource, "aws_secretsmanager_secret_rotation")
    ]
    kind = "existing entry" if resource.address.startswith("data.") else "created entry"
    return [kind, *(f"rotated every {number} days" for number in days if number)]


def _vault(resource: Resource, system: System) -> list[str]:
    return ["locked" for _ in system.users(resource, "aws_backup_vault_lock_configuration")]


def _plan(resource: Resource, _: System) -> list[str]:
    return [_rule(rule) for rule in resource.arguments["rule"]]


def _rule(rule: dict[str, Any]) -> str:
    days = rule.get("lifecycle", {}).get("delete_after")
    return f"{rule['rule_name']}: {days} days" if days else str(rule["rule_name"])


def _topic(resource: Resource, system: System) -> list[str]:
    return sorted(
        {str(user.arguments["protocol"]) for user in system.users(resource, "aws_sns_topic_subscription")}
    )


def _nothing(_: Resource, __: System) -> list[str]:
    return []


def _function(resource: Resource, _: System) -> list[str]:
    return [str(resource.arguments["runtime"]), f"{resource.arguments['timeout']} s"]


_SINGLE: tuple[tuple[str, str, str, Callable[[Resource, System], list[str]]], ...] = (
    ("aws_db_instance", "data", "RDS PostgreSQL", _database),
    ("aws_efs_file_system", "data", "EFS", _file_system),
    ("aws_secretsmanager_secret", "secrets", "Secret", _secret),
    ("aws_lambda_function", "secrets", "Rotation function", _function),
    ("aws_backup_plan", "backup", "Backup plan", _plan),
    ("aws_backup_vault", "backup", "Backup vault", _vault),
    ("aws_sns_topic", "monitoring", "SNS topic", _topic),
    ("aws_cloudwatch_dashboard", "monitoring", "Dashboard", _nothing),
)
_GROUPED = (
    ("aws_vpc_endpoint", "network", "VPC endpoint", "VPC endpoints"),
    ("aws_cloudwatch_metric_alarm", "monitoring", "Alarm", "alarms"),
    ("aws_cloudwatch_composite_alarm", "monitoring", "Composite alarm", "composite alarms"),
    ("aws_db_event_subscription", "monitoring", "RDS events", "event subscriptions"),
    ("aws_kms_key", "keys", "Customer-managed key", "customer-managed keys"),
)
