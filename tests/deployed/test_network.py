from __future__ import annotations

from typing import Any

from tests.system.fixtures import Deployed


def _filter(name: str, *values: str) -> list[dict[str, Any]]:
    return [{"Name": name, "Values": list(values)}]


def _subnets(deployed: Deployed, tier: str) -> dict[str, dict[str, Any]]:
    """Availability zone to subnet."""
    prefix = f"{tier}_subnet_ids_"
    ids = {name: value for name, value in deployed.outputs.items() if name.startswith(prefix)}
    found = deployed.client("ec2").describe_subnets(SubnetIds=list(ids.values()))["Subnets"]
    return {subnet["AvailabilityZone"]: subnet for subnet in found}


def test_each_tier_has_a_subnet_in_each_of_three_zones(deployed: Deployed) -> None:
    region = deployed.outputs["region"]
    for tier in ("private", "database"):
        assert sorted(_subnets(deployed, tier)) == [f"{region}{letter}" for letter in "abc"]


def test_no_subnet_gives_public_addresses(deployed: Deployed) -> None:
    found = deployed.client("ec2").describe_subnets(Filters=_filter("vpc-id", deployed.outputs["vpc_id"]))
    assert len(found["Subnets"]) == 9
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in found["Subnets"])


def test_the_database_tier_has_no_way_out_of_the_vpc(deployed: Deployed) -> None:
    ec2 = deployed.client("ec2")
    for subnet in _subnets(deployed, "database").values():
        tables = ec2.describe_route_tables(Filters=_filter("association.subnet-id", subnet["SubnetId"]))
        routes = [route for table in tables["RouteTables"] for route in table["Routes"]]
        assert routes
        assert not any(route.get("DestinationCidrBlock") == "0.0.0.0/0" for route in routes)


def test_private_subnets_leave_through_a_nat_gateway(deployed: Deployed) -> None:
    ec2 = deployed.client("ec2")
    for subnet in _subnets(deployed, "private").values():
        (table,) = ec2.describe_route_tables(Filters=_filter("association.subnet-id", subnet["SubnetId"]))[
            "RouteTables"
        ]
        (out,) = [route for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]
        assert out["NatGatewayId"].startswith("nat-")


def test_the_default_security_group_is_closed(deployed: Deployed) -> None:
    filters = [*_filter("vpc-id", deployed.outputs["vpc_id"]), *_filter("group-name", "default")]
    (group,) = deployed.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    assert group["IpPermissions"] == []
    assert group["IpPermissionsEgress"] == []


def test_the_database_tier_has_its_own_acl(deployed: Deployed) -> None:
    ids = [subnet["SubnetId"] for subnet in _subnets(deployed, "database").values()]
    acls = deployed.client("ec2").describe_network_acls(Filters=_filter("association.subnet-id", *ids))
    (acl,) = acls["NetworkAcls"]
    assert acl["IsDefault"] is False
    allowed = [entry for entry in acl["Entries"] if entry["RuleAction"] == "allow" and not entry["Egress"]]
    assert not any(entry["CidrBlock"] == "0.0.0.0/0" and "PortRange" not in entry for entry in allowed)


def test_traffic_is_recorded_in_an_encrypted_log_group(deployed: Deployed) -> None:
    (log,) = deployed.client("ec2").describe_flow_logs(
        Filters=_filter("resource-id", deployed.outputs["vpc_id"])
    )["FlowLogs"]
    assert log["TrafficType"] == "ALL"
    name = log["LogDestination"].partition(":log-group:")[2].removesuffix(":*")
    (group,) = deployed.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    assert group["kmsKeyId"] == deployed.outputs["key_arns_logs"]


def test_the_isolated_tier_reaches_aws_through_endpoints(deployed: Deployed) -> None:
    found = deployed.client("ec2").describe_vpc_endpoints(
        Filters=_filter("vpc-id", deployed.outputs["vpc_id"])
    )["VpcEndpoints"]
    services = {endpoint["ServiceName"].rpartition(".")[2] for endpoint in found}
    assert {"secretsmanager", "kms", "logs", "s3"} <= services


def test_postgresql_is_open_to_security_groups_only(deployed: Deployed) -> None:
    group_id = deployed.outputs["database_security_group_id"]
    rules = deployed.client("ec2").describe_security_group_rules(Filters=_filter("group-id", group_id))
    inward = [rule for rule in rules["SecurityGroupRules"] if not rule["IsEgress"]]
    outward = [rule for rule in rules["SecurityGroupRules"] if rule["IsEgress"]]
    assert outward == []
    assert {rule["FromPort"] for rule in inward} == {int(deployed.outputs["database_port"])}
    assert all("ReferencedGroupInfo" in rule for rule in inward)
