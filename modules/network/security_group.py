"""A security group that allows nothing until it is told, rule by rule, each with its reason."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.security_group import SecurityGroup as AwsSecurityGroup
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct


class SecurityGroup(Construct):
    """A security group without any rule: Terraform removes the allow-all egress that AWS adds.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the group.
        description: what it guards; cannot be changed without replacing the group.
        vpc_id: the VPC it lies in.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, description: str, vpc_id: str) -> None:
        super().__init__(scope, id)
        self._group = AwsSecurityGroup(
            self,
            "group",
            name=name,
            description=description,
            vpc_id=vpc_id,
            tags={"Name": name},
        )
        self.id = str(self._group.id)

    def allow_from(self, peer: SecurityGroup, port: int, why: str) -> None:
        """Let ``peer`` reach this group on a TCP port, and open the peer's way out to it.

        Args:
            peer: the group of the client.
            port: TCP port.
            why: what the connection is for; it becomes the rule's description.
        """
        who = peer.node.path.replace("/", "-")
        VpcSecurityGroupIngressRule(
            self,
            f"from-{who}-{port}",
            security_group_id=self.id,
            referenced_security_group_id=peer.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
        )
        VpcSecurityGroupEgressRule(
            self,
            f"to-{who}-{port}",
            security_group_id=peer.id,
            referenced_security_group_id=self.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
        )

    def allow_to_cidr(self, id: str, cidr: str, port: int, why: str) -> None:
        """Let this group reach an address block on a TCP port.

        Args:
            id: construct id of the rule.
            cidr: IPv4 block.
            port: TCP port.
            why: what the connection is for.
        """
        VpcSecurityGroupEgressRule(
            self,
            id,
            security_group_id=self.id,
            cidr_ipv4=cidr,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=why,
        )
