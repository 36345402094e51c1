"""One node process, which executes the requests, and which Python talks to without another one in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from modules.lazy_bindings import direct_node
from modules.lazy_bindings.package_index import UnexpectedShapeError
from tests.modules.lazy_bindings.programs import ROOT, run

STARTED = """
import json, os, pathlib, sys
from modules.lazy_bindings import activate
active = activate()
from cdktf import App, TerraformStack
stack = TerraformStack(App(), "alone")

def children(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

def told(**more):
    nodes = children(os.getpid())
    print(json.dumps({"nodes": nodes, "theirs": [children(node) for node in nodes], **more}), flush=True)
"""

PRINTS = """
if (process.env.JSII_AGENT) { console.log("printed by node"); console.error("an error of node"); }
"""


def told(program: str, **environ: str) -> Any:
    done = run(["-c", f"{STARTED}\n{textwrap.dedent(program)}"], environ=environ)
    assert done.stderr == ""
    return json.loads(done.stdout)


def gone(pid: int, *, seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


@pytest.mark.slow
def test_there_is_one_node_process_and_it_ends_with_python() -> None:
    found = told("told()")
    (node,) = found["nodes"]
    assert found["theirs"] == [[]]
    assert gone(node)


@pytest.mark.slow
def test_without_it_there_are_two() -> None:
    """What it saves: jsii's own start is a process with another one below it."""
    assert [len(below) for below in told("told()", LAZY_BINDINGS="0")["theirs"]] == [1]


@pytest.mark.slow
def test_an_error_in_node_is_told_as_jsii_tells_it() -> None:
    program = """
    try:
        TerraformStack(stack.node.root, "alone")
    except RuntimeError as error:
        told(error=str(error))
    """
    assert "There is already a Construct with name 'alone'" in told(program)["error"]


@pytest.mark.slow
def test_what_node_prints_comes_where_python_prints(tmp_path: Path) -> None:
    (tmp_path / "prints.js").write_text(PRINTS, encoding="utf-8")
    done = run(["-c", STARTED], environ={"NODE_OPTIONS": f"--require {tmp_path / 'prints.js'}"})
    assert done.stdout == "printed by node\n"
    assert done.stderr == "an error of node\n"


@pytest.mark.slow
def test_node_ends_when_python_is_killed() -> None:
    program = f"{STARTED}\ntold()\nimport time; time.sleep(60)"
    environ = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    ) as python:
        assert python.stdout is not None
        (node,) = json.loads(python.stdout.readline())["nodes"]
        python.send_signal(signal.SIGKILL)
    assert gone(node)


@pytest.mark.slow
def test_a_node_that_is_not_there_is_told_by_jsii() -> None:
    program = """
    import json
    from modules.lazy_bindings import activate
    activate()
    try:
        import cdktf
    except FileNotFoundError as error:
        print(json.dumps(str(error)))
    """
    done = run(["-c", textwrap.dedent(program)], environ={"JSII_NODE": "/none/node"})
    assert "/none/node" in json.loads(done.stdout)


class Node:
    """The parts of jsii's class that are needed."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def handshake(self) -> None: ...
    def send(self) -> None: ...
    def _jsii_runtime(self) -> None: ...
    def _next_message(self) -> None: ...


@pytest.fixture
def process(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module of a jsii of our own."""
    module: Any = ModuleType("jsii._kernel.providers.process")
    module._NodeProcess = Node
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delenv("JSII_RUNTIME", raising=False)
    return module


def test_a_jsii_as_expected_gets_it(process: Any) -> None:
    direct_node.install()
    assert issubclass(process._NodeProcess, Node)
    assert process._NodeProcess is not Node


@pytest.mark.parametrize("part", ["start", "_jsii_runtime"])
def test_a_jsii_that_lacks_a_part_is_left_alone(
    process: Any, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Node, part)
    with pytest.raises(UnexpectedShapeError, match=f"starts node in another way .without {part}"):
        direct_node.install()
    assert process._NodeProcess is Node


def test_a_jsii_without_such_a_class_is_left_alone(process: Any) -> None:
    del process._NodeProcess
    with pytest.raises(UnexpectedShapeError, match="starts node in another way"):
        direct_node.install()


def test_another_runtime_is_started_as_jsii_does(process: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JSII_RUNTIME", "/another/runtime.js")
    direct_node.install()
    assert process._NodeProcess is Node


def test_another_system_than_posix_is_left_alone(process: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct_node, "POSIX", False)
    direct_node.install()
    assert process._NodeProcess is Node
