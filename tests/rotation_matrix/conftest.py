from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.functions.server import PostgreSQLServer, running
from tests.rotation_matrix.machine import folder
from tests.rotation_matrix.secrets_manager import SecretsManager
from tests.rotation_matrix.world import Stage

MakeStage = Callable[..., Stage]


@pytest.fixture(scope="session")
def matrix_server() -> Iterator[PostgreSQLServer]:
    with folder() as home, running(home) as server:
        yield server


@pytest.fixture(scope="session")
def manager() -> Iterator[SecretsManager]:
    with SecretsManager().running() as service:
        yield service


@pytest.fixture
def make_stage(matrix_server: PostgreSQLServer, manager: SecretsManager, tmp_path: Path) -> MakeStage:
    """Makes a stage, for a function that a fault of `broken` is put into."""

    def make(fault: str | None = None) -> Stage:
        place = f"tests.rotation_matrix.broken:{fault}" if fault else None
        return Stage(matrix_server, manager, tmp_path, fault=place)

    return make
