"""Policies of roles and secrets that nobody configured."""

from __future__ import annotations

from tests.operations.drift.added.finding import added

ROLE = {
    "name": "rotation",
    "inline_policy": [{"name": "ours", "policy": "{}"}, {"name": "by hand", "policy": '{"x": 1}'}],
    "managed_policy_arns": ["arn:aws:iam::aws:policy/Ours", "arn:aws:iam::aws:policy/AdministratorAccess"],
}
PARTS = {
    "aws_iam_role_policy": {"role": "rotation", "name": "ours"},
    "aws_iam_role_policy_attachment": {"role": "rotation", "policy_arn": "arn:aws:iam::aws:policy/Ours"},
}


def test_policies_of_a_role() -> None:
    inline, attached = added("aws_iam_role", ROLE, **PARTS)
    assert (inline.name, inline.value) == ("by hand", '{"x": 1}')
    assert inline.command == "aws iam delete-role-policy --role-name rotation --policy-name 'by hand'"
    assert attached.name == "arn:aws:iam::aws:policy/AdministratorAccess"
    assert attached.command == (
        "aws iam detach-role-policy --role-name rotation --policy-arn arn:aws:iam::aws:policy/AdministratorAccess"
    )


def test_what_is_attached_from_the_policys_side_was_not_added() -> None:
    attachment = {"roles": ["rotation"], "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}
    (inline,) = added("aws_iam_role", ROLE, **PARTS, aws_iam_policy_attachment=attachment)
    assert inline.kind == "inline_policy"


def test_where_terraform_removes_the_rest_itself_nothing_is_told() -> None:
    exclusive = {"role_name": "rotation", "policy_names": ["ours"]}
    assert added("aws_iam_role", ROLE, **PARTS, aws_iam_role_policies_exclusive=exclusive) == []
    assert added("aws_iam_role", ROLE, "inline_policy", "managed_policy_arns") == []


def test_a_resource_policy_of_a_secret() -> None:
    arn = "arn:aws:secretsmanager:eu-central-2:123456789012:secret:it-AbCdEf"
    secret = {"arn": arn, "id": arn, "policy": '{"Statement": []}'}
    (found,) = added("aws_secretsmanager_secret", secret)
    assert found.command == (
        f"aws secretsmanager delete-resource-policy --region eu-central-2 --secret-id {arn}"
    )
    assert added("aws_secretsmanager_secret", {**secret, "policy": ""}) == []
    assert (
        added("aws_secretsmanager_secret", secret, aws_secretsmanager_secret_policy={"secret_arn": arn}) == []
    )
