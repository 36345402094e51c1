"""All resources of a plan, and who refers to whom."""

from __future__ import annotations

from typing import Any

from operations.plans.references import References
from operations.review.topology import topology
from tests.fixtures.plans import systems
from tests.operations.plans.building import change, plan
from tests.operations.review.reporting import report_on


def links(addresses: list[str], **references: list[str]) -> dict[str, tuple[str, ...]]:
    """What each instance refers to; ``references`` has the blocks ``aws_x.<name>`` and what they refer to."""
    resources = [
        {"address": f"aws_x.{name}", "expressions": {"to": {"references": targets}}}
        for name, targets in references.items()
    ]
    made = plan(
        *(change(address, "no-op") for address in addresses),
        configuration={"root_module": {"resources": resources}},
    )
    nodes = topology(made.resource_changes, References(made.configuration))
    return {node.address: node.refers_to for node in nodes if node.refers_to}


def test_a_real_plan() -> None:
    (reviewed,) = report_on("deletion-protection-off").plans
    assert len(reviewed.topology) == 6
    (database,) = [node for node in reviewed.topology if node.type == "aws_db_instance"]
    assert set(database.refers_to) == {
        f"aws_kms_key.{systems.KEY}",
        f"aws_db_parameter_group.{systems.PARAMETERS}",
        f"aws_security_group.{systems.GROUP}",
    }


def test_one_refers_to_all_and_all_to_one() -> None:
    assert links(["aws_x.a", "aws_x.b[0]", "aws_x.b[1]"], a=["aws_x.b"]) == {
        "aws_x.a": ("aws_x.b[0]", "aws_x.b[1]")
    }
    assert links(["aws_x.a", "aws_x.b[0]", "aws_x.b[1]"], b=["aws_x.a"]) == {
        "aws_x.b[0]": ("aws_x.a",),
        "aws_x.b[1]": ("aws_x.a",),
    }


def test_of_several_and_several_those_with_the_same_key_belong_together() -> None:
    addresses = ['aws_x.a["k"]', 'aws_x.a["l"]', 'aws_x.b["k"]', 'aws_x.b["m"]']
    assert links(addresses, a=["aws_x.b"]) == {'aws_x.a["k"]': ('aws_x.b["k"]',)}


def test_many_instances_are_not_all_linked_with_all() -> None:
    many = [f"aws_x.{name}[{number}]" for name in "ab" for number in range(400)]
    found: Any = links(many, a=["aws_x.b"])
    assert sum(map(len, found.values())) == 400


def test_nothing_refers_to_itself() -> None:
    assert links(["aws_x.a"], a=["aws_x.a.id"]) == {}
