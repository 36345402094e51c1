"""A job on GitHub: its API, and what GitHub sets in the job's environment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from operations.ci.github import GitHub
from tests.operations.ci.fake_github import FakeGitHub, serving


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """GitHub, without a proxy on the way to it."""
    with serving(FakeGitHub()) as github:
        for name, value in github.variables.items():
            monkeypatch.setenv(name, value)
        yield github


@pytest.fixture
def github(fake: FakeGitHub) -> GitHub:
    """The client of the job."""
    return GitHub.of_this_job()
