"""Drift for real: changes behind Terraform's back are found, undone by an apply or a command, and then gone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.aws_cli import run
from tests.system.checkout import STACK, Checkout, succeeded
from tests.system.fixtures import Demo, holdfast
from tests.system.tampering import CHANGES, Change

pytestmark = [pytest.mark.deployed, pytest.mark.terraform, pytest.mark.server, pytest.mark.slow]

Found = dict[str, Any]


def drift(checkout: Checkout, *options: str) -> tuple[int, Found]:
    """The exit code, and what is said of the system."""
    done = holdfast(checkout, " ".join(["drift", STACK, "--format json", *options]))
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)["systems"][0]


@pytest.fixture(scope="module")
def checkout(demo: Demo) -> Checkout:
    """The deployed system; the last test here leaves it as it was found."""
    return demo.checkout


@pytest.fixture(scope="module")
def drifted(checkout: Checkout) -> Found:
    """What is said of all changes at once."""
    assert drift(checkout, "--watch")[0] == 0, "right after a deployment nothing has drifted"
    for change in CHANGES.values():
        change.do(checkout)
    code, found = drift(checkout, "--watch")
    assert code == 3
    return found


def matching(found: Found, change: Change) -> list[Found]:
    """The attributes that tell of a change."""
    return [
        attribute
        for finding in found["findings"]
        if finding["type"] == change.type
        for attribute in finding["attributes"]
        if attribute["path"].startswith(change.path) and bool(attribute["path"]) is bool(change.path)
    ]


def test_a_pending_change_alone_is_no_drift(checkout: Checkout) -> None:
    file = checkout.folder / "environments" / "dev.tfvars"
    before = file.read_text(encoding="utf-8")
    file.write_text(before.replace('"platform"', '"another"'), encoding="utf-8")
    try:
        code, found = drift(checkout)
    finally:
        file.write_text(before, encoding="utf-8")
    assert (code, found["outcome"], found["findings"]) == (0, "pending", [])
    assert len(found["pending"]) > 50


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_is_reported_with_its_severity_and_its_end(drifted: Found, name: str) -> None:
    change = CHANGES[name]
    attributes = matching(drifted, change)
    assert attributes, [(each["address"], each["attributes"]) for each in drifted["findings"]]
    assert {attribute["severity"] for attribute in attributes} == {change.severity}
    assert {attribute["next_apply"] for attribute in attributes} == {change.then}
    assert all((attribute["command"] is not None) is (change.then == "leaves") for attribute in attributes)


def test_nothing_else_is_reported(drifted: Found) -> None:
    told = [attribute for change in CHANGES.values() for attribute in matching(drifted, change)]
    follows = {(change.type, path) for change in CHANGES.values() for path in change.follows}
    every = [
        attribute
        for finding in drifted["findings"]
        for attribute in finding["attributes"]
        if (finding["type"], attribute["path"]) not in follows
    ]
    assert [attribute for attribute in every if attribute not in told] == []
    assert drifted["pending"] == []
    assert drifted["outcome"] == "drift"


def test_all_of_it_is_new(drifted: Found, checkout: Checkout) -> None:
    first = {each["first_seen"] for finding in drifted["findings"] for each in finding["attributes"]}
    assert len(first) == 1
    keys = [
        each["Key"]
        for each in checkout.client("s3").list_objects_v2(Bucket="holdfast-state-local")["Contents"]
    ]
    assert "holdfast/dev/dev/citizen-data.drift.json" in keys


def test_an_apply_and_the_commands_undo_all_of_it(drifted: Found, checkout: Checkout) -> None:
    succeeded(holdfast(checkout, f"deploy {STACK} --auto-approve"))
    # What Terraform does not look for is still there, and still found, although the state has it by now.
    code, left = drift(checkout, "--watch")
    assert code == 3
    commands = [each["command"] for finding in left["findings"] for each in finding["attributes"]]
    assert len(commands) == sum(change.then == "leaves" for change in CHANGES.values())
    for command in commands:
        run(command, checkout.client)
    code, found = drift(checkout, "--watch")
    assert (code, found["findings"], found["outcome"]) == (0, [], "clean")
    assert len(found["gone"]) == len(commands)
