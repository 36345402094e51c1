"""Resources and their parts, and the table of mirrors."""

from __future__ import annotations

import pytest

from operations.drift.parts import Parts, mirrors, names, region
from tests.operations.conftest import Schema
from tests.operations.drift.detecting import as_it_is, drifted
from tests.operations.plans.building import change, plan
from tests.operations.review.test_tables import has

GROUP = {"id": "sg-1"}
RULE = "aws_vpc_security_group_ingress_rule"


def test_parts_are_known_as_they_were_are_and_are_to_be() -> None:
    recorded, real, wanted = (
        {"security_group_id": "sg-1", "cidr_ipv4": f"10.0.{number}.0/24"} for number in range(3)
    )
    parts = Parts(
        plan(
            change(f"{RULE}.it", "update", before=real, after=wanted),
            as_it_is(f"{RULE}.other", {"security_group_id": "sg-2"}),
            resource_drift=[drifted(f"{RULE}.it", recorded, real)],
        )
    )
    found = [part["cidr_ipv4"] for part in parts.of(GROUP, RULE, "security_group_id")]
    assert set(found) == {"10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"}
    assert list(parts.of(GROUP, "aws_other", "security_group_id")) == []


def test_others_call_a_resource_by_several_names() -> None:
    assert names({"id": "i", "arn": "a", "name": "n", "tags": {}}) == {"i", "a", "n"}


def test_the_region_is_in_the_arn() -> None:
    assert region({"arn": "arn:aws:sns:eu-central-2:123456789012:it"}) == "eu-central-2"
    assert region({"arn": "arn:aws:iam::123456789012:role/it"}) is None
    assert region({}) is None


def test_every_row_of_the_table_is_read() -> None:
    assert ("aws_security_group", "ingress") in mirrors()
    assert all(all((row.whole, row.attribute, row.part, row.argument)) for row in mirrors().values())


@pytest.mark.terraform
@pytest.mark.slow
def test_every_row_is_about_something_that_the_provider_has(schema: Schema) -> None:
    for row in mirrors().values():
        assert has(schema[row.whole]["block"], [row.attribute]), row
        assert has(schema[row.part]["block"], [row.argument]), row
