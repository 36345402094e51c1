"""What the cases of checks are made of: small systems in a few words."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operations.compliance.configuration import references

Resources = dict[str, dict[str, dict[str, Any]]]
"""Type to name to arguments, as in Terraform JSON."""

GONE = object()
"""In the place of a value: there is none."""

KEY = "${aws_kms_key.k.arn}"
TOPIC = "${aws_sns_topic.t.arn}"
TLS = {
    "Sid": "DenyPlainText",
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A system, and what is changed in it.

    Attributes:
        good: the system that passes.
        change: ``type.name`` to the arguments that are changed, or to `GONE`.
        data: data sources of the system.
    """

    good: Resources
    change: Mapping[str, Any]
    data: Resources

    def document(self, *, changed: bool = False, unknown: bool = False) -> dict[str, Any]:
        """The Terraform JSON; with the change, or with what would change not known."""
        resources: dict[str, Any] = copy.deepcopy(self.good)
        for address, change in self.change.items() if changed or unknown else ():
            type_, name = address.split(".")
            if change is GONE:
                del resources[type_][name]
                continue
            block = resources.setdefault(type_, {}).setdefault(name, {})
            for argument, value in change.items():
                if unknown:
                    block[argument] = "${var.unknown}"
                elif value is GONE:
                    del block[argument]
                else:
                    block[argument] = value
        for address in sorted(set(references(resources))):
            # What is referred to is there, and as nothing here looks at it, it needs no arguments.
            if not address.startswith("data."):
                type_, name = address.split(".")
                resources.setdefault(type_, {}).setdefault(name, {})
        return {"resource": resources, "data": self.data}

    @property
    def removes(self) -> bool:
        """Whether the change is that something is not there."""
        return any(change is GONE for change in self.change.values())


def case(good: Resources, change: Mapping[str, Any], data: Resources | None = None) -> Case:
    return Case(good=good, change=change, data=data or {})


def one(type_: str, change: Mapping[str, Any], **arguments: Any) -> Case:
    """A case of one resource."""
    return case({type_: {"it": arguments}}, {f"{type_}.it": change})


def policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "arn:aws:s3:::b/*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def database(change: Mapping[str, Any], **arguments: Any) -> Case:
    return one("aws_db_instance", change, **{"engine": "postgres", **arguments})


def cluster(change: Mapping[str, Any], **arguments: Any) -> Case:
    return one("aws_rds_cluster", change, **{"engine": "aurora-mysql", **arguments})


def ingress(cidr: str = "10.0.0.0/8", port: int = 5432) -> dict[str, Any]:
    return {"ip_protocol": "tcp", "from_port": port, "to_port": port, "cidr_ipv4": cidr}


def opened(port: int) -> Case:
    return one("aws_vpc_security_group_ingress_rule", ingress("0.0.0.0/0", port), **ingress())


def backed_up(type_: str) -> Case:
    arn = f"${{{type_}.it.arn}}"
    return case(
        {
            type_: {"it": {}},
            "aws_backup_plan": {"p": {"name": "p"}},
            "aws_backup_selection": {"s": {"plan_id": "${aws_backup_plan.p.id}", "resources": [arn]}},
        },
        {"aws_backup_selection.s": {"resources": ["arn:aws:rds:eu-central-2:123456789012:db:other"]}},
    )


def subscribed(source: str, *categories: str) -> Case:
    return one(
        "aws_db_event_subscription",
        {"event_categories": ["notification"]},
        source_type=source,
        event_categories=list(categories),
    )


def beside(type_: str, change: Mapping[str, Any], **arguments: Any) -> Case:
    """A bucket with a configuration beside it."""
    return case(
        {
            "aws_s3_bucket": {"b": {"bucket": "b"}},
            type_: {"it": {"bucket": "${aws_s3_bucket.b.id}", **arguments}},
        },
        {f"{type_}.it": change},
    )


def bucket_policy(bad: str, good: str = policy(TLS)) -> Case:
    return beside("aws_s3_bucket_policy", {"policy": bad}, policy=good)


def granted(bad: Mapping[str, Any], type_: str = "aws_iam_policy", *, good: str | None = None) -> Case:
    return one(type_, {"policy": policy(bad)}, policy=good or policy(allow("s3:GetObject")))


def vault(type_: str, change: Mapping[str, Any], **arguments: Any) -> Case:
    """A vault with a configuration beside it."""
    name = "${aws_backup_vault.v.name}"
    return case(
        {"aws_backup_vault": {"v": {"name": "v"}}, type_: {"it": {"backup_vault_name": name, **arguments}}},
        {f"{type_}.it": change},
    )


def parameters(bad: Mapping[str, str], **good: str) -> Case:
    found = parameter("postgres", "", "", "")

    def blocks(values: Mapping[str, str]) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in values.items()]

    return case(
        {**found.good, "aws_db_parameter_group": {"g": {"parameter": blocks(good)}}},
        {"aws_db_parameter_group.g": {"parameter": blocks(bad)}},
    )


def function(change: Mapping[str, Any], **arguments: Any) -> Case:
    return one("aws_lambda_function", change, **{"function_name": "f", **arguments})


def subnets(*zones: str) -> Resources:
    return {"aws_subnet": {f"s{number}": {"availability_zone": zone} for number, zone in enumerate(zones)}}


def rotated(days: int) -> Case:
    return case(
        {
            "aws_secretsmanager_secret": {"s": {"name": "s"}},
            "aws_secretsmanager_secret_rotation": {
                "r": {
                    "secret_id": "${aws_secretsmanager_secret.s.id}",
                    "rotation_rules": {"automatically_after_days": days},
                }
            },
        },
        {"aws_secretsmanager_secret_rotation.r": {"rotation_rules": {"automatically_after_days": days + 1}}},
    )


def attached(
    type_: str,
    policy_type: str,
    argument: str,
    bad: str = policy(allow("x:y")),
    attribute: str = "id",
    good: str = policy(TLS),
) -> Case:
    return case(
        {
            type_: {"it": {}},
            policy_type: {"p": {argument: f"${{{type_}.it.{attribute}}}", "policy": good}},
        },
        {f"{policy_type}.p": {"policy": bad}},
    )


def parameter(engine: str, name: str, good: str, bad: str) -> Case:
    return case(
        {
            "aws_db_instance": {
                "it": {"engine": engine, "parameter_group_name": "${aws_db_parameter_group.g.name}"}
            },
            "aws_db_parameter_group": {"g": {"parameter": [{"name": name, "value": good}]}},
        },
        {"aws_db_parameter_group.g": {"parameter": [{"name": name, "value": bad}]}},
    )


EVERYONE = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}
NOT_OTHERS = {**TLS, "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}}}
