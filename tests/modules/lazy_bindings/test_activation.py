"""When the lazy import is on: first of all, once, and not when it is turned off."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from typing import Any

import pytest

from modules.lazy_bindings import LazyBindingsWarning, activate, early_start
from modules.lazy_bindings.activation import PRELOAD
from modules.lazy_bindings.importing import LazyProviderFinder
from modules.lazy_bindings.package_index import UnexpectedShapeError
from tests.modules.lazy_bindings.programs import run

pytestmark = pytest.mark.slow


def told(program: str, **environ: str) -> Any:
    """What a program tells that activates, in a process where nothing else has been imported."""
    script = """
    import json, os, sys, warnings
    import modules.lazy_bindings as lazy
    from modules.lazy_bindings.importing import LazyProviderFinder

    def state():
        finders = [number for number, finder in enumerate(sys.meta_path) if type(finder) is LazyProviderFinder]
        return {"finders": finders, "options": os.environ.get("NODE_OPTIONS"), "jsii": "jsii" in sys.modules}
    """
    done = run(["-c", f"{textwrap.dedent(script)}\n{textwrap.dedent(program)}"], environ=environ)
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_it_is_on_when_it_comes_first() -> None:
    found = told("active = lazy.activate().active; print(json.dumps([active, state()]))")
    assert found == [True, {"finders": [0], "options": f'--require "{PRELOAD}"', "jsii": True}]


def test_a_second_time_changes_nothing() -> None:
    program = """
    lazy.activate()
    first = state()
    import cdktf
    second = lazy.activate()
    print(json.dumps([second.active, second.reason, first == state()]))
    """
    assert told(program) == [True, "it was activated before", True]


def test_a_process_that_it_starts_adds_nothing_more() -> None:
    options = f'--no-warnings --require "{PRELOAD}"'
    assert told("lazy.activate(); print(json.dumps(state()))", NODE_OPTIONS=options)["options"] == options


def test_it_can_be_turned_off() -> None:
    program = "found = lazy.activate(); print(json.dumps([found.active, found.reason, state()]))"
    off: dict[str, object] = {"finders": [], "options": None, "jsii": False}
    assert told(program, LAZY_BINDINGS="0") == [False, "LAZY_BINDINGS is 0", off]


@pytest.mark.parametrize("value", ["", "1"])
def test_any_other_value_leaves_it_on(value: str) -> None:
    assert told("print(json.dumps(lazy.activate().active))", LAZY_BINDINGS=value) is True


@pytest.fixture
def inactive(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing had been activated in this process."""
    others = [finder for finder in sys.meta_path if not isinstance(finder, LazyProviderFinder)]
    monkeypatch.setattr(sys, "meta_path", others)
    monkeypatch.setenv("NODE_OPTIONS", "--no-warnings")
    monkeypatch.delenv("LAZY_BINDINGS", raising=False)


@pytest.mark.usefixtures("inactive")
def test_too_late_is_told_and_changes_nothing() -> None:
    assert "jsii" in sys.modules
    with pytest.warns(LazyBindingsWarning, match="was imported before .* called: .* Call it first") as caught:
        found = activate()
    assert not found.active
    assert caught[0].filename == __file__
    assert not any(isinstance(finder, LazyProviderFinder) for finder in sys.meta_path)
    assert os.environ["NODE_OPTIONS"] == "--no-warnings"


@pytest.mark.usefixtures("inactive")
def test_without_an_early_start_it_is_on_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise UnexpectedShapeError("the installed jsii talks to node in another way")

    monkeypatch.setattr(early_start, "install", refuse)
    for name in [name for name in sys.modules if name == "jsii" or name.startswith("cdktf_cdktf_provider_")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.warns(LazyBindingsWarning, match="talks to node in another way: Python waits for node"):
        assert activate().active
    assert isinstance(sys.meta_path[0], LazyProviderFinder)
    assert os.environ["NODE_OPTIONS"].startswith("--no-warnings --require ")


def test_the_tests_themselves_run_with_it() -> None:
    assert any(isinstance(finder, LazyProviderFinder) for finder in sys.meta_path)
