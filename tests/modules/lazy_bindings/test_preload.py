"""The script that jsii's node preloads, run by node on a small provider."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from modules.lazy_bindings.activation import PRELOAD
from modules.lazy_bindings.node_options import with_preload
from tests.modules.lazy_bindings.packages import ASSEMBLY, node_index, write_node

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MODULES = ["vpc", "snsTopic", "subnet"]
LOAD = f'const provider = require("{ASSEMBLY}");'


def node(folder: Path, script: str, *, agent: str = "Python/3.11.7") -> tuple[Any, str]:
    """Run a script; what it says with ``tell(...)``, and what node printed to standard error."""
    environ = {**os.environ, "NODE_OPTIONS": with_preload(None, PRELOAD), "JSII_AGENT": agent}
    tell = "const tell = (value) => console.log(JSON.stringify(value)); globalThis.loaded = [];"
    done = subprocess.run(
        ["node", "--eval", f"{tell}\n{script}"],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout), done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_node(tmp_path, node_index(MODULES), MODULES)
    return tmp_path


def test_no_module_is_loaded_with_the_provider(project: Path) -> None:
    assert node(project, f"{LOAD} tell(globalThis.loaded);") == ([], "")


def test_a_module_is_loaded_when_it_is_read(project: Path) -> None:
    script = f"{LOAD} tell([provider.snsTopic.name, provider.snsTopic.name, globalThis.loaded]);"
    assert node(project, script) == (["snsTopic", "snsTopic", ["snsTopic"]], "")


def test_it_is_the_module_that_require_gives(project: Path) -> None:
    script = f'{LOAD} tell(provider.vpc === require("{ASSEMBLY}/lib/vpc"));'
    assert node(project, script) == (True, "")


def test_all_modules_are_listed(project: Path) -> None:
    script = f"{LOAD} tell([Object.keys(provider), globalThis.loaded, provider.__esModule]);"
    assert node(project, script) == ([MODULES, [], True], "")


def test_a_loaded_module_is_a_plain_property(project: Path) -> None:
    script = f'{LOAD} provider.vpc; tell(Object.getOwnPropertyDescriptor(provider, "vpc"));'
    expected = {"value": {"name": "vpc"}, "writable": True, "enumerable": True, "configurable": True}
    assert node(project, script) == (expected, "")


def test_a_module_can_be_replaced_without_loading_it(project: Path) -> None:
    script = f'{LOAD} provider.vpc = "mine"; tell([provider.vpc, globalThis.loaded]);'
    assert node(project, script) == (["mine", []], "")


def test_an_error_of_a_module_is_its_own_each_time(project: Path) -> None:
    (project / "node_modules" / ASSEMBLY / "lib" / "vpc.js").write_text(
        'throw new Error("no vpc");', encoding="utf-8"
    )
    script = (
        f"{LOAD} const read = () => {{ try {{ provider.vpc; }} catch (error) {{ return error.message; }} }};"
        " tell([read(), read()]);"
    )
    assert node(project, script) == (["no vpc", "no vpc"], "")


@pytest.mark.parametrize("head", ['"use strict";\n', "", "// first line\n"])
def test_line_numbers_stay(tmp_path: Path, head: str) -> None:
    index = node_index(MODULES, head=head)
    library = write_node(tmp_path, index, MODULES)
    (library / "vpc.js").write_text("exports.stack = new Error().stack;", encoding="utf-8")
    stack, _ = node(tmp_path, f"{LOAD} tell(provider.vpc.stack);")
    line = 1 + index.splitlines().index('exports.vpc = require("./vpc");')
    assert re.search(rf"lib/index\.js:{line}:", stack)


@pytest.mark.parametrize(
    ("index", "difference"),
    [
        (node_index(MODULES, extra="exports.answer = 42;"), 'line 10 is "exports.answer = 42;"'),
        (node_index(MODULES, extra='require("./vpc").touch;'), 'line 10 is "require(\\"./vpc\\").touch;"'),
        (node_index(MODULES, extra="exports.x = require(path);"), 'line 10 is "exports.x = require(path);"'),
        (node_index([]), "it exports no module"),
    ],
)
def test_an_index_of_another_shape_is_left_as_it_is(tmp_path: Path, index: str, difference: str) -> None:
    write_node(tmp_path, index, MODULES)
    loaded, printed = node(tmp_path, f'globalThis.path = "node:path"; {LOAD} tell(globalThis.loaded);')
    assert loaded == (MODULES if "exports.vpc" in index else [])
    assert "LazyBindingsWarning" in printed
    assert difference in printed
    assert "all its modules are loaded, which is slow" in printed


@pytest.mark.parametrize("agent", ["", "Java/21"])
def test_node_processes_of_others_are_left_alone(project: Path, agent: str) -> None:
    assert node(project, f"{LOAD} tell(globalThis.loaded);", agent=agent) == (MODULES, "")


def test_it_can_be_turned_off(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAZY_BINDINGS", "0")
    assert node(project, f"{LOAD} tell(globalThis.loaded);") == (MODULES, "")


@pytest.mark.parametrize("name", ["@cdktf/tooling", "@other/provider-fake", "provider-fake"])
def test_other_packages_are_left_alone(tmp_path: Path, name: str) -> None:
    write_node(tmp_path, node_index(MODULES), MODULES, name=name)
    script = f'require("{name}"); tell(globalThis.loaded);'
    assert node(tmp_path, script) == (MODULES, "")
