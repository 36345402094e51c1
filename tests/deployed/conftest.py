"""Checks of a deployed system through AWS's own answers: of the local AWS, or of a real account.

Real account: ``HOLDFAST_DEPLOYED_OUTPUTS=cfn-outputs/flat-outputs.json pipenv run pytest tests/deployed``, with the
credentials of that account in the environment; nothing is changed there.
"""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need the deployed system, once."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.deployed)
            item.add_marker(pytest.mark.xdist_group("demo"))
