"""A security group that allows nothing until it is told, rule by rule, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.security_group import SecurityGroup as AwsSecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

_DESCRIPTION = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")
"""What EC2 takes as a description (source: botocore, ec2, CreateSecurityGroup and SecurityGroupRule, 2026-11)."""


class SecurityGroup(Construct):
    """A security group without any rule: Terraform removes the allow-all egress that AWS adds.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the group.
        description: what it guards; cannot be changed without replacing the group.
        vpc_id: the VPC it lies in.

    Raises:
        ValueError: EC2 would refuse a description, such as one with an apostrophe.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, description: str, vpc_id: str) -> None:
        super().__init__(scope, id)
        self._group = AwsSecurityGroup(
            self,
            "group",
            name=name,
            description=_described(description),
            vpc_id=vpc_id,
            tags={"Name": name},
        )
        self.id = str(self._group.id)

    def allow_from(self, peer: SecurityGroup, port: int, why: str) -> Sequence[ITerraformDependable]:
        """Let ``peer`` reach this group on a TCP port, and open the peer's way out to it.

        Args:
            peer: the group of the client.
            port: TCP port.
            why: what the connection is for; it becomes the rule's description.

        Returns:
            The rules, for whoever needs the connection to be open.
        """
        who = peer.node.path.replace("/", "-")
        ingress = VpcSecurityGroupIngressRule(
            self,
            f"from-{who}-{port}",
            security_group_id=self.id,
            referenced_security_group_id=peer.id,
            **_tcp(port, why),
        )
        egress = VpcSecurityGroupEgressRule(
            self,
            f"to-{who}-{port}",
            security_group_id=peer.id,
            referenced_security_group_id=self.id,
            **_tcp(port, why),
        )
        return [ingress, egress]

    def allow_from_cidr(self, id: str, cidr: str, port: int, why: str) -> Sequence[ITerraformDependable]:
        """Let an address block reach this group on a TCP port.

        Args:
            id: construct id of the rule.
            cidr: IPv4 block.
            port: TCP port.
            why: what the connection is for.

        Returns:
            The rule, for whoever needs the connection to be open.
        """
        return [VpcSecurityGroupIngressRule(self, id, **self._block(cidr, port, why))]

    def allow_to_cidr(self, id: str, cidr: str, port: int, why: str) -> Sequence[ITerraformDependable]:
        """Let this group reach an address block on a TCP port; see :meth:`allow_from_cidr`."""
        return [VpcSecurityGroupEgressRule(self, id, **self._block(cidr, port, why))]

    def _block(self, cidr: str, port: int, why: str) -> dict[str, Any]:
        """Return what a rule of this group says of an address block."""
        return {"security_group_id": self.id, "cidr_ipv4": cidr, **_tcp(port, why)}


def _tcp(port: int, why: str) -> dict[str, Any]:
    """Return what every rule of a TCP port says."""
    return {"ip_protocol": "tcp", "from_port": port, "to_port": port, "description": _described(why)}


def _described(text: str) -> str:
    if not _DESCRIPTION.fullmatch(text):
        raise ValueError(f"EC2 refuses this description: {text!r}; allowed: {_DESCRIPTION.pattern}")
    return text
