"""GitHub's API: pages, refusals, what is asked again, and where the token goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from environments.problem import Problem
from operations.ci import github as module
from operations.ci.github import GitHub
from operations.failure import Failed
from tests.operations.ci.fake_github import FakeGitHub

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asks again without waiting."""
    monkeypatch.setattr(module, "_RETRIES", module._RETRIES.new(backoff_factor=0))


def test_all_pages_are_read(fake: FakeGitHub, github: GitHub) -> None:
    for number in range(201):
        fake.add_comment(5, f"text {number}")
    assert [each["body"] for each in github.pages("issues/5/comments")] == [
        f"text {number}" for number in range(201)
    ]
    assert len(fake.calls) == 3


def test_a_refusal_is_a_problem_with_what_github_says(fake: FakeGitHub, github: GitHub) -> None:
    fake.permissions = {"issues": "read"}
    with pytest.raises(Problem, match="GitHub refuses POST issues") as caught:
        github.send("POST", "issues", {"title": "it", "body": ""})
    assert caught.value.given == "403 Resource not accessible by integration"
    with pytest.raises(Problem) as caught:
        list(replace(github, token="other").pages("issues", state="open"))
    assert caught.value.given == "401 Bad credentials"


def test_what_changes_nothing_twice_is_asked_again(fake: FakeGitHub, github: GitHub) -> None:
    fake.failing = [503, 502, 429]
    assert list(github.pages("issues", state="open")) == []
    assert len(fake.calls) == 4


def test_a_failure_of_github_is_a_failure(fake: FakeGitHub, github: GitHub) -> None:
    fake.failing = [500]
    with pytest.raises(Failed, match=r"GitHub failed: POST .* 500 not now"):
        github.send("POST", "issues", {"title": "it", "body": ""})
    fake.failing = [503] * 9
    with pytest.raises(Failed, match=r"GitHub failed: GET .* 503"):
        list(github.pages("issues", state="open"))


def test_nobody_answers(github: GitHub) -> None:
    with pytest.raises(Failed, match="GitHub does not answer"):
        replace(github, api="http://127.0.0.1:9").send("POST", "issues")


def test_the_token_does_not_go_to_where_files_are_kept(fake: FakeGitHub, github: GitHub) -> None:
    fake.upload("it", {"a": b"1"})
    assert github.download(f"actions/artifacts/{fake.artifacts[0]['id']}/zip").startswith(b"PK")


@pytest.mark.parametrize("missing", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_outside_of_a_job_it_is_said_what_is_missing(
    missing: str, fake: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(missing)
    with pytest.raises(Problem, match=rf"\${missing} is not set"):
        GitHub.of_this_job()
