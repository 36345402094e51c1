"""Network ACL of the database tier: a second lock beside the security groups."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.network_acl import NetworkAcl, NetworkAclEgress, NetworkAclIngress
from constructs import Construct

HTTPS = 443
# The ports of clients: functions take any of the wide range, Linux, and with it RDS, those of the narrow one
# (source: VPC user guide, "Ephemeral ports" of network ACLs, 2026-11).
EPHEMERAL, EPHEMERAL_OF_LINUX = (1024, 65535), (32768, 65535)
ANYWHERE = "0.0.0.0/0"


class DatabaseAcl(Construct):
    """Lets queries and HTTPS in from the VPC, HTTPS out, and the answers to what went out.

    HTTPS out and its answers are open to any address, because S3's gateway endpoint has public addresses and an ACL cannot
    name a prefix list; the tier's route table has no way to any other. Answers from there reach RDS, not the functions, which
    call nothing but interface endpoints: the wide range from any address would open ports of remote administration, too.

    Args:
        scope: parent construct.
        id: construct id.
        name: name of the ACL.
        vpc_id: the VPC.
        vpc_cidr: its address block.
        subnet_ids: subnets of the database tier.
        port: TCP port of the database.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        vpc_id: str,
        vpc_cidr: str,
        subnet_ids: list[str],
        port: int,
    ) -> None:
        super().__init__(scope, id)
        within = [(port, port, vpc_cidr), (HTTPS, HTTPS, vpc_cidr), (*EPHEMERAL, vpc_cidr)]
        NetworkAcl(
            self,
            "acl",
            vpc_id=vpc_id,
            subnet_ids=subnet_ids,
            ingress=[
                NetworkAclIngress(
                    rule_no=100 + 10 * index,
                    action="allow",
                    protocol="tcp",
                    from_port=first,
                    to_port=last,
                    cidr_block=block,
                )
                for index, (first, last, block) in enumerate([*within, (*EPHEMERAL_OF_LINUX, ANYWHERE)])
            ],
            egress=[
                NetworkAclEgress(
                    rule_no=100 + 10 * index,
                    action="allow",
                    protocol="tcp",
                    from_port=first,
                    to_port=last,
                    cidr_block=block,
                )
                for index, (first, last, block) in enumerate(
                    [(port, port, vpc_cidr), (HTTPS, HTTPS, ANYWHERE), (*EPHEMERAL, vpc_cidr)]
                )
            ],
            tags={"Name": name},
        )
