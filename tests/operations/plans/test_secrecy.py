"""Secrets are hidden where the plan marks them, where their name says so, and wherever else they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.plans.reading import parse
from operations.plans.secrecy import REDACTED, Secrecy
from tests.operations.plans.building import change, plan

SECRET = "correct-horse-battery"


def shown(values: Any, **more: Any) -> Any:
    """The values of one created resource as they may be shown."""
    made = plan(change("aws_x.y", "create", after=values, **more))
    return Secrecy(made).shown(made.resource_changes[0].change).after


def test_what_the_plan_marks_is_hidden_whatever_its_name() -> None:
    marks = {"value": True, "list": [False, True], "block": [{"inner": True}]}
    values = {"value": SECRET, "list": ["a", "b"], "block": [{"inner": 7, "other": 8}], "plain": "c"}
    assert shown(values, sensitive=marks) == {
        "value": REDACTED,
        "list": ["a", REDACTED],
        "block": [{"inner": REDACTED, "other": 8}],
        "plain": "c",
    }


def test_a_whole_object_that_is_marked_is_hidden() -> None:
    assert shown({"block": {"a": "b"}}, sensitive={"block": True}) == {"block": REDACTED}
    assert shown({"a": "b"}, sensitive=True) == REDACTED


def test_what_has_the_name_of_a_secret_is_hidden() -> None:
    assert shown({"environment": [{"variables": {"DB_PASSWORD": SECRET, "LEVEL": "info"}}]}) == {
        "environment": [{"variables": {"DB_PASSWORD": REDACTED, "LEVEL": "info"}}]
    }


def test_what_is_not_set_or_only_switched_stays_visible() -> None:
    values: dict[str, Any] = {
        "password": None,
        "token": "",
        "secrets": [],
        "manage_master_user_password": True,
    }
    assert shown(values, sensitive={"password": True}) == values


def test_the_value_beside_the_name_of_a_secret_is_hidden() -> None:
    assert shown({"variable": [{"name": "API_TOKEN", "value": SECRET}, {"name": "MODE", "value": "x"}]}) == {
        "variable": [{"name": "API_TOKEN", "value": REDACTED}, {"name": "MODE", "value": "x"}]
    }


def test_json_in_a_string_is_looked_into() -> None:
    inner = json.dumps({"config": json.dumps([{"Key": "DbPassword", "Value": SECRET}]), "Action": "*"})
    found = json.loads(shown({"document": inner})["document"])
    assert found["Action"] == "*"
    assert json.loads(found["config"]) == [{"Key": "DbPassword", "Value": REDACTED}]


def test_json_without_secrets_stays_as_it_is_written() -> None:
    policy = '{"Version":  "2012-10-17",\n "Statement": []}'
    assert shown({"policy": policy}) == {"policy": policy}


def test_a_known_secret_is_hidden_elsewhere_too() -> None:
    made = plan(
        change("aws_x.y", "no-op", before={"password": SECRET}, after={"password": SECRET}),
        change("aws_x.z", "create", after={"script": f"login {SECRET}", "policy": json.dumps({"a": SECRET})}),
    )
    assert Secrecy(made).shown(made.resource_changes[1].change).after == {
        "script": REDACTED,
        "policy": json.dumps({"a": REDACTED}),
    }


def test_what_a_data_source_or_a_sensitive_variable_holds_is_known() -> None:
    made = plan(
        change("aws_x.y", "create", after={"a": f"x{SECRET}", "b": "variable-secret"}),
        prior_state={
            "values": {
                "root_module": {
                    "child_modules": [
                        {
                            "resources": [
                                {
                                    "mode": "data",
                                    "values": {"secret_string": SECRET},
                                    "sensitive_values": {"secret_string": True},
                                }
                            ]
                        }
                    ]
                }
            }
        },
        variables={"word": {"value": "variable-secret"}},
        configuration={"root_module": {"variables": {"word": {"sensitive": True}}}},
    )
    assert Secrecy(made).shown(made.resource_changes[0].change).after == {"a": REDACTED, "b": REDACTED}


def test_the_name_of_the_user_beside_a_password_is_no_secret_elsewhere() -> None:
    entry = json.dumps({"username": "citizens", "password": SECRET})
    made = plan(
        change("aws_secret.y", "create", after={"secret_string": entry}),
        change("aws_x.z", "create", after={"db_name": "citizens", "note": SECRET}),
    )
    assert Secrecy(made).shown(made.resource_changes[1].change).after == {
        "db_name": "citizens",
        "note": REDACTED,
    }


def test_a_short_secret_is_hidden_only_where_it_stands() -> None:
    assert shown({"password": "admin", "user": "admin"}) == {"password": REDACTED, "user": "admin"}


def test_an_output_is_hidden_by_its_mark_or_name() -> None:
    outputs = {
        "endpoint": {"actions": ["create"], "after": "db:5432"},
        "hidden": {"actions": ["create"], "after": {"a": "b"}, "after_sensitive": True},
        "admin_password": {"actions": ["create"], "after": "b"},
    }
    made = plan(output_changes=outputs)
    secrecy = Secrecy(made)
    found = {name: secrecy.shown(output, name).after for name, output in made.output_changes.items()}
    assert found == {"endpoint": "db:5432", "hidden": REDACTED, "admin_password": REDACTED}


def test_what_is_nested_too_deeply_is_hidden() -> None:
    deep: Any = "bottom"
    for _ in range(150):
        deep = [deep]
    assert "bottom" not in json.dumps(shown({"deep": deep}))


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values=_json, key=st.sampled_from(["password", "apiToken", "client_secret"]))
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_secret_is_found_at_any_depth(values: Any, key: str, wrapped: bool) -> None:
    holder = {"a": [values, {"b": {key: SECRET}}], "copy": values}
    after = {"x": json.dumps(holder)} if wrapped else {"x": holder}
    assert SECRET not in json.dumps(shown(after))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_number_that_json_cannot_hold_is_text(number: str) -> None:
    data = json.dumps(
        {"format_version": "1.2", "resource_changes": [change("aws_x.y", "create", after={"n": "N"})]}
    )
    made = parse(data.replace('"N"', number).encode(), source="plan.json")
    json.dumps(Secrecy(made).shown(made.resource_changes[0].change).after, allow_nan=False)
