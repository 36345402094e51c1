"""The regulated system: deployed, planned again, protected, and destroyed only by somebody who means it."""

from __future__ import annotations

import pytest

from tests.system.checkout import STACK, Checkout, succeeded
from tests.system.fixtures import PLANTED, holdfast
from tests.system.leaks import places_with

pytestmark = [
    pytest.mark.deployed,
    pytest.mark.terraform,
    pytest.mark.server,
]


def test_the_password_is_in_no_plan(regulated: Checkout) -> None:
    succeeded(regulated.in_local_shell(".venv/bin/python main.py"))
    succeeded(regulated.terraform("init -input=false"))
    succeeded(regulated.terraform("plan -input=false -out=first.tfplan"))
    succeeded(regulated.terraform("show -json first.tfplan > first.json"))
    assert places_with([PLANTED], regulated.folder) == []


def test_it_is_deployed_and_a_second_plan_is_empty(regulated: Checkout) -> None:
    succeeded(holdfast(regulated, f"deploy {STACK} --auto-approve"))
    assert regulated.outputs["profile"] == "regulated"
    plan = regulated.terraform("plan -detailed-exitcode -input=false -no-color")
    assert plan.returncode == 0, plan.stdout


def test_the_password_is_left_nowhere(regulated: Checkout) -> None:
    states = regulated.states()
    assert any(b"aws_db_instance" in state for state in states)
    assert places_with([PLANTED], regulated.folder, more=states) == []


def test_it_is_not_destroyed_without_being_told_to(regulated: Checkout) -> None:
    refused = holdfast(regulated, f"destroy {STACK} --auto-approve")
    assert refused.returncode == 2
    assert "deletion protection is on" in refused.stderr
    assert "--allow-protected" in refused.stderr
    assert regulated.client("rds").describe_db_instances()["DBInstances"]


def test_it_is_destroyed_when_it_is_told_to(regulated: Checkout) -> None:
    printed = succeeded(holdfast(regulated, f"destroy {STACK} --auto-approve --allow-protected"))
    assert "final snapshot" in printed
    assert succeeded(regulated.terraform("state list")).split() == []
    rds = regulated.client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    (snapshot,) = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"] == "dr-citizen-db-prod-final"
