"""A lock that a killed run left is shown and released; the lock of a run that goes on is not."""

from __future__ import annotations

import getpass
import io
import sys
from pathlib import Path

import pytest

from environments.backend import Backend
from operations import console
from operations.state import locks
from operations.state.clients import Clients, clients
from tests.localcloud.server import Server
from tests.operations.conftest import Command, Done
from tests.operations.state.deploying import leave_locks
from tests.operations.state.keeping import FIRST, SECOND, key, take
from tests.operations.tiny import STACK, Tiny

pytestmark = pytest.mark.server


@pytest.fixture
def states(tiny: Tiny, bare: Clients, backend: Backend) -> Backend:
    """A backend for a project in which nothing is deployed."""
    tiny.keep_states_in(backend)
    return backend


def lines(done: Done) -> dict[str, str]:
    """What a command printed in two columns."""
    pairs = (line.strip().partition("  ") for line in done.out.splitlines() if line.startswith("  "))
    return {name: value.strip() for name, _, value in pairs}


@pytest.mark.terraform
def test_the_locks_of_a_killed_run_are_released_and_the_next_run_works(
    system: Tiny, aws: Server, backend: Backend, gate: Path, holdfast: Command
) -> None:
    leave_locks(system)
    gate.touch()
    refused = holdfast("deploy", STACK, "--auto-approve")
    assert refused.code == 1
    (fix,) = [line.strip() for line in refused.err.splitlines() if "holdfast unlock" in line]
    command = fix.removeprefix("pipenv run holdfast ").split()

    asked = holdfast(*command)
    assert asked.code == 2, "nobody can be asked"
    shown = lines(asked)
    assert shown["who"].startswith(f"{getpass.getuser()}@")
    assert shown["since"].endswith("ago") or shown["since"].endswith("just now")
    assert shown["operation"] == "OperationTypeApply"
    assert shown["in"] == "table and lock file"
    assert shown["id"] == command[-1]

    done = holdfast(*command, "--yes")
    assert done.code == 0
    assert lines(done)["table"] == lines(done)["lock file"] == "released"
    assert holdfast("deploy", STACK, "--auto-approve").code == 0
    assert holdfast("unlock", STACK, "--yes").out == "tiny (dev) is not locked.\n"


def held(states: Backend) -> list[tuple[str, str]]:
    return [(lock.place, lock.id) for lock in locks.held(clients(states), states, key(states))]


BOTH = [("table", FIRST), ("file", FIRST)]


def test_a_person_who_says_no_changes_nothing(
    states: Backend, holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(clients(states), states, FIRST, "table", "file")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    monkeypatch.setattr(console, "confirm", lambda _question, option: False)
    done = holdfast("unlock", "it")
    assert done.code == 1
    assert done.out.endswith("Nothing was changed.\n")
    assert held(states) == BOTH


def test_another_run_that_takes_the_lock_while_a_person_thinks_keeps_it(
    states: Backend, holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = clients(states)
    take(ours, states, FIRST, "table", "file")

    def confirm(question: str, *, option: str) -> bool:
        take(ours, states, SECOND, "table", "file")
        return True

    monkeypatch.setattr(console, "confirm", confirm)
    done = holdfast("unlock", "it")
    assert done.code == 1
    assert "another run has taken the lock, and keeps it" in done.err
    assert held(states) == [("table", SECOND), ("file", SECOND)]


def test_the_id_that_is_named_is_the_only_one_that_is_released(states: Backend, holdfast: Command) -> None:
    ours = clients(states)
    take(ours, states, FIRST, "table", "file")
    done = holdfast("unlock", "it", "--lock-id", SECOND, "--yes")
    assert done.code == 2
    assert f"given:   {SECOND}" in done.err
    assert f"allowed: {FIRST}" in done.err
    assert held(states) == BOTH

    take(ours, states, SECOND, "file")
    done = holdfast("unlock", "it", "--lock-id", FIRST, "--yes")
    assert done.code == 0
    assert f"it (dev) is still locked, by {SECOND}" in done.out
    assert held(states) == [("file", SECOND)]


def test_a_lock_in_one_place_is_told_as_what_it_is(states: Backend, holdfast: Command) -> None:
    take(clients(states), states, FIRST, "file")
    done = holdfast("unlock", "it", "--yes")
    assert done.code == 0
    assert "half of a run that" in done.out
    assert lines(done)["in"] == "lock file"
    assert held(states) == []


def test_two_runs_with_one_lock_each_are_both_shown(states: Backend, holdfast: Command) -> None:
    take(clients(states), states, FIRST, "file")
    take(clients(states), states, SECOND, "table")
    done = holdfast("unlock", "it", "--yes")
    assert done.code == 0
    assert done.out.count("is locked") == 2
    assert held(states) == []


def test_a_misspelt_system_is_not_told_to_be_unlocked(states: Backend, holdfast: Command) -> None:
    s3 = clients(states).s3
    s3.put_object(Bucket=states.bucket, Key="holdfast/prod/prod/it.tfstate", Body=b"{}")
    done = holdfast("unlock", "it")
    assert (done.code, done.out) == (2, "")
    assert "has no state of it (dev)" in done.err
    assert "allowed: it (prod)" in done.err
    assert holdfast("unlock", "it", "-e", "prod").out == "it (prod) is not locked.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("it", "-e", "staging"), "there is no environment 'staging'"), (("it", "--lock"), "No such option")],
)
def test_bad_input_is_told(states: Backend, holdfast: Command, arguments: tuple[str, ...], told: str) -> None:
    done = holdfast("unlock", *arguments)
    assert done.code == 2
    assert told in done.err


def test_without_a_backend_there_are_no_such_locks(tiny: Tiny, holdfast: Command) -> None:
    done = holdfast("unlock", "it")
    assert done.code == 2
    assert "no state backend is configured" in done.err
