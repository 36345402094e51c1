"""The matrix sees what it looks for: each deliberate fault of the function shows in the row that it belongs to."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.functions.server import PostgreSQLServer
from tests.rotation_matrix import conditions, deliveries, every_call
from tests.rotation_matrix.conditions import Fault
from tests.rotation_matrix.conftest import MakeStage
from tests.rotation_matrix.every_call import AT_THE_END, STRIKES, USUAL, Strike
from tests.rotation_matrix.faults import altered, password_changed
from tests.rotation_matrix.leaks import passwords_in
from tests.rotation_matrix.secrets_manager import SecretsManager
from tests.rotation_matrix.strategies import ALTERNATING_USERS, SINGLE_USER, Strategy
from tests.rotation_matrix.table import Row
from tests.rotation_matrix.verdict import current_logs_in, label_logs_in, refused, rotates
from tests.rotation_matrix.world import Stage

pytestmark = pytest.mark.server
KILLED, REQUEST_LOST, ANSWER_LOST, *_ = STRIKES


def struck(stage: Stage, strategy: Strategy, strike: Strike, step: str, call: str) -> Row:
    """The row of a strike at the first call of that name."""
    at = next(
        position
        for position in every_call.positions(stage, strategy, USUAL)
        if (position.step, position.call.name) == (step, call)
    )
    return every_call._job(stage, strategy, USUAL, strike, at)()


def test_a_crash_after_the_password_was_set_is_survived(make_stage: MakeStage) -> None:
    row = struck(make_stage(), SINGLE_USER, KILLED, "setSecret", AT_THE_END.name)
    assert row.problem == ""
    assert row.cells[2:] == (
        "nothing",
        "again after finishSecret",
        "always",
        "again after finishSecret",
        "again after setSecret",
    )


def test_a_password_in_a_version_without_label_is_a_dead_end_when_the_function_forgets_it(
    make_stage: MakeStage,
) -> None:
    stage = make_stage("forgets_versions_without_label")
    row = struck(stage, SINGLE_USER, KILLED, "setSecret", AT_THE_END.name)
    assert row.problem.startswith("new token: failed: authentication")
    assert row.cells[3] == "again after finishSecret"
    assert row.cells[5].startswith("DEAD END")
    assert struck(stage, SINGLE_USER, KILLED, "setSecret", "COMMIT").problem == ""


@pytest.mark.parametrize("strategy", [SINGLE_USER, ALTERNATING_USERS], ids=lambda strategy: strategy.name)
def test_a_rotation_that_says_that_it_is_over_and_is_not(make_stage: MakeStage, strategy: Strategy) -> None:
    with make_stage("never_promotes").new_world(strategy) as world:
        assert rotates(world, world.begin()) == "it says that it is over, but its version is not AWSCURRENT"


def test_clients_that_are_shut_out_are_seen(make_stage: MakeStage) -> None:
    with make_stage("rotates_the_login_of_clients").new_world(ALTERNATING_USERS) as world:
        world.attempt(world.begin())
        assert current_logs_in(world) == "again after finishSecret"
        assert label_logs_in(world) == "always"
        assert refused(world) == "AWSCURRENT logs in again after finishSecret; the client was refused 0 times"


def test_a_client_counts(make_stage: MakeStage) -> None:
    with make_stage().world(SINGLE_USER) as world:
        client = world.new_client()
        client.log_in()
        current = world.value()
        assert current is not None
        world.server.run(f"ALTER ROLE {current['username']} NOLOGIN")
        client.log_in()
        client.log_in()
        world.server.run(f"ALTER ROLE {current['username']} LOGIN")
        client.log_in()
        assert client.counts == {"opened": 2, "refused": 2, "no answer": 0}
        assert client.longest_gap > 0


def test_a_late_delivery_that_sets_its_password_is_seen(make_stage: MakeStage) -> None:
    def row(stage: Stage) -> Row:
        found = every_call.positions(stage, ALTERNATING_USERS, USUAL)
        at = next(position for position in found if position.call.name == "ALTER ROLE PASSWORD")
        overtaken = partial(deliveries._overtaken, at)
        return deliveries._row(stage, ALTERNATING_USERS, "late", [overtaken])

    assert row(make_stage()).problem == ""
    assert "AWSCURRENT logs in" in row(make_stage("trusts_an_old_rotation")).problem


def test_a_log_that_names_another_cause_is_seen(make_stage: MakeStage) -> None:
    assert struck(make_stage(), SINGLE_USER, REQUEST_LOST, "setSecret", "COMMIT").problem == ""
    stage = make_stage("takes_everything_for_a_wrong_password")
    row = struck(stage, SINGLE_USER, REQUEST_LOST, "setSecret", "COMMIT")
    assert "the log says failed: authentication" in row.problem


def test_a_failure_that_is_not_told_is_seen(make_stage: MakeStage) -> None:
    fault = Fault(
        name="the password is changed by hand",
        inflict=password_changed("current", put_back=True),
        says="authentication",
        shuts_out=True,
    )
    stage = make_stage("keeps_failures_to_itself")
    row = conditions._row(stage, stage.server, None, SINGLE_USER, fault)
    assert "it says done, and not authentication" in row.problem


def test_a_failure_that_must_not_be_is_seen(make_stage: MakeStage) -> None:
    fault = Fault(
        name="the login has NOLOGIN", inflict=altered("current", "NOLOGIN", back="LOGIN"), shuts_out=True
    )
    stage = make_stage()
    row = conditions._row(stage, stage.server, None, SINGLE_USER, fault)
    assert "it does not cope: failed: privilege" in row.problem


@pytest.mark.parametrize("fault", ["sends_passwords_in_clear", "logs_passwords"])
def test_a_password_in_a_log_is_seen(
    make_stage: MakeStage,
    matrix_server: PostgreSQLServer,
    manager: SecretsManager,
    tmp_path: Path,
    fault: str,
) -> None:
    def leaks() -> list[str]:
        return passwords_in([matrix_server.log, *tmp_path.iterdir()], manager.passwords())

    before = leaks()
    with make_stage().new_world(SINGLE_USER) as world:
        assert rotates(world, world.begin()) is None
    assert leaks() == before
    with make_stage(fault).new_world(SINGLE_USER) as world:
        assert rotates(world, world.begin()) is None
    assert len(leaks()) > len(before)
