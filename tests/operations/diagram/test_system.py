"""What is read from Terraform JSON: resources, their names, who refers to whom."""

from __future__ import annotations

from operations.diagram.system import System
from tests.operations.diagram.sketch import stack

QUEUE: dict[str, dict[str, object]] = {
    "aws_kms_key.k": {"path": "keys/logs/key"},
    "aws_sns_topic.t": {"path": "topic/topic", "kms_master_key_id": "${aws_kms_key.k.arn}"},
    "aws_sns_topic_policy.p": {
        "path": "topic/policy",
        "arn": "${aws_sns_topic.t.arn}",
        "policy": '{"Resource": "${aws_kms_key.k.arn}"}',
        "depends_on": ["aws_kms_key.k"],
    },
}


def test_it_knows_its_name_and_its_regions() -> None:
    system = System(stack({}, provider={"aws": [{"region": "us-east-1"}, {"region": "us-west-2"}]}))
    assert (system.name, system.regions) == ("sketch", ("us-east-1", "us-west-2"))


def test_a_resource_is_called_what_its_construct_is_called_unless_that_repeats_the_type() -> None:
    system = System(stack(QUEUE))
    assert system.at("aws_kms_key.k").name == "logs"
    assert system.at("aws_sns_topic.t").name == "topic"
    assert system.at("aws_sns_topic_policy.p").module == "topic"


def test_an_expression_is_a_reference_and_a_policy_or_an_order_is_none() -> None:
    system = System(stack(QUEUE))
    key, topic, policy = map(system.at, QUEUE)
    assert system.linked(topic, key)
    assert topic.names("kms_master_key_id", key)
    assert not system.linked(key, topic)
    assert not system.linked(policy, key)
    assert [user.address for user in system.users(topic, "aws_sns_topic_policy")] == [
        "aws_sns_topic_policy.p"
    ]


def test_two_resources_can_be_joined_by_a_third_in_either_direction() -> None:
    system = System(
        stack(
            {
                "aws_backup_plan.plan": {},
                "aws_db_instance.db": {"db_subnet_group_name": "${aws_db_subnet_group.group.name}"},
                "aws_subnet.a": {},
                "aws_db_subnet_group.group": {"subnet_ids": ["${aws_subnet.a.id}"]},
                "aws_backup_selection.selection": {
                    "plan_id": "${aws_backup_plan.plan.id}",
                    "resources": ["${aws_db_instance.db.arn}"],
                },
            }
        )
    )
    plan, database, subnet = map(system.at, ("aws_backup_plan.plan", "aws_db_instance.db", "aws_subnet.a"))
    assert system.linked(plan, database, "aws_backup_selection")
    assert system.linked(database, subnet, "aws_db_subnet_group")
    assert not system.linked(plan, subnet, "aws_db_subnet_group")


def test_an_ephemeral_block_finds_the_entry_that_it_names() -> None:
    block = {"aws_secretsmanager_secret_version": {"current": {"secret_id": "dr-db-credentials"}}}
    entry = {"aws_secretsmanager_secret": {"entry": {"name": "dr-db-credentials"}}}
    system = System(stack({}, data=entry, ephemeral=block))
    reader = system.at("ephemeral.aws_secretsmanager_secret_version.current")
    assert reader.references == {"data.aws_secretsmanager_secret.entry"}
