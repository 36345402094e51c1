"""``python main.py [system ...]``: what is asked for is synthesized, and what lies there of the others stays or goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from cdktf import App

import main
from environments import selection
from environments.problem import Problem
from environments.systems import SYSTEMS, System
from stacks.building import builder
from stacks.environment import load

pytestmark = pytest.mark.slow

HA, CITIZEN = "database-ha", "citizen-data"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "out"))
    monkeypatch.delenv(selection.SUFFIX_VARIABLE, raising=False)
    monkeypatch.setenv(selection.ENVIRONMENT_VARIABLE, "dev")
    return tmp_path / "out" / "stacks"


def synthesized(out: Path) -> set[str]:
    return {path.parent.name for path in out.glob("*/cdk.tf.json")}


def test_all_systems_of_the_environment_without_a_name(out: Path) -> None:
    main.main()
    assert synthesized(out) == {system.name for system in SYSTEMS} == {HA, CITIZEN}


def test_a_system_that_is_named_is_synthesized_alone_and_the_others_stay(out: Path) -> None:
    main.main([HA])
    assert synthesized(out) == {HA}
    before = (out / HA / "cdk.tf.json").read_bytes()
    main.main([CITIZEN])
    assert synthesized(out) == {HA, CITIZEN}
    assert (out / HA / "cdk.tf.json").read_bytes() == before


def test_what_is_of_another_environment_goes(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main.main([HA])
    monkeypatch.setenv(selection.ENVIRONMENT_VARIABLE, "prod")
    main.main([CITIZEN])
    assert synthesized(out) == {CITIZEN}


def test_a_name_that_is_none_is_told_before_anything_is_written(out: Path) -> None:
    with pytest.raises(Problem, match="there is no such system") as caught:
        main.main(["database"])
    assert caught.value.allowed == f"{CITIZEN}, {HA}"
    assert caught.value.fix == f"write {HA}"
    assert not out.exists()


def test_the_list_names_code_that_builds_each_system() -> None:
    environment = load("dev")
    app = App()
    built = [builder(system, environment, removable=False)(app).node.id for system in SYSTEMS]
    assert built == [system.name for system in SYSTEMS]


def test_code_that_builds_something_else_is_a_fault() -> None:
    wrong = System(name="it", code="tests.stacks.test_building.NoStack")
    with pytest.raises(TypeError, match="NoStack is no stack"):
        builder(wrong, load("dev"), removable=False)


class NoStack:
    def __init__(self, scope: App, *, environment: object, removable: bool) -> None:
        pass
