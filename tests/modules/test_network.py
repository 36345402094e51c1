from __future__ import annotations

import json

import pytest
from cdktf import TerraformStack
from pydantic import ValidationError

from modules.aws.outputs import outputs
from modules.keys.key import Key
from modules.network.network import ImportedNetwork, network_from_settings
from modules.network.settings import TIERS, NetworkSettings, check_subnets
from tests.modules.site import ZONES, Site, name
from tests.template import Template, statements


@pytest.fixture(scope="module")
def network() -> Template:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        built = site.network()
        client = built.security_group("client", name="client", description="a client")
        built.allow_endpoints_from(client, "calls AWS")

    return Template.of(build)


def _with(**settings: object) -> Template:
    return Template.of(lambda stack: Site(stack).network(NetworkSettings.model_validate(settings)))


def test_three_tiers_in_three_zones_keyed_by_zone(network: Template) -> None:
    assert [path.split("/")[-1] for path in network.paths("aws_subnet")] == [
        f"{tier}-{zone}" for tier in sorted(TIERS) for zone in ZONES
    ]


def test_no_subnet_gives_public_addresses(network: Template) -> None:
    assert not any(subnet["map_public_ip_on_launch"] for subnet in network.all("aws_subnet"))


def test_subnets_do_not_depend_on_the_order_of_zones() -> None:
    def build(zones: tuple[str, ...]) -> Template:
        return Template.of(lambda stack: Site(stack).network(zones=zones))

    assert build(ZONES).document["resource"] == build(ZONES[::-1]).document["resource"]


def test_another_zone_moves_no_subnet() -> None:
    settings = NetworkSettings()
    two = {(tier, zone): settings.subnet_cidr(tier, zone) for tier in TIERS for zone in ZONES[:2]}
    three = {(tier, zone): settings.subnet_cidr(tier, zone) for tier in TIERS for zone in ZONES}
    assert two.items() <= three.items()


def test_the_database_tier_has_no_way_out(network: Template) -> None:
    table = network.address("aws_route_table", "routing/database")
    routes = [route for route in network.all("aws_route") if table in route["route_table_id"]]
    assert routes == []


def test_private_subnets_leave_through_the_nat_gateway_of_their_zone(network: Template) -> None:
    for zone in ZONES:
        route = network.one("aws_route", f"private-{zone}-nat")
        assert network.address("aws_nat_gateway", f"nat-{zone}") in route["nat_gateway_id"]


@pytest.mark.parametrize(
    ("mode", "gateways", "routes"),
    [("one_per_az", 3, 4), ("two", 2, 4), ("single", 1, 4), ("none", 0, 1)],
)
def test_nat_modes(mode: str, gateways: int, routes: int) -> None:
    template = _with(nat=mode)
    assert len(template.all("aws_nat_gateway")) == len(template.all("aws_eip")) == gateways
    assert len(template.all("aws_route")) == routes


def test_the_default_security_group_is_closed(network: Template) -> None:
    group = network.one("aws_default_security_group")
    assert "ingress" not in group
    assert "egress" not in group


def test_flow_logs_record_everything_into_an_encrypted_group(network: Template) -> None:
    log = network.one("aws_flow_log")
    assert log["traffic_type"] == "ALL"
    group = network.one("aws_cloudwatch_log_group", "flow-logs/group")
    assert group["kms_key_id"].startswith("${aws_kms_key.")
    assert group["retention_in_days"] == 365
    grants = statements(network.one("aws_iam_policy", "flow-logs/role/policy")["policy"])
    assert "*" not in grants["WriteFlowLogs"]["Resource"]
    # An action that knows no resource is not granted by a statement that names one.
    assert "logs:DescribeLogGroups" not in grants["WriteFlowLogs"]["Action"]
    assert grants["FindLogGroup"]["Resource"] == "*"


def test_the_database_acl_lets_nothing_in_from_outside_but_answers(network: Template) -> None:
    acl = network.one("aws_network_acl")
    assert len(acl["subnet_ids"]) == 3
    from_anywhere = [rule for rule in acl["ingress"] if rule["cidr_block"] == "0.0.0.0/0"]
    assert [(rule["from_port"], rule["to_port"]) for rule in from_anywhere] == [(32768, 65535)]
    assert {rule["from_port"] for rule in acl["ingress"] if rule["cidr_block"] != "0.0.0.0/0"} == {
        443,
        1024,
        5432,
    }


def test_answers_reach_functions_on_every_port_that_they_call_from(network: Template) -> None:
    """Lambda takes ports from 1024 on, not from where Linux begins: answers to the others would be lost."""
    acl = network.one("aws_network_acl")
    for direction in ("ingress", "egress"):
        within = [rule for rule in acl[direction] if rule["cidr_block"] == "10.20.0.0/16"]
        assert (1024, 65535) in [(rule["from_port"], rule["to_port"]) for rule in within]


def test_endpoints_of_the_isolated_tier(network: Template) -> None:
    services = {endpoint["service_name"].split(".")[-1] for endpoint in network.all("aws_vpc_endpoint")}
    assert services == {"kms", "logs", "s3", "secretsmanager"}
    for endpoint in network.all("aws_vpc_endpoint"):
        (statement,) = statements(endpoint["policy"]).values()
        assert "aws:PrincipalAccount" in statement["Condition"]["StringEquals"]
    s3 = network.one("aws_vpc_endpoint", "endpoints/s3")
    assert s3["vpc_endpoint_type"] == "Gateway"
    assert len(s3["route_table_ids"]) == 4


def test_a_client_and_the_endpoints_open_the_same_port_to_each_other(network: Template) -> None:
    (ingress,) = network.all("aws_vpc_security_group_ingress_rule")
    (egress,) = network.all("aws_vpc_security_group_egress_rule")
    assert ingress["from_port"] == ingress["to_port"] == egress["from_port"] == 443
    assert ingress["security_group_id"] == egress["referenced_security_group_id"]
    assert egress["security_group_id"] == ingress["referenced_security_group_id"]
    assert ingress["description"] == "calls AWS"


@pytest.mark.parametrize("text", ["the application's group", "a > b", "ü", "", "x" * 256])
def test_ec2_refuses_some_descriptions(text: str) -> None:
    def describe(stack: TerraformStack) -> None:
        Site(stack).network().security_group("client", name="client", description=text)

    def give_a_reason(stack: TerraformStack) -> None:
        network = Site(stack).network()
        client = network.security_group("client", name="client", description="a client")
        network.allow_endpoints_from(client, text)

    for build in (describe, give_a_reason):
        with pytest.raises(ValueError, match="EC2 refuses this description"):
            Template.of(build)


def test_an_existing_vpc_is_used_as_it_is() -> None:
    def build(stack: TerraformStack) -> None:
        site = Site(stack)
        ids = {zone: f"subnet-0123456789abcdef{index}" for index, zone in enumerate(ZONES)}
        network = network_from_settings(
            stack,
            "network",
            name=name,
            account=site.account,
            zones=ZONES,
            settings=NetworkSettings(
                vpc_id="vpc-0123456789abcdef0",
                subnet_ids={"private": ids, "database": dict(reversed(ids.items()))},
            ),
            logs_key=Key.from_alias(stack, "key", alias="logs"),
        )
        assert isinstance(network, ImportedNetwork)
        assert list(network.subnet_ids("database")) == list(ZONES)
        assert network.subnet_ids("public") == {}
        client = network.security_group("client", name="client", description="a client")
        network.allow_endpoints_from(client, "calls AWS")
        network.allow_endpoints_from_private_subnets("calls AWS")

    template = Template.of(build)
    assert {kind for kind, _ in template.everything()} == {
        "aws_security_group",
        "aws_vpc_security_group_egress_rule",
    }
    assert json.dumps(template.document).count("vpc-0123456789abcdef0") == 2


@pytest.fixture(scope="module")
def found() -> Template:
    """An existing VPC whose private subnets are given, and whose isolated ones are found by their tag."""

    def build(stack: TerraformStack) -> None:
        network = network_from_settings(
            stack,
            "network",
            name=name,
            account=Site(stack).account,
            zones=ZONES[:2],
            settings=NetworkSettings(vpc_id="vpc-0123456789abcdef0", subnet_tag="Layer"),
            logs_key=Key.from_alias(stack, "key", alias="logs"),
        )
        group = network.security_group("group", name="group", description="a group")
        for zone, cidr in network.subnet_cidrs("private").items():
            group.allow_from_cidr(zone, cidr, 5432, "clients")
        outputs(stack, {tier: dict(network.subnet_ids(tier)) for tier in ("database", "private")})

    return Template.of(build)


def test_subnets_of_an_existing_vpc_are_found_in_each_zone_by_their_tag(found: Template) -> None:
    data = found.document["data"]["aws_subnets"]
    filters = {
        block["//"]["metadata"]["path"].split("/")[-1]: {
            one["name"]: one["values"] for one in block["filter"]
        }
        for block in data.values()
    }
    assert set(filters) == {f"found-{tier}-{zone}" for tier in ("database", "private") for zone in ZONES[:2]}
    isolated = filters["found-database-eu-central-2a"]
    assert isolated == {
        "vpc-id": ["vpc-0123456789abcdef0"],
        "availability-zone": ["eu-central-2a"],
        "tag:Layer": ["database", "isolated"],
    }


def test_where_there_is_no_isolated_subnet_a_private_one_serves(found: Template) -> None:
    chosen = found.document["output"]["database"]["value"]["eu-central-2a"]
    database, private = (
        chosen.index("found-database-eu-central-2a"),
        chosen.index("found-private-eu-central-2a"),
    )
    assert database < private
    assert chosen.startswith("${element(concat(")


def test_a_zone_without_any_subnet_is_told_before_anything_is_made(found: Template) -> None:
    conditions = [
        block["lifecycle"]["postcondition"][0]
        for block in found.document["data"]["aws_subnets"].values()
        if "lifecycle" in block
    ]
    assert len(conditions) == 2
    assert "whose tag Layer is private" in conditions[0]["error_message"]


def test_the_address_blocks_of_found_subnets_are_looked_up(found: Template) -> None:
    rules = found.all("aws_vpc_security_group_ingress_rule")
    assert len(rules) == 2
    assert all(rule["cidr_ipv4"].startswith("${data.aws_subnet.") for rule in rules)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cidr": "10.20.0.1/16"}, "not an IPv4 CIDR block"),
        ({"cidr": "10.0.0.0/8"}, "has a prefix of /8"),
        ({"cidr": "10.0.0.0/24"}, "has a prefix of /24"),
        ({"nat": "three"}, "one_per_az"),
        ({"subnet_ids": {"private": {"eu-central-2a": "subnet-01234567"}}}, "without vpc_id"),
        ({"vpc_id": "my-vpc"}, "vpc_id"),
        ({"flow_log_retention_days": 100}, "C24"),
    ],
)
def test_settings_that_aws_would_refuse(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        NetworkSettings.model_validate(settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"subnet_cidrs": {"private": {"eu-central-2a": "10.20.0.0/24"}}},
            r"public eu-central-2a \(10.20.0.0/21\) and private eu-central-2a \(10.20.0.0/24\) overlap",
        ),
        ({"subnet_cidrs": {"private": {"eu-central-2a": "10.99.0.0/24"}}}, "inside 10.20.0.0/16"),
        ({"subnet_cidrs": {"private": {"eu-central-2a": "10.20.250.0/29"}}}, "/28 or larger"),
        ({"subnet_cidrs": {"private": {"eu-central-2d": "10.20.250.0/24"}}}, "not used"),
        (
            {
                "vpc_id": "vpc-0123456789abcdef0",
                "subnet_ids": {"private": {"eu-central-2a": "subnet-01234567"}},
            },
            "no private subnet for eu-central-2b, eu-central-2c",
        ),
    ],
)
def test_subnets_that_do_not_fit(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_subnets(NetworkSettings.model_validate(settings), ZONES)


def test_a_subnet_can_be_given_its_own_block() -> None:
    settings = NetworkSettings(subnet_cidrs={"private": {"eu-central-2a": "10.20.250.0/24"}})
    check_subnets(settings, ZONES)
    assert settings.subnet_cidr("private", "eu-central-2a") == "10.20.250.0/24"
