"""One issue for each system and environment that drifts, from its first report to its end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from operations.ci import command
from operations.ci.github import GitHub
from operations.ci.issues import Outcome, Subject, keep
from operations.project import Project
from operations.review.comments import LIMIT
from tests.operations.ci.fake_github import FakeGitHub
from tests.operations.conftest import Command

pytestmark = pytest.mark.server

PROD = Subject(stack="citizen-data", environment="prod")
DEV = Subject(stack="citizen-data", environment="dev")


def comments(fake: FakeGitHub, issue: dict[str, Any]) -> list[str]:
    return [each["body"] for each in fake.comments.get(issue["number"], [])]


def test_an_issue_from_its_begin_to_its_end(fake: FakeGitHub, github: GitHub) -> None:
    assert keep(github, PROD, Outcome.CLEAN, "") == "no issue is needed"
    assert keep(github, PROD, Outcome.DRIFT, "a tag was changed\n") == "opened #1"
    assert keep(github, PROD, Outcome.DRIFT, "two tags were changed\n") == "updated #1"
    (issue,) = fake.open_issues()
    assert issue["title"] == "Drift: citizen-data in prod"
    assert issue["body"].startswith(
        "<!-- holdfast-drift citizen-data prod -->\nFound by the last search ([run]("
    )
    assert issue["body"].endswith("\ntwo tags were changed\n")
    assert comments(fake, issue) == [], "nobody is told of the same every day"

    keep(github, PROD, Outcome.SECURITY, "a port was opened\n")
    assert issue["title"] == "Security drift: citizen-data in prod"
    (note,) = comments(fake, issue)
    assert note.startswith("Drift: citizen-data in prod → Security drift: citizen-data in prod: https://")

    assert keep(github, PROD, Outcome.CLEAN, "") == "closed #1"
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert comments(fake, issue)[-1].startswith("The drift is gone: https://")
    keep(github, PROD, Outcome.DRIFT, "again\n")
    assert [each["title"] for each in fake.open_issues()] == ["Drift: citizen-data in prod"]
    assert len(fake.issues) == 2


def test_systems_and_environments_have_their_own(fake: FakeGitHub, github: GitHub) -> None:
    keep(github, PROD, Outcome.DRIFT, "in prod")
    keep(github, DEV, Outcome.SECURITY, "in dev")
    keep(github, PROD, Outcome.CLEAN, "")
    assert [each["title"] for each in fake.open_issues()] == ["Security drift: citizen-data in dev"]


def test_a_failed_search_hides_no_drift(fake: FakeGitHub, github: GitHub) -> None:
    keep(github, PROD, Outcome.SECURITY, "a port was opened\n")
    for _ in range(2):
        keep(github, PROD, Outcome.FAILED, "")
        (issue,) = fake.open_issues()
        assert issue["title"] == "Security drift: citizen-data in prod"
        assert "**The last search failed ([run](" in issue["body"]
        assert issue["body"].endswith("\na port was opened\n")
    assert comments(fake, issue) == []
    keep(github, PROD, Outcome.DRIFT, "a tag was changed\n")
    assert "failed" not in issue["body"]


def test_a_failed_search_alone_is_an_issue_too(fake: FakeGitHub, github: GitHub) -> None:
    keep(github, PROD, Outcome.FAILED, "")
    (issue,) = fake.open_issues()
    assert issue["title"] == "Drift cannot be looked for: citizen-data in prod"
    keep(github, PROD, Outcome.CLEAN, "")
    assert fake.open_issues() == []


def test_what_others_wrote_stays_and_doubles_are_closed(fake: FakeGitHub, github: GitHub) -> None:
    fake.add_issue("A question", f"{PROD.mark}\nhow does this work?", by="User")
    fake.add_issue("A change", PROD.mark, pull_request={})
    fake.add_issue("Without text", None)
    for _ in range(100):
        fake.add_issue("Others", "of them")
    first = fake.add_issue(PROD.title(Outcome.DRIFT), PROD.mark)
    second = fake.add_issue(PROD.title(Outcome.DRIFT), PROD.mark)
    assert keep(github, PROD, Outcome.DRIFT, "it") == f"updated #{first['number']}"
    assert second["state"] == "closed"
    assert comments(fake, second) == [f"#{first['number']} is about the same."]
    assert len(fake.open_issues()) == 104
    assert fake.issues[0]["body"].endswith("how does this work?")


def test_a_report_of_any_length_fits_and_no_line_is_cut(fake: FakeGitHub, github: GitHub) -> None:
    lines = [f"- é attribute {number} was changed" for number in range(5_000)]
    keep(github, PROD, Outcome.DRIFT, "\n".join(lines))
    (issue,) = fake.open_issues()
    assert len(issue["body"].encode()) <= LIMIT
    *told, _, end = issue["body"].split("<!-- report -->\n")[1].splitlines()
    assert told == lines[: len(told)]
    assert end == "The report goes on: all of it is in the run."


@pytest.mark.parametrize(
    ("outcome", "code", "title"),
    [
        (Outcome.CLEAN, 0, None),
        (Outcome.FAILED, 1, "Drift cannot be looked for: citizen-data in dev"),
        (Outcome.DRIFT, 0, "Drift: citizen-data in dev"),
        (Outcome.SECURITY, 0, "Security drift: citizen-data in dev"),
    ],
)
def test_only_a_failed_search_fails(
    outcome: Outcome,
    code: int,
    title: str | None,
    holdfast: Command,
    fake: FakeGitHub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "look_for_drift", lambda *_: (outcome, "a report"))
    done = holdfast("ci", "drift", "citizen-data", "--environment", "dev")
    assert done.code == code
    assert [each["title"] for each in fake.open_issues()] == ([title] if title else [])


def looking(tmp_path: Path, code: int, *, report: bool) -> tuple[Outcome, str]:
    """A search that ends with a code, and leaves a report or none."""
    package = tmp_path / "operations"
    package.mkdir()
    told = "Path(out).write_text(f'{stack} {environment} {watch} {format}')\n" if report else ""
    (package / "__main__.py").write_text(
        "import sys\nfrom pathlib import Path\nprint('looking')\n"
        f"_, stack, _, environment, watch, _, format, _, out = sys.argv[1:]\n{told}sys.exit({code})\n",
        encoding="utf-8",
    )
    return command.look_for_drift(Project(root=tmp_path), PROD)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 130])
def test_the_exit_code_of_the_search_says_what_it_found(
    code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome, report = looking(tmp_path, code, report=True)
    assert outcome.value == (code if code in {0, 2, 3} else 1)
    assert report == "citizen-data prod --watch markdown"
    assert capsys.readouterr().out == "looking\n"


@pytest.mark.parametrize("code", [0, 2, 3])
def test_a_search_without_a_report_found_nothing_out(code: int, tmp_path: Path) -> None:
    assert looking(tmp_path, code, report=False) == (Outcome.FAILED, "")
