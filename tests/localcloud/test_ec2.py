"""EC2: each gap in moto is told apart from what we fill."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.server import Server

pytestmark = pytest.mark.server

Check = Callable[[Server], None]


def group(server: Server) -> str:
    ec2 = server.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    name = f"g-{uuid.uuid4().hex[:8]}"
    return str(ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc)["GroupId"])


def allow(server: Server, to: str, **source: Any) -> dict[str, Any]:
    permission = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **source}
    answer = server.client("ec2").authorize_security_group_ingress(GroupId=to, IpPermissions=[permission])
    return dict(answer["SecurityGroupRules"][0])


def rule(server: Server, made: dict[str, Any]) -> dict[str, Any]:
    ids = [made["SecurityGroupRuleId"]]
    return dict(
        server.client("ec2").describe_security_group_rules(SecurityGroupRuleIds=ids)["SecurityGroupRules"][0]
    )


def prefix_list(server: Server) -> str:
    made = server.client("ec2").create_managed_prefix_list(
        PrefixListName=f"p-{uuid.uuid4().hex[:8]}", MaxEntries=1, AddressFamily="IPv4"
    )
    return str(made["PrefixList"]["PrefixListId"])


def a_referenced_group_has_a_description(server: Server) -> None:
    to = group(server)
    made = allow(server, to, UserIdGroupPairs=[{"GroupId": to, "Description": "queries"}])
    assert made.get("Description") == "queries"
    assert rule(server, made).get("Description") == "queries"


def a_prefix_list_has_a_description(server: Server) -> None:
    made = allow(
        server, group(server), PrefixListIds=[{"PrefixListId": prefix_list(server), "Description": "s3"}]
    )
    assert rule(server, made).get("Description") == "s3"


def a_reference_can_be_changed(server: Server) -> None:
    to, other = group(server), group(server)
    made = allow(server, to, UserIdGroupPairs=[{"GroupId": to, "Description": "old"}])
    changed = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "ReferencedGroupId": other,
        "Description": "new",
    }
    server.client("ec2").modify_security_group_rules(
        GroupId=to,
        SecurityGroupRules=[
            {"SecurityGroupRuleId": made["SecurityGroupRuleId"], "SecurityGroupRule": changed}
        ],
    )
    found = rule(server, made)
    assert (found["ReferencedGroupInfo"]["GroupId"], found.get("Description")) == (other, "new")


def the_same_rule_with_another_description_is_refused(server: Server) -> None:
    to = group(server)
    allow(server, to, UserIdGroupPairs=[{"GroupId": to, "Description": "one"}])
    with pytest.raises(ClientError, match=r"InvalidPermission\.Duplicate"):
        allow(server, to, UserIdGroupPairs=[{"GroupId": to, "Description": "two"}])


GAPS: list[Check] = [
    a_referenced_group_has_a_description,
    a_prefix_list_has_a_description,
    a_reference_can_be_changed,
    the_same_rule_with_another_description_is_refused,
]


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_filled(check: Check, local_aws: Server) -> None:
    check(local_aws)


@pytest.mark.parametrize("check", GAPS, ids=lambda check: check.__name__)
def test_still_missing_in_moto(check: Check, plain_moto: Server) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        check(plain_moto)


def test_a_prefix_list_takes_the_place_of_another(local_aws: Server) -> None:
    to, wanted = group(local_aws), prefix_list(local_aws)
    made = allow(local_aws, to, PrefixListIds=[{"PrefixListId": prefix_list(local_aws)}])
    changed = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "PrefixListId": wanted, "Description": "new"}
    local_aws.client("ec2").modify_security_group_rules(
        GroupId=to,
        SecurityGroupRules=[
            {"SecurityGroupRuleId": made["SecurityGroupRuleId"], "SecurityGroupRule": changed}
        ],
    )
    found = rule(local_aws, made)
    assert (found["PrefixListId"], found["Description"]) == (wanted, "new")


def test_rules_of_other_sources_and_ports_are_others(local_aws: Server) -> None:
    to, other = group(local_aws), group(local_aws)
    for source in (
        {"UserIdGroupPairs": [{"GroupId": to}]},
        {"UserIdGroupPairs": [{"GroupId": other}]},
        {"IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": "vpc"}]},
        {"IpRanges": [{"CidrIp": "10.0.0.0/24"}]},
        {"UserIdGroupPairs": [{"GroupId": to}], "ToPort": 5433},
    ):
        allow(local_aws, to, **source)
    filters = [{"Name": "group-id", "Values": [to]}]
    rules = local_aws.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert len([one for one in rules if not one["IsEgress"]]) == 5
    local_aws.client("ec2").revoke_security_group_ingress(
        GroupId=to,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}
        ],
    )
    rules = local_aws.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    assert len([one for one in rules if not one["IsEgress"]]) == 4
