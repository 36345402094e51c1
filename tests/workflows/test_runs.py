"""The workflows, run as written: from a pull request over its review to what is applied, and the search for drift.

What runs is every command of every step, in the order and under the conditions of the files, against the local AWS and a
GitHub on loopback that checks the permissions of each job. ``make`` alone is only asked what it would do: it is this run.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from operations.drift import history, keeping
from operations.drift.history import Seen
from operations.state import places
from tests.localcloud.server import Server
from tests.operations.ci.fake_github import REPOSITORY, FakeGitHub, serving
from tests.operations.conftest import enter
from tests.workflows.project import GROUP, STACK, Project
from tests.workflows.runner import Done, Runner
from tests.workflows.workflows import workflow

pytestmark = [pytest.mark.terraform, pytest.mark.server]

NUMBER = 7
ROLES = {name: f"arn:aws:iam::123456789012:role/plan-{name}" for name in ("dev", "prod")}
GROUP_NAME = "records-of-the-workflows"
Run = Callable[..., dict[str, Done]]


@pytest.fixture(scope="module")
def github() -> Iterator[FakeGitHub]:
    with serving(FakeGitHub()) as fake:
        yield fake


@pytest.fixture(scope="module")
def project(local_aws: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with pytest.MonkeyPatch.context() as patch:
        enter(local_aws, patch)
        made = Project.make(tmp_path_factory.mktemp("repository"), local_aws, group=GROUP_NAME)
        made.bootstrap()
        yield made


@pytest.fixture(scope="module")
def run(project: Project, github: FakeGitHub, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a workflow for an event, on the commit that is checked out in the repository."""

    def run(name: str, event: str, content: dict[str, Any], **changes: Any) -> dict[str, Done]:
        runner = Runner(
            workflow=workflow(name),
            repository=project.folder,
            place=tmp_path_factory.mktemp(name),
            github=github,
            endpoint=project.aws.endpoint,
            variables={"HOLDFAST_PLAN_ROLES": json.dumps(ROLES), "HOLDFAST_BACKEND": project.backend_file()},
            environments={
                each: {"HOLDFAST_APPLY_ROLE": f"arn:aws:iam::123456789012:role/apply-{each}"}
                for each in ROLES
            },
            event=(event, content),
            commit=project.head(),
        )
        return replace(runner, **changes).run()

    return run


def pull_request(project: Project, base: str, *, repository: str = REPOSITORY) -> dict[str, Any]:
    head = {"sha": project.head(), "repo": {"full_name": repository}}
    return {"pull_request": {"number": NUMBER, "base": {"sha": base}, "head": head}}


def results(done: dict[str, Done]) -> dict[str, str]:
    return {name: job.result for name, job in done.items()}


def comments(github: FakeGitHub) -> list[str]:
    return [str(each["body"]) for each in github.comments.get(NUMBER, [])]


def groups(project: Project) -> list[str]:
    found = project.aws.client("logs").describe_log_groups(logGroupNamePrefix=GROUP_NAME)["logGroups"]
    return [each["logGroupName"] for each in found]


def words(project: Project) -> dict[str, str]:
    """What is deployed, as the states have it."""
    s3, found = project.aws.client("s3"), {}
    for name in ROLES:
        key = project.backend.key_for(STACK, name)
        state = json.loads(s3.get_object(Bucket=project.backend.bucket, Key=key)["Body"].read())
        found[name] = state["outputs"]["word"]["value"]
    return found


@dataclass(frozen=True)
class First:
    """The first change: its pull request, and what came of the merge."""

    base: str
    reviewed: dict[str, Done]
    told: list[str]
    artifacts: list[dict[str, Any]]
    planned: list[str]
    applied: dict[str, Done]


@pytest.fixture(scope="module")
def first(project: Project, github: FakeGitHub, run: Run) -> First:
    base = project.head()
    project.branch("first")
    project.write("dev", "another word")
    project.write("prod", "another word", group=GROUP_NAME)
    project.commit()
    reviewed = run("pull-request", "pull_request", pull_request(project, base))
    planned = groups(project)
    project.merge("first")
    applied = run("apply", "push", {"before": base})
    return First(base, reviewed, comments(github), list(github.artifacts), planned, applied)


def test_a_pull_request_is_tested_planned_and_reviewed(first: First) -> None:
    assert results(first.reviewed) == dict.fromkeys(
        ("test", "systems", "plan (dev, records)", "plan (prod, records)", "review"), "success"
    ), [job.printed for job in first.reviewed.values()]
    assert first.reviewed["test"].made == ["make install", "make test"]
    others = {name for job in first.reviewed.values() for name, code in job.steps.items() if code != 0}
    assert others == {"Write backend.tf"}, "jobs that need none have none"
    (comment,) = first.told
    assert "## ✅ Plan review of dev: nothing destroys data or weakens protection" in comment
    assert "## ✅ Plan review of prod: nothing destroys data or weakens protection" in comment
    assert "## ✅ Control alignment of prod: no rule fails" in comment
    assert "## ⚪ Control alignment of dev: not asked for" in comment
    assert first.planned == [], "a plan changes nothing"


def test_plans_leave_the_job_encrypted_only(first: First) -> None:
    names = [artifact["name"].rpartition("-")[0] for artifact in first.artifacts]
    assert names == ["review", "plans-dev", "review", "plans-prod"]
    for artifact in first.artifacts:
        with zipfile.ZipFile(io.BytesIO(artifact["content"])) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        if artifact["name"].startswith("plans-"):
            assert list(files) == [f"{STACK}.sealed"]
            assert files[f"{STACK}.sealed"].startswith(b'{"format": "holdfast-plan-1", "key": "')
            assert b"another word" not in files[f"{STACK}.sealed"]
        else:
            folder = artifact["name"].removeprefix("review-")
            left = {"1.md", "review.html", "review.json", "comply.md", "comply.json"}
            left |= set() if folder == "dev" else {"comply.html"}
            assert set(files) == {f"{folder}/{name}" for name in left}


def test_what_was_reviewed_is_applied_after_the_merge(project: Project, first: First) -> None:
    assert results(first.applied) == dict.fromkeys(
        ("systems", "apply (dev, records)", "apply (prod, records)"), "success"
    ), [job.printed for job in first.applied.values()]
    assert words(project)["prod"] == "another word"
    assert groups(project) == [GROUP_NAME]


def test_an_apply_is_refused_when_the_state_is_another_one(project: Project, run: Run, first: First) -> None:
    """The same run again: its plan was made before the state that is there now."""
    before = words(project)
    done = run("apply", "push", {"before": first.base})
    for name in ("apply (dev, records)", "apply (prod, records)"):
        assert done[name].result == "failure"
        assert done[name].steps["Apply it"] == 2
        assert (
            "the plan is stale: the state of records was changed after it was planned" in done[name].printed
        )
    assert words(project) == before


def test_an_apply_is_refused_when_the_files_are_others(
    project: Project, github: FakeGitHub, run: Run, first: First
) -> None:
    project.branch("second")
    project.write("dev", "a third word")
    project.commit()
    base = project.head()
    project.merge("second")
    # Something else was merged in between, so what was planned is not what is there.
    (project.folder / "README.md").write_text("other words")
    project.commit()
    done = run("apply", "push", {"before": f"{base}^"})
    assert results(done) == {"systems": "success", "apply (dev, records)": "failure"}
    assert done["apply (dev, records)"].steps["Fetch the plan that was reviewed"] == 2
    assert done["apply (dev, records)"].steps["Apply it"] is None
    assert "there is no plan of exactly these files" in done["apply (dev, records)"].printed
    assert words(project)["dev"] == "another word"

    # The way out: plan everything on main by hand, and run the job again.
    planned = run("pull-request", "workflow_dispatch", {})
    assert results(planned)["plan (dev, records)"] == "success"
    assert results(planned)["review"] == "skipped", "there is no pull request to tell"
    done = run("apply", "push", {"before": f"{base}^"})
    assert results(done)["apply (dev, records)"] == "success", done["apply (dev, records)"].printed
    assert words(project)["dev"] == "a third word"


def test_a_rule_that_is_not_met_fails_after_it_was_told_and_cannot_be_applied(
    project: Project, github: FakeGitHub, run: Run, first: First
) -> None:
    base = project.head()
    project.branch("unmet")
    project.write("prod", "another word", group=GROUP_NAME, topic="records-of-the-workflows")
    project.commit()
    kept = len(github.artifacts)
    done = run("pull-request", "pull_request", pull_request(project, base))
    plan, review = done["plan (prod, records)"], done["review"]
    assert (plan.steps["Review"], plan.steps["Assess control alignment"]) == (0, 3), plan.printed
    assert plan.steps["Encrypt the plans"] is None
    assert review.steps["Comment, then let the gates decide"] == 3
    (comment,) = comments(github)
    assert "## ✅ Plan review of prod: nothing destroys data or weakens protection" in comment
    assert "## ⛔ Control alignment of prod: " in comment
    assert "`SNS.1` (SNS topics should be encrypted" in comment
    assert "`aws_sns_topic.records`: `kms_master_key_id` not set" in comment
    assert [artifact["name"] for artifact in github.artifacts[kept:]] == ["review-prod"]
    project.branch("main")


def test_what_destroys_data_fails_after_it_was_told_and_cannot_be_applied(
    project: Project, github: FakeGitHub, run: Run, first: First
) -> None:
    base = project.head()
    project.branch("third")
    project.provider_without_group("prod", "another word")
    project.holdfast("manifest", "remove", STACK, GROUP)
    project.commit()
    kept = len(github.artifacts)
    done = run("pull-request", "pull_request", pull_request(project, base))
    assert results(done) == {
        "test": "success",
        "systems": "success",
        "plan (prod, records)": "failure",
        "review": "failure",
    }
    assert done["plan (prod, records)"].steps["Review"] == 3
    assert done["plan (prod, records)"].steps["Encrypt the plans"] is None
    assert done["review"].steps["Comment, then let the gates decide"] == 3
    assert done["plan (prod, records)"].steps["Assess control alignment"] == 0
    (comment,) = comments(github)
    assert "## ⛔ Plan review of prod: 1 change needs a waiver" in comment
    assert "## ✅ Control alignment of prod: no rule fails" in comment
    assert [artifact["name"] for artifact in github.artifacts[kept:]] == ["review-prod"]

    project.merge("third")
    applied = run("apply", "push", {"before": base})
    assert applied["apply (prod, records)"].result == "failure"
    assert groups(project) == [GROUP_NAME]


def test_a_change_without_systems_takes_an_old_comment_back(
    project: Project, github: FakeGitHub, run: Run, first: First
) -> None:
    base = project.head()
    project.branch("fourth")
    (project.folder / "README.md").write_text("no system")
    project.commit()
    done = run("pull-request", "pull_request", pull_request(project, base))
    assert results(done) == {
        "test": "success",
        "systems": "success",
        "plan": "skipped",
        "review": "success",
    }
    (comment,) = comments(github)
    assert "## ✅ Plan review: no system changes" in comment


def test_a_fork_gets_tests_and_no_credentials(project: Project, run: Run) -> None:
    done = run(
        "pull-request", "pull_request", pull_request(project, project.head(), repository="other/data-tier")
    )
    assert results(done) == {"test": "success", "systems": "skipped", "plan": "skipped", "review": "skipped"}


@pytest.mark.parametrize(
    ("name", "event"), [("pull-request", "workflow_dispatch"), ("apply", "push"), ("drift", "schedule")]
)
def test_without_an_account_nothing_but_tests_run(name: str, event: str, run: Run) -> None:
    done = run(name, event, {"before": "0" * 40}, variables={})
    assert {result for job, result in results(done).items() if job != "test"} == {"skipped"}


def seen_in(environment: str, project: Project) -> tuple[Seen, ...]:
    """What is kept of drift beside the state, for the search of tomorrow."""
    state = project.backend.key_for(STACK, environment)
    key = f"{state.removesuffix(places.STATE)}{keeping.ENDING}"
    found = project.aws.client("s3").get_object(Bucket=project.backend.bucket, Key=key)
    return history.parse(found["Body"].read().decode(), source=key).seen


def test_drift_is_an_issue_until_it_is_gone(project: Project, github: FakeGitHub, run: Run) -> None:
    logs = project.aws.client("logs")
    logs.put_retention_policy(logGroupName=GROUP_NAME, retentionInDays=1)
    done = run("drift", "schedule", {})
    assert results(done) == dict.fromkeys(
        ("systems", "drift (dev, records)", "drift (prod, records)"), "success"
    ), [job.printed for job in done.values()]
    (issue,) = github.open_issues()
    assert issue["title"] == "Security drift: records in prod"
    assert GROUP in issue["body"]
    assert re.search(r"`retention_in_days`: .*; new$", issue["body"], re.MULTILINE)
    assert [seen.address for seen in seen_in("prod", project)] == [GROUP]
    assert seen_in("dev", project) == ()

    logs.put_retention_policy(logGroupName=GROUP_NAME, retentionInDays=365)
    project.break_("dev")
    project.commit()
    done = run("drift", "workflow_dispatch", {})
    assert results(done)["drift (prod, records)"] == "success"
    assert results(done)["drift (dev, records)"] == "failure", "the failure of one does not hide the other"
    assert issue["state"] == "closed"
    (failed,) = github.open_issues()
    assert failed["title"] == "Drift cannot be looked for: records in dev"
