"""The reviews of plans on a pull request: one comment, updated in place, and the gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.ci import alignment, reviews
from operations.ci.github import GitHub
from operations.ci.reviews import Reviewed, bodies, keep, read
from operations.review import json_report, markdown
from operations.review.command import write_comments
from operations.review.comments import LIMIT
from tests.operations.ci.fake_github import FakeGitHub
from tests.operations.conftest import Command
from tests.operations.review.reporting import report_on

pytestmark = pytest.mark.server

NUMBER = 12


def written(folder: Path, environment: str, situation: str) -> None:
    """A review, as ``holdfast review`` leaves it, and as it comes out of an artifact."""
    report = report_on(situation)
    place = folder / environment
    write_comments(markdown.comments(report), place)
    (place / reviews.REPORT).write_text(json.dumps(json_report.document(report)), encoding="utf-8")
    assessed(place, environment)


def assessed(place: Path, environment: str, *, code: int = 0) -> None:
    """An assessment of control alignment beside it, as ``holdfast ci comply`` leaves it."""
    told = f"<!-- holdfast-review {environment}_comply -->\n## Control alignment of {environment}: {code}\n"
    (place / alignment.COMMENT).write_text(told, encoding="utf-8")
    (place / alignment.REPORT).write_text(json.dumps({"exit_code": code}), encoding="utf-8")


def matrix(*environments: str) -> str:
    return json.dumps({"include": [{"environment": name, "stacks": "citizen-data"} for name in environments]})


def comment(holdfast: Command, folder: Path, *environments: str, commit: str = "abc123") -> int:
    done = holdfast(
        *("ci", "comment", str(folder), "--pull-request", str(NUMBER), "--commit", commit),
        *("--environments", matrix(*environments)),
    )
    return done.code


def told(fake: FakeGitHub) -> list[str]:
    return [each["body"] for each in fake.comments.get(NUMBER, [])]


def test_all_environments_are_one_comment_which_is_updated_in_place(
    holdfast: Command, fake: FakeGitHub, tmp_path: Path
) -> None:
    fake.add_comment(NUMBER, "Looks good", by="User")
    written(tmp_path, "dev", "no-change")
    written(tmp_path, "prod", "tags-only")
    assert comment(holdfast, tmp_path, "dev", "prod") == 0
    _, body = told(fake)
    assert body.startswith("<!-- holdfast-review 1/1 -->\n## ✅ Plan review: ")
    assert body.count("## ✅ Plan review: ") == 2
    assert body.endswith(
        "<sub>Commit `abc123`, [run](https://github.example/acme/data-tier/actions/runs/77)</sub>\n"
    )

    written(tmp_path, "dev", "tags-only")
    assert comment(holdfast, tmp_path, "dev", "prod", commit="def456") == 0
    first, body = told(fake)
    assert first == "Looks good"
    assert "Commit `def456`" in body
    assert [call.split()[0] for call in fake.changes] == ["POST", "PATCH"]


def test_what_is_blocked_comes_first_and_fails_after_it_was_told(
    holdfast: Command, fake: FakeGitHub, tmp_path: Path
) -> None:
    written(tmp_path, "dev", "no-change")
    written(tmp_path, "prod", "database-replaced-by-engine")
    assert comment(holdfast, tmp_path, "dev", "prod") == 3
    (body,) = told(fake)
    assert body.index("1 change needs a waiver") < body.index("no changes")


def test_alignment_is_told_after_the_review_and_fails_after_it_was_told(
    holdfast: Command, fake: FakeGitHub, tmp_path: Path
) -> None:
    written(tmp_path, "dev", "no-change")
    written(tmp_path, "prod", "tags-only")
    assessed(tmp_path / "prod", "prod", code=3)
    assert comment(holdfast, tmp_path, "dev", "prod") == 3
    (body,) = told(fake)
    places = [body.index(f"## {text}") for text in ("✅ Plan review", "Control alignment of prod: 3")]
    assert places == sorted(places)
    assert body.index("alignment of prod: 3") < body.index("alignment of dev: 0"), "the worst comes first"


def test_an_assessment_that_is_missing_is_told(holdfast: Command, fake: FakeGitHub, tmp_path: Path) -> None:
    written(tmp_path, "prod", "no-change")
    (tmp_path / "prod" / alignment.COMMENT).unlink()
    assert comment(holdfast, tmp_path, "prod") == 1
    (body,) = told(fake)
    assert "## ✅ Plan review" in body
    assert "## ⛔ Control alignment of prod: there is none" in body


def test_an_assessment_that_cannot_be_read_is_refused(
    holdfast: Command, fake: FakeGitHub, tmp_path: Path
) -> None:
    written(tmp_path, "prod", "no-change")
    (tmp_path / "prod" / alignment.REPORT).write_text("[]", encoding="utf-8")
    assert comment(holdfast, tmp_path, "prod") == 2
    assert told(fake) == []


def test_a_review_that_is_missing_is_told_instead_of_an_old_one(
    holdfast: Command, fake: FakeGitHub, tmp_path: Path
) -> None:
    written(tmp_path, "prod", "no-change")
    comment(holdfast, tmp_path, "prod")
    assert comment(holdfast, tmp_path / "nothing", "prod") == 1
    (body,) = told(fake)
    assert "## ⛔ Plan review of prod: there is none" in body


def test_without_changes_nothing_is_written_but_an_old_comment_is_taken_back(
    holdfast: Command, fake: FakeGitHub, tmp_path: Path
) -> None:
    assert comment(holdfast, tmp_path) == 0
    assert told(fake) == []
    written(tmp_path, "prod", "database-replaced-by-engine")
    comment(holdfast, tmp_path, "prod")
    assert comment(holdfast, tmp_path) == 0
    (body,) = told(fake)
    assert "## ✅ Plan review: no system changes" in body


def test_more_than_github_takes_is_more_comments_and_what_is_too_many_goes(
    fake: FakeGitHub, github: GitHub
) -> None:
    long = Reviewed(environment="dev", comments=("<!-- holdfast-review 1/1 -->\n" + "é" * 30_000,))
    other = Reviewed(environment="prod", comments=("<!-- holdfast-review 1/1 -->\n## ✅ short",))
    wanted = bodies([long, other], commit="abc", run_url="https://github.example/run")
    assert len(wanted) == 1
    wanted = bodies([long, other, long], commit="abc", run_url="https://github.example/run")
    assert len(wanted) == 2
    assert all(len(text.encode()) <= LIMIT for text in wanted)
    keep(github, NUMBER, wanted, begin=True)
    assert told(fake) == wanted
    keep(github, NUMBER, wanted[:1], begin=True)
    assert told(fake) == wanted[:1]
    before = list(fake.changes)
    keep(github, NUMBER, wanted[:1], begin=True)
    assert fake.changes == before, "what is there already is not written again"


def test_what_a_person_wrote_is_never_changed(fake: FakeGitHub, github: GitHub) -> None:
    fake.add_comment(NUMBER, "<!-- holdfast-review 1/1 -->\nmine", by="User")
    keep(github, NUMBER, ["<!-- holdfast-review 1/1 -->\nours"], begin=True)
    assert [text.splitlines()[1] for text in told(fake)] == ["mine", "ours"]


def test_comments_stay_in_their_order(tmp_path: Path) -> None:
    folder = tmp_path / "prod"
    folder.mkdir()
    for number in (10, 9, 1):
        (folder / f"{number}.md").write_text(str(number), encoding="utf-8")
    (folder / "README.md").write_text("no comment", encoding="utf-8")
    (folder / reviews.REPORT).write_text('{"verdict": {"exit_code": 0}}', encoding="utf-8")
    assert read(folder, "prod").comments == ("1", "9", "10")


@pytest.mark.parametrize("text", ["", "{}", '{"verdict": 1}'])
def test_a_broken_report_is_no_review_that_passes(text: str, tmp_path: Path) -> None:
    (tmp_path / "1.md").write_text("it", encoding="utf-8")
    (tmp_path / reviews.REPORT).write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match="is no report of a review"):
        read(tmp_path, "prod")


@pytest.mark.parametrize("text", ["", "[]", '{"include": [{"stack": "x"}]}'])
def test_environments_that_are_none_are_told(
    text: str, holdfast: Command, fake: FakeGitHub, tmp_path: Path
) -> None:
    done = holdfast(
        *("ci", "comment", str(tmp_path), "--pull-request", "1", "--commit", "abc", "--environments", text)
    )
    assert done.code == 2
    assert "--environments is not valid" in done.err
    assert fake.calls == []
