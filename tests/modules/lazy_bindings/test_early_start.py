"""Assemblies are loaded by a thread, in order; the first request that needs an answer waits for them."""

from __future__ import annotations

import sys
import threading
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from modules.lazy_bindings import early_start
from modules.lazy_bindings.early_start import EarlyLoads
from modules.lazy_bindings.package_index import UnexpectedShapeError

if TYPE_CHECKING:
    from pathlib import Path


class Node:
    """A node process that answers when it is allowed to."""

    def __init__(self, events: list[str], answers: threading.Event) -> None:
        self.events = events
        self.answers = answers
        self.started_by = threading.current_thread()
        events.append("started")
        self.handshake()

    def handshake(self) -> None:
        self.answers.wait(10)
        self.events.append("greeted")


class ProcessProvider:
    """A provider that starts its process at the first access, as jsii's does."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.answers = threading.Event()
        self.node: Node | None = None
        self.fails = False

    @property
    def _process(self) -> Node:
        if self.node is None:
            self.node = Node(self.events, self.answers)
        return self.node

    def load(self, request: Any) -> None:
        assert self._process is not None
        if self.fails:
            raise RuntimeError(f"cannot load {request.name}")
        self.events.append(f"loaded {request.name}")

    def create(self, what: str) -> str:
        self.events.append(f"created {what}")
        return what


@pytest.fixture
def kernel() -> Any:
    kernel = SimpleNamespace(provider=ProcessProvider())
    kernel.real = kernel.provider
    kernel.provider = EarlyLoads(kernel, Node)
    return kernel


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "__init__.py").touch()
    return tmp_path


def assembly(name: str, folder: Path) -> Any:
    return SimpleNamespace(name=name, tarball=str(folder / f"{name}.tgz"))


def test_a_load_does_not_wait_and_what_needs_an_answer_does(kernel: Any, package: Path) -> None:
    kernel.provider.load(assembly("constructs", package))
    kernel.provider.load(assembly("cdktf", package))
    assert kernel.real.events == ["started"]
    threading.Timer(0.05, kernel.real.answers.set).start()
    assert kernel.provider.create("app") == "app"
    assert kernel.real.events == ["started", "greeted", "loaded constructs", "loaded cdktf", "created app"]


def test_node_is_started_where_the_import_is(kernel: Any, package: Path) -> None:
    """Its working directory and environment are those of the import, whatever the program changes next."""
    kernel.provider.load(assembly("constructs", package))
    assert kernel.real.node.started_by is threading.current_thread()
    kernel.real.answers.set()
    kernel.provider.create("app")


def test_afterwards_the_kernel_has_its_own_provider_back(kernel: Any, package: Path) -> None:
    kernel.real.answers.set()
    kernel.provider.load(assembly("constructs", package))
    kernel.provider.create("app")
    assert kernel.provider is kernel.real


def test_without_a_load_the_first_request_goes_through(kernel: Any) -> None:
    assert kernel.provider.create("app") == "app"
    assert kernel.provider is kernel.real


def test_a_failed_load_is_told_by_the_first_request_that_needs_it(kernel: Any, package: Path) -> None:
    kernel.real.answers.set()
    kernel.real.fails = True
    kernel.provider.load(assembly("constructs", package))
    with pytest.raises(RuntimeError, match="cannot load constructs"):
        kernel.provider.create("app")
    assert kernel.provider is kernel.real


def test_node_that_cannot_be_started_is_told_by_the_import(
    kernel: Any, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise FileNotFoundError("node")

    greet = Node.handshake
    monkeypatch.setattr(Node, "__init__", missing)
    with pytest.raises(FileNotFoundError, match="node"):
        kernel.provider.load(assembly("constructs", package))
    assert Node.handshake is greet


def test_an_assembly_from_a_zip_is_loaded_at_once(kernel: Any, package: Path, tmp_path: Path) -> None:
    """Its file is there for the time of the call only."""
    kernel.real.answers.set()
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    kernel.provider.load(assembly("constructs", package))
    kernel.provider.load(assembly("cdktf", unpacked))
    assert kernel.real.events[-2:] == ["loaded constructs", "loaded cdktf"]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A jsii of our own, with the parts that are needed."""
    jsii: Any = ModuleType("jsii")
    process: Any = ModuleType("jsii._kernel.providers.process")
    process.ProcessProvider, process._NodeProcess = ProcessProvider, Node
    jsii.kernel = SimpleNamespace(provider=ProcessProvider())
    jsii.process = process
    monkeypatch.setitem(sys.modules, "jsii", jsii)
    monkeypatch.setitem(sys.modules, "jsii._kernel.providers.process", process)
    return jsii


def test_a_jsii_as_expected_gets_it(installed: Any) -> None:
    early_start.install()
    assert type(installed.kernel.provider) is EarlyLoads


@pytest.mark.parametrize("part", ["_NodeProcess", "ProcessProvider"])
def test_a_jsii_that_lacks_a_part_is_left_alone(installed: Any, part: str) -> None:
    delattr(installed.process, part)
    before = installed.kernel.provider
    with pytest.raises(UnexpectedShapeError, match=f"starts node in another way.*{part}"):
        early_start.install()
    assert installed.kernel.provider is before


def test_a_jsii_that_talks_to_node_otherwise_is_left_alone(installed: Any) -> None:
    installed.kernel.provider = object()
    with pytest.raises(UnexpectedShapeError, match="talks to node in another way"):
        early_start.install()


def test_a_jsii_without_kernel_is_left_alone(installed: Any) -> None:
    del installed.kernel
    with pytest.raises(UnexpectedShapeError, match="starts node in another way"):
        early_start.install()
