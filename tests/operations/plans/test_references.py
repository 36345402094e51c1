"""Which resource refers to which."""

from typing import Any

from operations.plans.reading import read
from operations.plans.references import References
from tests.fixtures.plans import systems
from tests.fixtures.plans.make import FOLDER
from tests.operations.plans.building import plan


def resource(address: str, **expressions: Any) -> dict[str, Any]:
    return {"address": address, "mode": "managed", "expressions": expressions}


def references(**root: Any) -> References:
    return References(plan(configuration={"root_module": root}).configuration)


def test_references_of_a_real_plan() -> None:
    found = References(read(FOLDER / "no-change.json").configuration)
    instance = f"aws_db_instance.{systems.INSTANCE}"
    assert found.of(instance) == {
        f"aws_kms_key.{systems.KEY}",
        f"aws_db_parameter_group.{systems.PARAMETERS}",
        f"aws_security_group.{systems.GROUP}",
    }
    assert found.through(instance, "kms_key_id") == frozenset({f"aws_kms_key.{systems.KEY}"})
    assert found.through(instance, "engine") == frozenset()
    assert found.of("aws_x.absent") == frozenset()


def test_references_in_nested_blocks_and_modules() -> None:
    inner = resource(
        "aws_x.y", rule=[{"target": {"references": ["data.aws_v.w.id", "aws_b.c[0].id", "aws_b.c[0]"]}}]
    )
    found = references(module_calls={"m": {"module": {"resources": [inner]}}, "empty": {}})
    assert found.of("module.m.aws_x.y") == {"module.m.data.aws_v.w", "module.m.aws_b.c"}


def test_what_comes_from_a_variable_or_module_is_not_known() -> None:
    found = references(
        resources=[
            resource(
                "aws_x.y", a={"references": ["var.name"]}, b={"references": ["module.m.id", "module.m"]}
            ),
            resource("aws_x.z", a={"constant_value": "x"}, b={"constant_value": {"references": ["aws_q.r"]}}),
        ]
    )
    assert found.through("aws_x.y", "a") is None
    assert found.through("aws_x.y", "b") is None
    assert found.through("aws_x.z", "a") == frozenset()
    assert found.of("aws_x.z") == frozenset()


def test_the_arguments_of_a_resource_are_known() -> None:
    found = references(resources=[resource("aws_security_group.it", name={"constant_value": "it"})])
    assert found.arguments("aws_security_group.it") == {"name"}
    assert found.arguments("aws_security_group.other") == frozenset()
