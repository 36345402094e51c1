"""A synthesis that loses the address of what holds data is refused, with what to write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from environments import guard, manifest
from environments.guard import System
from environments.problem import Problem

Paths = dict[str, str]

DATABASE = {"aws_db_instance.database_1": "database/instance"}
RENAMED = {"aws_db_instance.db_2": "db/instance"}
LOGS = {"aws_cloudwatch_log_group.logs_3": "database/logs"}
ROLE = {"aws_iam_role.role_4": "database/role"}


def document(paths: Paths, moved: Paths | None = None) -> dict[str, Any]:
    resources: dict[str, dict[str, Any]] = {}
    for address, path in paths.items():
        type_, _, label = address.partition(".")
        resources.setdefault(type_, {})[label] = {"//": {"metadata": {"path": f"it/{path}"}}}
    moves = [{"from": old, "to": new} for old, new in (moved or {}).items()]
    return {"resource": resources, **({"moved": moves} if moves else {})}


def synthesis(folder: Path, paths: Paths, moved: Paths | None = None, *, name: str = "it") -> Path:
    """What cdktf writes."""
    stack = folder / "stacks" / name
    stack.mkdir(parents=True, exist_ok=True)
    (stack / "cdk.tf.json").write_text(json.dumps(document(paths, moved)))
    listed = {"stacks": {name: {"synthesizedStackPath": f"stacks/{name}/cdk.tf.json"}}}
    (folder / "manifest.json").write_text(json.dumps(listed))
    return stack / "cdk.tf.json"


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """The folder of a manifest with a database and its logs."""
    entries = System.of("it", document(DATABASE | LOGS)).stateful
    manifest.write(manifest.file("dev", tmp_path), entries)
    return tmp_path


def check(folder: Path) -> str | None:
    return guard.check(folder / "out", "dev", manifest.read(manifest.file("dev", folder)))


def refused(folder: Path) -> Problem:
    with pytest.raises(Problem, match="what holds data is lost in dev") as caught:
        check(folder)
    return caught.value


def test_what_holds_data_is_recorded_and_nothing_else() -> None:
    entries = System.of("it", document(DATABASE | LOGS | ROLE)).stateful
    assert {entry.address for entry in entries} == {*DATABASE, *LOGS}
    assert {entry.path for entry in entries} == {"database/instance", "database/logs"}


def test_nothing_is_lost(recorded: Path) -> None:
    written = synthesis(recorded / "out", DATABASE | LOGS | ROLE)
    assert check(recorded) is None
    assert written.is_file()


def test_a_rename_is_refused_with_the_move_to_write(recorded: Path) -> None:
    written = synthesis(recorded / "out", RENAMED | LOGS)
    problem = refused(recorded)
    assert str(problem.given) == "it  aws_db_instance.database_1  database"
    lines = [line.strip() for line in str(problem.fix).splitlines()]
    # "database" still has its logs: only the instance was renamed.
    assert 'moved(self, "database/instance", to="db/instance")' in lines
    assert 'db/instance: move_from_id("aws_db_instance.database_1")' in lines
    assert "pipenv run holdfast manifest remove it aws_db_instance.database_1 --environment dev" in lines
    assert not written.exists(), "nobody plans with it"


def test_a_renamed_construct_is_moved_with_all_that_is_in_it(recorded: Path) -> None:
    synthesis(recorded / "out", RENAMED | {"aws_cloudwatch_log_group.logs_5": "db/logs"})
    fix = str(refused(recorded).fix)
    assert fix.count("moved(self") == 1
    assert 'moved(self, "database", to="db")' in fix
    assert fix.count("move_from_id(") == 2


def test_a_move_keeps_it(recorded: Path) -> None:
    synthesis(recorded / "out", RENAMED | LOGS, dict(zip(DATABASE, RENAMED, strict=True)))
    notice = check(recorded)
    assert notice is not None
    assert "does not name 1 resource that holds data yet" in notice


def test_a_move_through_two_names_keeps_it(recorded: Path) -> None:
    step = "aws_db_instance.between"
    synthesis(
        recorded / "out", RENAMED | LOGS, {"aws_db_instance.database_1": step, step: next(iter(RENAMED))}
    )
    assert check(recorded) is not None


@pytest.mark.parametrize("to", ["aws_db_instance.nowhere", "aws_db_instance.database_1"])
def test_a_move_to_nowhere_does_not(recorded: Path, to: str) -> None:
    synthesis(recorded / "out", RENAMED | LOGS, {"aws_db_instance.database_1": to})
    refused(recorded)


def test_a_move_that_is_taken_out_too_early_is_refused(recorded: Path) -> None:
    """As long as the manifest has the old address, a state may have it, too."""
    synthesis(recorded / "out", RENAMED | LOGS, dict(zip(DATABASE, RENAMED, strict=True)))
    (system,) = guard.synthesized(recorded / "out")
    path = manifest.file("dev", recorded)
    manifest.write(path, manifest.merged(manifest.read(path), system.stateful))
    assert check(recorded) is None
    assert [entry.address for entry in guard.moving([system], manifest.read(path))] == [*DATABASE]
    synthesis(recorded / "out", RENAMED | LOGS)
    assert "aws_db_instance.database_1" in str(refused(recorded).given)


def test_without_anything_like_it_the_construct_is_to_be_brought_back(recorded: Path) -> None:
    synthesis(recorded / "out", LOGS)
    fix = str(refused(recorded).fix)
    assert "nothing new could be aws_db_instance.database_1: bring back database/instance" in fix
    assert "moved(" not in fix


def test_a_system_that_is_no_longer_synthesized(recorded: Path) -> None:
    synthesis(recorded / "out", DATABASE | LOGS, name="renamed-system")
    fix = str(refused(recorded).fix)
    assert "it as a whole is no longer synthesized: name it in environments/systems.py again" in fix
    assert "holdfast manifest remove it --environment dev" in fix
    assert "aws_db_instance" not in fix


def test_a_system_whose_block_was_taken_out_says_so(tmp_path: Path) -> None:
    entries = System.of("database-ha", document(DATABASE)).stateful
    manifest.write(manifest.file("dev", tmp_path), entries)
    synthesis(tmp_path / "out", LOGS)
    fix = str(refused(tmp_path).fix)
    assert "database-ha as a whole is no longer synthesized: bring its block database_ha back" in fix
    assert "environments/dev.tfvars" in fix


def test_what_a_synthesis_before_wrote_is_not_looked_at(recorded: Path) -> None:
    synthesis(recorded / "out", DATABASE | LOGS, name="it")
    synthesis(recorded / "out", DATABASE, name="other")
    refused(recorded)


def test_a_new_environment_is_told_that_nothing_is_guarded(tmp_path: Path) -> None:
    synthesis(tmp_path / "out", DATABASE | LOGS)
    notice = check(tmp_path)
    assert notice is not None
    assert "dev.manifest does not name 2 resources that hold data yet" in notice
    assert "pipenv run holdfast manifest update" in notice
    assert not manifest.file("dev", tmp_path).exists()
