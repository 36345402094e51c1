"""Encrypted plans among the artifacts of a repository."""

from __future__ import annotations

import pytest

from environments.problem import Problem
from operations.ci import artifacts
from operations.ci.artifacts import fetch, name
from operations.ci.github import GitHub
from tests.operations.ci.fake_github import FakeGitHub

pytestmark = pytest.mark.server

NAME = name("prod", "4b825dc642cb6eb9a060e54bf8d69288fbee4904")


def test_the_newest_of_the_name_counts(fake: FakeGitHub, github: GitHub) -> None:
    fake.upload(NAME, {"it.sealed": b"older"})
    fake.upload(NAME, {"it.sealed": b"newer"})
    fake.upload("plans-dev-4b825dc642cb6eb9a060e54bf8d69288fbee4904", {"it.sealed": b"other"})
    assert fetch(github, NAME, "it.sealed") == b"newer"


def test_without_one_nothing_was_reviewed(fake: FakeGitHub, github: GitHub) -> None:
    fake.upload(NAME, {"it.sealed": b"it"}, expired=True)
    with pytest.raises(Problem, match="there is no plan of exactly these files") as caught:
        fetch(github, NAME, "it.sealed")
    assert NAME in str(caught.value.given)
    assert "by hand" in str(caught.value.fix)


def test_one_without_the_plan_is_told(fake: FakeGitHub, github: GitHub) -> None:
    fake.upload(NAME, {"other.sealed": b"it"})
    with pytest.raises(Problem, match="the artifact does not have the plan"):
        fetch(github, NAME, "it.sealed")
    fake.artifacts[0]["content"] = b"no archive"
    with pytest.raises(Problem, match="the artifact does not have the plan"):
        fetch(github, NAME, "it.sealed")


def test_one_that_is_too_large_is_not_read(
    fake: FakeGitHub, github: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.upload(NAME, {"it.sealed": b"0" * 1_000})
    monkeypatch.setattr(artifacts, "_LARGEST", 999)
    with pytest.raises(Problem, match="too large"):
        fetch(github, NAME, "it.sealed")
