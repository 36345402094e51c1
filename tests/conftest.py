"""What every test needs before anything imports cdktf; and which tests run in one process, in which order."""

from __future__ import annotations

import gc
import os

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from modules.lazy_bindings import activate

os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
activate()

pytest_plugins = ["tests.browser.opening", "tests.localcloud.fixtures", "tests.system.fixtures"]

ON_THE_DEMO = ("tests/deployed/", "tests/system/test_drift.py", "tests/system/test_ephemeral.py")
"""Tests of one system, which takes minutes to deploy."""
LONG = (
    "tests/workflows/test_runs.py",
    "tests/rotation_matrix/test_alternating_users.py",
    "tests/rotation_matrix/test_single_user.py",
)
"""Tests that take minutes in one piece, the longest first: whoever has a file of one test, gets the next file already."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps the tests of a file in one process, for their fixtures, and those on the demo in one."""

    def _split_scope(self, nodeid: str) -> str:
        return "demo" if nodeid.startswith(ON_THE_DEMO) else nodeid.partition("::")[0]


def pytest_configure() -> None:
    """Look for no garbage while modules and thousands of tests are made, which all stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Let Python's garbage collector look at what the tests themselves make, and at nothing older."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    """Schedule by file; used with ``pytest -n``."""
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long deployments, then with the other tests that take minutes."""
    for item in items:
        if item.nodeid.startswith(ON_THE_DEMO):
            item.add_marker(pytest.mark.deployed)
    # Stable: otherwise as they were.
    items.sort(key=lambda item: ("deployed" not in item.keywords, _place(item.nodeid)))


def _place(nodeid: str) -> int:
    """Where a test stands among the long ones; the others come after them."""
    return next((place for place, file in enumerate(LONG) if nodeid.startswith(file)), len(LONG))
