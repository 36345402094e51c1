"""The cards of a picture: resources that a reader cares about, said in few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from operations.diagram.system import Resource, System


_MOST_NAMES = 6
"""Alarms of a module that are named; of more the number says as much."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A box of the picture.

    Attributes:
        title: what it is.
        lines: what is worth knowing about it.
        colour: the family of resources that it belongs to.
        members: addresses of the resources that it stands for.
        parts: boxes within it.
    """

    title: str
    lines: tuple[str, ...]
    colour: str
    members: tuple[str, ...]
    parts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Names the card within its picture."""
        return self.members[0]


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """A kind of card.

    Attributes:
        title: of the card; ``{module}`` stands for the module that the resources belong to.
        types: resource types that it stands for.
        colour: see `Card`.
        lines: says what is worth knowing.
        parts: see `Card`.
        by: resources for which it gives the same share a card.
    """

    title: str
    types: tuple[str, ...]
    colour: str
    lines: Callable[[Sequence[Resource], System], Iterable[str]]
    parts: Callable[[Resource], tuple[str, ...]] = lambda _: ()
    by: Callable[[Resource], str] = lambda resource: resource.address


def cards(system: System) -> list[Card]:
    """Give the cards of a system, in a fixed order."""
    return [
        Card(
            title=_capitalized(kind.title.format(module=group[0].module.replace("-", " "))),
            lines=(*kind.lines(group, system), *_reached_from(group, system), *_key(group, system)),
            colour=kind.colour,
            members=tuple(resource.address for resource in group),
            parts=kind.parts(group[0]),
        )
        for kind in _KINDS
        for group in _groups(sorted(system.of(*kind.types), key=_plain_first), kind.by)
    ]


def _groups(resources: Iterable[Resource], by: Callable[[Resource], str]) -> list[list[Resource]]:
    groups: dict[str, list[Resource]] = {}
    for resource in resources:
        groups.setdefault(by(resource), []).append(resource)
    return list(groups.values())


def _plain_first(resource: Resource) -> tuple[int, str]:
    """The order within a kind: ``rotation`` before ``rotation-age`` and ``application-rotation``."""
    return len(resource.module), resource.address


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _key(group: Sequence[Resource], system: System) -> list[str]:
    names = {key.name for key in system.of("aws_kms_key") for one in group if key.address in one.references}
    return [f"key: {', '.join(sorted(names))}"] if names else []


def _reached_from(group: Sequence[Resource], system: System) -> list[str]:
    """Who may connect, by the rules of the security groups: ``TCP 5432 from application, rotation``."""
    clients: dict[str, set[str]] = {}
    for rule in system.of("aws_vpc_security_group_ingress_rule"):
        guarded, client = (
            [found for found in system.of("aws_security_group") if rule.names(argument, found)]
            for argument in ("security_group_id", "referenced_security_group_id")
        )
        holders = {
            holder.address
            for holder in [*group, *(mount for one in group for mount in _mounts(one, system))]
            if any(found.address in holder.references for found in guarded)
        }
        names = {found.name.removesuffix("-security-group") for found in client} | _subnets(rule, system)
        if holders and names:
            port = f"{str(rule.arguments['ip_protocol']).upper()} {rule.arguments['from_port']}"
            clients.setdefault(port, set()).update(names)
    return [f"{port} from {', '.join(sorted(names))}" for port, names in sorted(clients.items())]


def _subnets(rule: Resource, system: System) -> set[str]:
    """The tiers whose subnets a rule lets in."""
    block = rule.arguments.get("cidr_ipv4")
    return {
        f"{subnet.arguments['tags']['Tier']} subnets"
        for subnet in system.of("aws_subnet")
        if subnet.arguments.get("cidr_block") == block and "Tier" in subnet.arguments.get("tags", {})
    }


def _mounts(resource: Resource, system: System) -> list[Resource]:
    return system.users(resource, "aws_efs_mount_target")


def _database(group: Sequence[Resource], _: System) -> list[str]:
    (arguments,) = (resource.arguments for resource in group)
    if "replicate_source_db" in arguments:
        return ["read replica", str(arguments["instance_class"])]
    storage = str(arguments["allocated_storage"])
    if "max_allocated_storage" in arguments:
        storage += f" to {arguments['max_allocated_storage']}"
    lines = [
        f"{arguments.get('instance_class') or arguments['db_cluster_instance_class']}, {storage} GiB",
        f"point in time: {arguments.get('backup_retention_period', 0)} days",
    ]
    return [*lines, "deletion protection"] if arguments.get("deletion_protection") else lines


def _instances(database: Resource) -> tuple[str, ...]:
    if "db_cluster_instance_class" in database.arguments:
        return ("writer", "two readers in\nother zones")
    return ("primary", "standby in\nanother zone") if database.arguments.get("multi_az") else ()


def _file_system(group: Sequence[Resource], system: System) -> list[str]:
    points = (point for one in group for point in system.users(one, "aws_efs_access_point"))
    return [", ".join(point.name.removeprefix("access-") for point in points)]


def _secret(group: Sequence[Resource], system: System) -> list[str]:
    (entry,) = group
    days = [
        rotation.arguments["rotation_rules"].get("automatically_after_days")
        for rotation in system.users(entry, "aws_secretsmanager_secret_rotation")
    ]
    kind = "existing entry" if entry.address.startswith("data.") else "created entry"
    return [
        str(entry.arguments["name"]),
        kind,
        *(f"rotated every {number} days" for number in days if number),
    ]


def _backup(group: Sequence[Resource], system: System) -> list[str]:
    lines = [
        f"{rule['rule_name']}: {_kept(rule.get('lifecycle', {}).get('delete_after'))}"
        for resource in group
        if resource.type == "aws_backup_plan"
        for rule in resource.arguments["rule"]
    ]
    for vault in (resource for resource in group if resource.type == "aws_backup_vault"):
        locked = system.users(vault, "aws_backup_vault_lock_configuration")
        lines.append("locked vault" if locked else "vault")
    return lines


def _kept(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"


def _buckets(group: Sequence[Resource], system: System) -> list[str]:
    lines = []
    for bucket in group:
        for lifecycle in system.users(bucket, "aws_s3_bucket_lifecycle_configuration"):
            days = [
                one["days"]
                for rule in lifecycle.arguments["rule"]
                for one in rule.get("expiration", [])
                if "days" in one
            ]
            lines.append(f"{bucket.name}: {_kept(min(days, default=None))}")
            lines += [
                f"  {one['storage_class']} after {one['days']} days"
                for rule in lifecycle.arguments["rule"]
                for one in rule.get("transition", [])
            ]
    return lines


def _monitoring(group: Sequence[Resource], _: System) -> list[str]:
    alarms = _groups((one for one in group if one.type == "aws_cloudwatch_metric_alarm"), _module)
    lines = []
    for some in sorted(alarms, key=len):
        lines.append(f"{some[0].module}: {len(some)} alarms")
        lines += _pairs([alarm.name for alarm in some]) if len(some) <= _MOST_NAMES else []
    for what, type_ in (
        ("composite alarm", "aws_cloudwatch_composite_alarm"),
        ("RDS events", "aws_db_event_subscription"),
    ):
        names = [one.name.removesuffix("-events") for one in group if one.type == type_]
        lines += [f"{what}: {', '.join(names)}"] if names else []
    return [*lines, *("dashboard" for one in group if one.type == "aws_cloudwatch_dashboard")]


def _pairs(names: list[str]) -> list[str]:
    return [", ".join(names[start : start + 2]) for start in range(0, len(names), 2)]


def _topic(group: Sequence[Resource], system: System) -> list[str]:
    subscriptions = (user for one in group for user in system.users(one, "aws_sns_topic_subscription"))
    return sorted({str(subscription.arguments["protocol"]) for subscription in subscriptions})


def _keys(group: Sequence[Resource], _: System) -> list[str]:
    days = {resource.arguments.get("rotation_period_in_days") for resource in group}
    return [
        *_pairs([resource.name for resource in group]),
        *(f"rotated every {number} days" for number in days if number),
    ]


def _endpoints(group: Sequence[Resource], _: System) -> list[str]:
    by_type: dict[str, list[str]] = {}
    for resource in group:
        by_type.setdefault(str(resource.arguments.get("vpc_endpoint_type", "Gateway")), []).append(
            resource.name
        )
    return [f"{type_.lower()}: {', '.join(names)}" for type_, names in sorted(by_type.items(), reverse=True)]


def _function(group: Sequence[Resource], system: System) -> list[str]:
    (function,) = group
    targets = {"aws_sns_topic": "SNS topic", "aws_sqs_queue": "SQS queue"}
    letters = [
        f"dead letters: {targets[target.type]}"
        for target in system.of(*targets)
        if function.names("dead_letter_config", target)
    ]
    return [f"{function.arguments['runtime']}, {function.arguments['architectures'][0]}", *letters]


def _queue(group: Sequence[Resource], _: System) -> list[str]:
    return [resource.module for resource in group]


def _module(resource: Resource) -> str:
    return resource.module


def _all(_: Resource) -> str:
    return ""


_KINDS = (
    _Kind(title="EFS", types=("aws_efs_file_system",), colour="data", lines=_file_system),
    _Kind(
        title="RDS PostgreSQL",
        types=("aws_db_instance", "aws_rds_cluster"),
        colour="data",
        lines=_database,
        parts=_instances,
    ),
    _Kind(title="{module} function", types=("aws_lambda_function",), colour="secrets", lines=_function),
    _Kind(title="VPC endpoints", types=("aws_vpc_endpoint",), colour="network", lines=_endpoints, by=_module),
    _Kind(
        title="AWS Backup",
        types=("aws_backup_plan", "aws_backup_vault"),
        colour="backup",
        lines=_backup,
        by=_module,
    ),
    _Kind(
        title="CloudWatch",
        types=(
            "aws_cloudwatch_metric_alarm",
            "aws_cloudwatch_composite_alarm",
            "aws_db_event_subscription",
            "aws_cloudwatch_dashboard",
        ),
        colour="monitoring",
        lines=_monitoring,
        by=_all,
    ),
    _Kind(title="Secrets Manager", types=("aws_secretsmanager_secret",), colour="secrets", lines=_secret),
    _Kind(
        title="S3 buckets: {module}", types=("aws_s3_bucket",), colour="backup", lines=_buckets, by=_module
    ),
    _Kind(title="SQS queue", types=("aws_sqs_queue",), colour="monitoring", lines=_queue),
    _Kind(title="SNS topic", types=("aws_sns_topic",), colour="monitoring", lines=_topic),
    _Kind(title="KMS keys", types=("aws_kms_key",), colour="keys", lines=_keys, by=_all),
)
