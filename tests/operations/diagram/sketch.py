"""Small systems in Terraform JSON, as synthesis writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ZONES = ("eu-central-2a", "eu-central-2b")


def stack(resources: Mapping[str, Mapping[str, Any]], **blocks: Mapping[str, Any]) -> dict[str, Any]:
    """A stack of resources by address, each with its construct path in ``path``."""
    written: dict[str, dict[str, Any]] = {}
    for address, arguments in resources.items():
        type_, name = address.split(".")
        path = arguments.get("path", name)
        written.setdefault(type_, {})[name] = {
            "//": {"metadata": {"path": f"sketch/{path}", "uniqueId": name}},
            **{argument: value for argument, value in arguments.items() if argument != "path"},
        }
    return {
        "//": {"metadata": {"stackName": "sketch"}},
        "provider": {"aws": [{"region": "eu-central-2"}]},
        "resource": written,
        **blocks,
    }


def vpc() -> dict[str, dict[str, Any]]:
    """A VPC with a public, a private and a database subnet in each of two zones, and NAT in the first."""
    found: dict[str, dict[str, Any]] = {
        "aws_vpc.vpc": {"path": "network/vpc", "cidr_block": "10.0.0.0/16"},
        "aws_internet_gateway.internet": {"path": "network/internet", "vpc_id": "${aws_vpc.vpc.id}"},
        "aws_flow_log.flow": {"path": "network/flow-logs/flow-log", "vpc_id": "${aws_vpc.vpc.id}"},
        "aws_nat_gateway.nat": {"path": "network/routing/nat", "subnet_id": "${aws_subnet.public-0.id}"},
    }
    for row, tier in enumerate(("public", "private", "database")):
        table = f"aws_route_table.{tier}"
        found[table] = {"path": f"network/routing/{tier}", "vpc_id": "${aws_vpc.vpc.id}"}
        for column, zone in enumerate(ZONES):
            subnet = f"aws_subnet.{tier}-{column}"
            found[subnet] = {
                "path": f"network/{tier}-{zone}",
                "vpc_id": "${aws_vpc.vpc.id}",
                "availability_zone": zone,
                "cidr_block": f"10.0.{row}{column}.0/24",
            }
            found[f"aws_route_table_association.{tier}-{column}"] = {
                "subnet_id": f"${{{subnet}.id}}",
                "route_table_id": f"${{{table}.id}}",
            }
    found["aws_route.public"] = {
        "route_table_id": "${aws_route_table.public.id}",
        "gateway_id": "${aws_internet_gateway.internet.id}",
    }
    found["aws_route.private"] = {
        "route_table_id": "${aws_route_table.private.id}",
        "nat_gateway_id": "${aws_nat_gateway.nat.id}",
    }
    return found


def database(**arguments: object) -> dict[str, dict[str, Any]]:
    """A database in the database subnets, with a key of its own and a group that lets clients in."""
    return {
        "aws_kms_key.rds": {"path": "keys/rds/key", "rotation_period_in_days": 365},
        "aws_db_subnet_group.subnets": {
            "path": "database/subnets",
            "subnet_ids": ["${aws_subnet.database-0.id}", "${aws_subnet.database-1.id}"],
        },
        "aws_security_group.database": {"path": "network/database-security-group/group"},
        "aws_security_group.application": {"path": "network/application-security-group/group"},
        "aws_vpc_security_group_ingress_rule.application": {
            "security_group_id": "${aws_security_group.database.id}",
            "referenced_security_group_id": "${aws_security_group.application.id}",
            "ip_protocol": "tcp",
            "from_port": 5432,
        },
        "aws_db_instance.db": {
            "path": "database/instance",
            "instance_class": "db.m6g.large",
            "allocated_storage": 400,
            "max_allocated_storage": 4000,
            "backup_retention_period": 35,
            "multi_az": True,
            "db_subnet_group_name": "${aws_db_subnet_group.subnets.name}",
            "vpc_security_group_ids": ["${aws_security_group.database.id}"],
            "kms_key_id": "${aws_kms_key.rds.arn}",
            **arguments,
        },
    }
