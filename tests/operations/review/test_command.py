"""``holdfast review``: its exit codes, its files, and no secret in any of them."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from environments.problem import Problem
from operations.app import app
from operations.project import Project
from operations.review import command
from tests.fixtures.plans import systems
from tests.fixtures.plans.make import FOLDER
from tests.operations.review.test_fixtures import EXPECTED, REFUSED


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["review", *map(str, arguments)])


def plan(name: str) -> Path:
    return FOLDER / f"{name}.json"


@pytest.mark.parametrize("name", EXPECTED)
def test_the_exit_code_and_no_secret_in_any_format(name: str, tmp_path: Path) -> None:
    done = run(
        plan(name),
        *("--markdown", tmp_path / "comments"),
        *("--json", tmp_path / "r.json"),
        *("--sarif", tmp_path / "r.sarif"),
        *("--html", tmp_path / "r.html"),
    )
    assert done.exit_code == (3 if EXPECTED[name][0].gated else 0), done.output
    written = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.*")]
    assert len(written) == 4
    for text in (done.output, *written):
        assert systems.SECRET not in text
        assert systems.NEXT_SECRET not in text


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_whole_plan_is_a_problem_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    done = run(plan("no-change"), plan(name), "--json", tmp_path / "r.json")
    assert isinstance(done.exception, Problem)
    assert list(tmp_path.iterdir()) == []


def test_several_plans_are_one_review(tmp_path: Path) -> None:
    done = run(plan("no-change"), plan("tags-only"), "--json", tmp_path / "r.json")
    assert done.exit_code == 0
    found = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert [reviewed["stack"] for reviewed in found["plans"]] == ["no-change", "tags-only"]


def test_a_waiver_opens_the_gate(tmp_path: Path) -> None:
    run(plan("deletion-protection-off"), "--json", tmp_path / "r.json")
    reviewed = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["plans"][0]
    waivers = tmp_path / "waivers.toml"
    waiver = {
        "address": reviewed["changes"][0]["address"],
        "plan": reviewed["hash"],
        "reason": "It is on again soon.",
    }

    def write(last_day: date) -> None:
        lines = [f"{name} = {json.dumps(value)}" for name, value in waiver.items()]
        waivers.write_text("\n".join(["[[waiver]]", *lines, f"expires = {last_day}"]), encoding="utf-8")

    today = datetime.now(UTC).date()
    write(today + timedelta(days=1))
    done = run(plan("deletion-protection-off"), "--waivers", waivers)
    assert done.exit_code == 0, done.output
    assert "waived until" in done.output
    assert run(plan("retention-cut"), "--waivers", waivers).exit_code == 3
    write(today - timedelta(days=1))
    done = run(plan("deletion-protection-off"), "--waivers", waivers)
    assert done.exit_code == 3
    assert "Note: the waiver for aws_db_instance" in done.output


def test_json_on_standard_output_is_all_that_is_there() -> None:
    done = run(plan("tls-not-forced"), "--json", "-")
    assert json.loads(done.stdout)["verdict"]["exit_code"] == 3
    assert json.loads(run(plan("tls-not-forced"), "--sarif", "-").stdout)["version"] == "2.1.0"


def test_comments_of_an_earlier_review_are_gone(tmp_path: Path) -> None:
    for name in ("2.md", "17.md", "notes.md"):
        (tmp_path / name).touch()
    run(plan("no-change"), "--markdown", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1.md", "notes.md"]


def test_a_place_that_cannot_be_written_to_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for option in ("--markdown", "--json", "--sarif", "--html"):
        done = run(plan("no-change"), option, tmp_path / "file" / "below")
        assert isinstance(done.exception, Problem), done.output


def test_the_plans_of_the_project_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(root=tmp_path)
    monkeypatch.setattr(command, "Project", lambda: project)
    assert isinstance(run().exception, Problem)
    folder = project.work / "plans" / "citizen-data"
    folder.mkdir(parents=True)
    shutil.copy(plan("tags-only"), folder / "plan.json")
    assert "citizen-data" in run().output
    assert "citizen-data" in run(folder).output
    assert run("citizen-data").output == run().output
    for given, fix in (("database-ha", "holdfast plan database-ha"), ("database-ha.json", "terraform plan")):
        refused = run(given).exception
        assert isinstance(refused, Problem)
        assert fix in str(refused.fix)
