"""A plain moto server and our own, once for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.localcloud.server import Server, start, stop


@pytest.fixture(scope="session")
def plain_moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(tmp_path_factory.mktemp("plain"), "--plain")
    yield server
    stop(server)


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(tmp_path_factory.mktemp("local"))
    yield server
    stop(server)
