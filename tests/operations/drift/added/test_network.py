"""Routes and entries of network ACLs that nobody configured."""

from __future__ import annotations

from tests.operations.drift.added.finding import added

TABLE_ARN = "arn:aws:ec2:eu-central-2:123456789012:route-table/rtb-1"
ACL_ARN = "arn:aws:ec2:eu-central-2:123456789012:network-acl/acl-1"


def test_a_route() -> None:
    table = {
        "id": "rtb-1",
        "arn": TABLE_ARN,
        "route": [
            {"cidr_block": "10.0.0.0/16", "gateway_id": "local"},
            {"destination_prefix_list_id": "pl-1", "gateway_id": "vpce-1"},
            {"cidr_block": "198.51.100.0/24", "nat_gateway_id": "nat-1"},
            {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"},
        ],
    }
    ours = {"route_table_id": "rtb-1", "destination_cidr_block": "198.51.100.0/24"}
    (found,) = added("aws_route_table", table, aws_route=ours)
    assert (found.name, found.value) == ("0.0.0.0/0", "0.0.0.0/0 → igw-1")
    assert found.command == (
        "aws ec2 delete-route --region eu-central-2 --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0"
    )
    assert added("aws_route_table", table, "route") == []


def test_routes_that_a_gateway_propagates_come_by_themselves() -> None:
    table = {
        "id": "rtb-1",
        "arn": TABLE_ARN,
        "propagating_vgws": ["vgw-1"],
        "route": [{"cidr_block": "192.0.2.0/24", "gateway_id": "vgw-1"}],
    }
    assert added("aws_route_table", table) == []
    assert len(added("aws_route_table", {**table, "propagating_vgws": []})) == 1


def test_an_entry_of_an_acl() -> None:
    entry = {
        "rule_no": 90,
        "action": "allow",
        "protocol": "-1",
        "from_port": 0,
        "to_port": 0,
        "cidr_block": "0.0.0.0/0",
    }
    acl = {"id": "acl-1", "arn": ACL_ARN, "ingress": [entry], "egress": [{**entry, "rule_no": 100}]}
    ours = {"network_acl_id": "acl-1", "rule_number": 100, "egress": True}
    (found,) = added("aws_network_acl", acl, aws_network_acl_rule=ours)
    assert found.name == "rule 90"
    assert found.value == "allow protocol -1, ports 0-0, 0.0.0.0/0"
    assert found.command == (
        "aws ec2 delete-network-acl-entry --region eu-central-2 --network-acl-id acl-1 --rule-number 90 --ingress"
    )
    incoming = {**ours, "rule_number": 90, "egress": False}
    (other,) = added("aws_network_acl", acl, aws_network_acl_rule=incoming)
    assert (other.kind, other.name) == ("egress", "rule 100")
