"""What every test needs before anything imports cdktf; and which tests run in one process, in which order."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from modules.lazy_bindings import activate

os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
activate()

pytest_plugins = ["tests.localcloud.fixtures", "tests.system.fixtures"]


DEPLOYED = Path(__file__).parent / "deployed"


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in its own
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one process, for their fixtures; begin with the long deployments."""
    for item in items:
        if DEPLOYED in item.path.parents:
            item.add_marker(pytest.mark.deployed)
            item.add_marker(pytest.mark.xdist_group("demo"))
        elif item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    items.sort(key=lambda item: "deployed" not in item.keywords)  # stable: otherwise as they were
