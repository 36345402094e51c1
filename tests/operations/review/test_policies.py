"""What makes a policy wider."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.operations.plans.building import change
from tests.operations.review.reviewing import referring, rules, texts, updated


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", **more}


def deny(**more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "s3:*", "Resource": "*", **more}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})}


def policy(before: list[dict[str, Any]], after: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return updated("aws_iam_policy", document(*before), document(*after), **more)


CONDITION = {"StringEquals": {"aws:SourceAccount": "123456789012"}}


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ([allow()], [allow(Action="s3:*")], "a policy allows more: policy: s3:* on arn:aws:s3:::b/*"),
        ([allow()], [allow(Action=["s3:GetObject", "s3:PutObject"])], "s3:GetObject, s3:PutObject"),
        ([allow()], [allow(Resource="*")], "s3:GetObject on *"),
        ([allow()], [allow(), allow(Action="kms:Decrypt")], "a policy allows more: policy: kms:Decrypt"),
        ([allow(Condition=CONDITION)], [allow()], "a policy allows more"),
        (
            [allow()],
            [allow(Condition=CONDITION), allow(Action="s3:Put*")],
            "a policy allows more: policy: s3:Put*",
        ),
        ([allow(Principal={"AWS": "a"})], [allow(Principal={"AWS": ["a", "b"]})], "to a, b"),
        (
            [allow(Principal={"AWS": "a"})],
            [allow(Principal="*")],
            "a policy allows something to everyone: policy: s3:GetObject to *",
        ),
        (
            [allow(Principal={"AWS": "a"})],
            [allow(Principal={"AWS": "*"})],
            "a policy allows something to everyone",
        ),
        ([allow()], [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], "all but some actions"),
        ([deny()], [], "a policy no longer denies something: policy: s3:* on *"),
        ([deny()], [deny(Condition=CONDITION)], "a policy no longer denies something"),
        ([deny()], [deny(Action="s3:Delete*")], "a policy no longer denies something"),
    ],
)
def test_wider(before: list[dict[str, Any]], after: list[dict[str, Any]], says: str) -> None:
    found = texts(policy(before, after))
    assert [text for text in found if text.startswith("weakens-protection: ") and says in text], found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([allow(Action="s3:*")], [allow()]),
        ([allow(Action="S3:getobject")], [allow()]),
        ([allow(Resource="*")], [allow()]),
        ([allow(Resource="arn:aws:s3:::?/*")], [allow()]),
        ([allow()], [allow(Condition=CONDITION)]),
        ([allow()], [allow(Sid="Named")]),
        ([allow(), allow(Action="kms:Decrypt")], [allow()]),
        ([allow()], [allow(), deny()]),
        ([deny(Action="s3:Delete*")], [deny()]),
        ([deny(Condition=CONDITION)], [deny()]),
    ],
)
def test_not_wider(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    assert rules(policy(before, after)) == []


def test_a_bracket_is_no_pattern_in_iam() -> None:
    assert rules(policy([allow(Resource="arn:[ab]")], [allow(Resource="arn:a")])) == ["policy-wider"]


def test_a_policy_that_is_not_known_yet_may_allow_more() -> None:
    before = document(allow())
    assert rules(updated("aws_iam_policy", before, {}, unknown={"policy": True})) == ["policy-unknown"]
    assert rules(updated("aws_x", {"any_name": before["policy"]}, {}, unknown={"any_name": True})) == [
        "policy-unknown"
    ]
    added = change("aws_iam_role_policy.it", "create", after={"role": "r"}, unknown={"policy": True})
    assert rules(added) == ["policy-unknown"]


def test_a_policy_deep_in_an_object_is_found_by_its_form() -> None:
    def nested(action: str) -> dict[str, Any]:
        return {"inline_policy": [{"name": "n", **document(allow(Action=action))}]}

    (text,) = texts(updated("aws_iam_role", nested("s3:GetObject"), nested("s3:*")))
    assert "a policy allows more: inline_policy[0].policy: s3:*" in text


def test_a_policy_for_something_new_widens_nothing_unless_it_allows_everyone() -> None:
    bucket = change("aws_s3_bucket.b", "create", after={})
    configuration = referring("aws_s3_bucket_policy.it", "bucket", "aws_s3_bucket.b")

    def added(principal: Any, **more: Any) -> dict[str, Any]:
        return change("aws_s3_bucket_policy.it", "create", after=document(allow(Principal=principal, **more)))

    assert rules(added({"AWS": "a"}), bucket, configuration=configuration) == []
    assert rules(added("*", Condition=CONDITION), bucket, configuration=configuration) == []
    assert rules(added("*"), bucket, configuration=configuration) == ["policy-opened"]
    assert rules(added({"AWS": "a"})) == ["policy-wider"]


def test_a_policy_that_only_denies_may_be_added() -> None:
    assert rules(change("aws_s3_bucket_policy.it", "create", after=document(deny(Principal="*")))) == []


def test_a_policy_that_is_sensitive_is_not_shown() -> None:
    (text,) = texts(policy([allow()], [allow(Action="s3:*")], sensitive={"policy": True}))
    assert text == "weakens-protection: a policy allows more: policy: (sensitive)"


def test_a_document_with_one_statement_and_no_list() -> None:
    single = {"policy": json.dumps({"Statement": allow()})}
    assert rules(updated("aws_iam_policy", document(allow()), single)) == []
    broken = {"policy": json.dumps({"Statement": ["nothing"]})}
    assert rules(updated("aws_iam_policy", document(allow()), broken)) == []


@pytest.mark.parametrize("emptied", ["", None, "{}"])
def test_a_policy_that_is_emptied_denies_nothing_any_more(emptied: str | None) -> None:
    before, after = document(allow(), deny()), {"policy": emptied}
    assert texts(updated("aws_secretsmanager_secret_policy", before, after)) == [
        "weakens-protection: a policy no longer denies something: policy: s3:* on *"
    ]
    assert texts(updated("aws_iam_policy", document(allow()), after)) == []


def test_what_another_policy_of_the_list_denies_is_still_denied() -> None:
    def listed(*policies: dict[str, Any]) -> dict[str, Any]:
        return {"inline_policy": list(policies)}

    two, one = listed(document(allow()), document(deny())), listed(document(deny()))
    assert texts(updated("aws_iam_role", two, one)) == []
    assert rules(updated("aws_iam_role", two, listed(document(allow())))) == ["policy-denies-less"]
