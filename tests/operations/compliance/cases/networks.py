"""Cases of networks, security groups and functions."""

from __future__ import annotations

from tests.operations.compliance.cases.making import (
    EVERYONE,
    GONE,
    KEY,
    Case,
    case,
    function,
    one,
    opened,
    policy,
    subnets,
)

_VPC = {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}}
_IN_VPC = {"vpc_id": "${aws_vpc.v.id}"}
_ACL_RULE = {"action": "allow", "protocol": "tcp", "cidr_block": "10.0.0.0/8", "from_port": 22, "to_port": 22}

CASES: dict[str, Case] = {
    "functions.concurrency": function(
        {"reserved_concurrent_executions": 499}, reserved_concurrent_executions=500
    ),
    "functions.dead_letters": function(
        {"dead_letter_config": GONE}, dead_letter_config={"target_arn": "${aws_sqs_queue.q.arn}"}
    ),
    "functions.environment_encrypted": function(
        {"kms_key_arn": GONE}, environment={"variables": {"A": "b"}}, kms_key_arn=KEY
    ),
    "functions.in_network": function({"vpc_config": GONE}, vpc_config={"subnet_ids": ["${aws_subnet.s.id}"]}),
    "functions.private": case(
        {
            "aws_lambda_function": {"f": {}},
            "aws_lambda_permission": {
                "p": {
                    "function_name": "${aws_lambda_function.f.function_name}",
                    "principal": "events.amazonaws.com",
                }
            },
        },
        {"aws_lambda_permission.p": {"principal": "*"}},
    ),
    "functions.several_zones": case(
        {
            "aws_lambda_function": {
                "f": {"vpc_config": {"subnet_ids": ["${aws_subnet.s0.id}", "${aws_subnet.s1.id}"]}}
            },
            **subnets("eu-central-2a", "eu-central-2b"),
        },
        {"aws_subnet.s1": {"availability_zone": "eu-central-2a"}},
    ),
    "functions.supported_runtime": function({"runtime": "python3.8"}, runtime="python3.12"),
    "network.acl_without_remote_access": one(
        "aws_network_acl", {"ingress": [{**_ACL_RULE, "cidr_block": "0.0.0.0/0"}]}, ingress=[_ACL_RULE]
    ),
    "network.ec2_endpoint": case(
        {
            **_VPC,
            "aws_vpc_endpoint": {"e": {**_IN_VPC, "service_name": "com.amazonaws.eu-central-2.ec2"}},
        },
        {"aws_vpc_endpoint.e": {"service_name": "com.amazonaws.eu-central-2.s3"}},
    ),
    "network.flow_logs": case(
        {**_VPC, "aws_flow_log": {"l": {**_IN_VPC, "traffic_type": "ALL"}}},
        {"aws_flow_log.l": {"traffic_type": "ACCEPT"}},
    ),
    "network.no_automatic_public_address": one(
        "aws_subnet", {"map_public_ip_on_launch": True}, map_public_ip_on_launch=False
    ),
    "network.no_route_to_the_internet": case(
        {
            "aws_internet_gateway": {"g": {}},
            "aws_route_table": {"t": {}},
            "aws_route": {
                "r": {
                    "route_table_id": "${aws_route_table.t.id}",
                    "gateway_id": "${aws_internet_gateway.g.id}",
                    "destination_cidr_block": "192.0.2.0/24",
                }
            },
        },
        {"aws_route.r": {"destination_cidr_block": "0.0.0.0/0"}},
    ),
    "security_groups.default_closed": case(
        {**_VPC, "aws_default_security_group": {"d": dict(_IN_VPC)}},
        {"aws_default_security_group.d": {"ingress": [{"protocol": "-1", "self": True}]}},
    ),
    "security_groups.no_common_ports": opened(3389),
    "security_groups.no_high_risk_ports": opened(9200),
    "security_groups.no_ssh": opened(22),
    "security_groups.only_https": opened(80),
    "security_groups.only_web_ports": opened(8443),
    "network.endpoints_private": one(
        "aws_vpc_endpoint",
        {"policy": policy(EVERYONE)},
        policy=policy({**EVERYONE, "Condition": {"StringEquals": {"aws:PrincipalAccount": "123456789012"}}}),
    ),
}
