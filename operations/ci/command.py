"""``holdfast ci``: what the workflows of GitHub Actions call."""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from environments import backend, selection
from environments.problem import Problem
from operations import console, saved_plan
from operations.ci import alignment, artifacts, changed, commit, issues, reviews
from operations.ci.github import GitHub
from operations.ci.sealing import Origin, Seal
from operations.compliance import assessment, text
from operations.compliance import command as compliance
from operations.failure import EXIT_CODES, Failed
from operations.options import Environment, Stack
from operations.processes import stream
from operations.project import Project
from operations.review import gate
from operations.saved_plan import SavedPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMENT_EXIT_CODES = (
    f"{EXIT_CODES} Also exit code 1: an environment has no review. "
    "Exit code 3: something destroys data or weakens protection, or a rule is not met, and no waiver accepts it."
)
COMPLY_EXIT_CODES = (
    f"{EXIT_CODES} Also exit code 2: a waiver is not valid, has expired or accepts nothing. "
    "Exit code 3: a rule is not met, and no waiver accepts that."
)
_NO_COMMIT = "0" * 40
"""What GitHub calls the commit before a branch began."""

app = typer.Typer(no_args_is_help=True, help="For the workflows of GitHub Actions.", epilog=EXIT_CODES)


@app.command(epilog=EXIT_CODES)
def systems(
    changed_since: Annotated[
        str | None,
        typer.Option(
            "--changed-since",
            metavar="COMMIT",
            help="Only systems whose Terraform JSON has changed since this commit.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print the systems of all environments as step outputs: `systems`, `environments` and `any`.

    The first two are matrices: one job for each system in each environment, or one for each environment.
    """
    since = None if changed_since == _NO_COMMIT else changed_since or None
    found = changed.systems(Project(), since=since)
    pairs = [{"environment": name, "stack": stack} for name, stacks in found.items() for stack in stacks]
    grouped = [{"environment": name, "stacks": " ".join(stacks)} for name, stacks in found.items() if stacks]
    console.line(f"systems={json.dumps({'include': pairs})}")
    console.line(f"environments={json.dumps({'include': grouped})}")
    console.line(f"any={json.dumps(bool(pairs))}")


@app.command(epilog=EXIT_CODES)
def encrypt_plans(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the encrypted plans go.")],
    environment: Environment = None,
) -> None:
    """Encrypt the plans that `holdfast plan` saved, for `holdfast ci fetch-plan` on the same files.

    Uses the KMS key of the states. Prints `name`, the name that the artifact must have.
    """
    project = Project()
    name = environment or selection.environment()
    tree = commit.tree(project.root)
    seal = Seal.of(backend.required(project.backend))
    sealed = {
        stack: seal.close(saved, Origin(stack=stack, environment=name, tree=tree))
        for stack, saved in saved_plan.of_environment(project.plans, name)
    }
    out.mkdir(parents=True, exist_ok=True)
    for stack, content in sealed.items():
        (out / f"{stack}{artifacts.SUFFIX}").write_bytes(content)
    console.line(f"name={artifacts.name(name, tree)}")


@app.command(epilog=COMPLY_EXIT_CODES)
def comply(
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Where the reports go.")],
    environment: Environment = None,
) -> None:
    """Assess the saved plans by the rules of `holdfast comply`, and write the reports for `holdfast ci comment`.

    Systems whose profile is `ephemeral` are not assessed.
    """
    project = Project()
    name = environment or selection.environment()
    now = datetime.now(UTC)
    accepted = compliance.accepted_in(compliance.default_waivers(project), now)
    aligned = alignment.assess(project.plans, name, accepted, time=now)
    aligned.write(out)
    for assessed in aligned.assessments:
        for line in text.lines(assessed):
            console.OUT.print(line)
    for stack in aligned.not_assessed:
        console.item(f"comply  {stack}", "not assessed: its profile is ephemeral")
    raise typer.Exit(aligned.exit_code)


@app.command(epilog=EXIT_CODES)
def fetch_plan(stack: Stack, environment: Environment = None) -> None:
    """Download and decrypt the plan that was made from exactly the checked-out files, for `holdfast apply`."""
    project = Project()
    origin = Origin(
        stack=stack,
        environment=environment or selection.environment(),
        tree=commit.tree(project.root),
    )
    seal = Seal.of(backend.required(project.backend))
    artifact = artifacts.name(origin.environment, origin.tree)
    sealed = artifacts.fetch(GitHub.of_this_job(), artifact, f"{stack}{artifacts.SUFFIX}")
    seal.open(sealed, origin, SavedPlan(folder=project.plans / stack))
    console.item(f"plan  {stack}", f"of {artifact}")


@app.command(epilog=COMMENT_EXIT_CODES)
def comment(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder with the review of each environment in <environment>/.", show_default=False
        ),
    ],
    pull_request: Annotated[
        int, typer.Option("--pull-request", metavar="NUMBER", min=1, help="Number of the pull request.")
    ],
    environments: Annotated[
        str,
        typer.Option(
            "--environments",
            metavar="JSON",
            help="What should have been planned: `environments` of `holdfast ci systems`.",
        ),
    ],
    planned_commit: Annotated[
        str, typer.Option("--commit", metavar="HASH", help="The commit that was planned, for the comment.")
    ],
) -> None:
    """Write or update the one comment of a pull request: what its plans would do, and which rules they meet.

    The exit code is that of the gates.
    """
    found = [reviews.read(folder / name, name) for name in _names(environments)]
    github = GitHub.of_this_job()
    bodies = reviews.bodies(found, commit=planned_commit, run_url=github.run_url)
    done = reviews.keep(github, pull_request, bodies, begin=bool(found))
    console.item(f"comment  #{pull_request}", done)
    _let_pass(found)


@app.command(epilog=EXIT_CODES)
def drift(stack: Stack, environment: Environment = None) -> None:
    """Run `holdfast drift`, and keep one issue open as long as there is drift.

    Exit code 1: the check failed. Drift itself ends with 0; the issue reports it.
    """
    project = Project()
    github = GitHub.of_this_job()
    subject = issues.Subject(stack=stack, environment=environment or selection.environment())
    outcome, report = look_for_drift(project, subject)
    console.item(f"issue  {subject.title(outcome)}", issues.keep(github, subject, outcome, report))
    if outcome is issues.Outcome.FAILED:
        raise Failed(f"drift of {stack} in {subject.environment} could not be looked for")


def look_for_drift(project: Project, subject: issues.Subject) -> tuple[issues.Outcome, str]:
    """Run ``holdfast drift``, pass on what it prints, and give what it found, and its report."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "drift.md"
        code, _ = stream(
            [
                *(sys.executable, "-m", "operations", "drift", subject.stack),
                *("--environment", subject.environment, "--watch"),
                *("--format", "markdown", "--out", str(report)),
            ],
            cwd=project.root,
            show=console.line,
        )
        told = report.read_text(encoding="utf-8") if report.is_file() else ""
    # What a shell or Python end with may be 2 as well; only a search that came to its end leaves a report.
    known = {outcome.value: outcome for outcome in issues.Outcome} if told else {}
    return known.get(code, issues.Outcome.FAILED), told


def _names(environments: str) -> list[str]:
    try:
        return [str(each["environment"]) for each in json.loads(environments)["include"]]
    except (ValueError, KeyError, TypeError):
        raise Problem(
            "--environments is not valid",
            given=environments,
            allowed='{"include": [{"environment": "prod", "stacks": "citizen-data"}]}',
            fix="give it what `holdfast ci systems` printed",
        ) from None


def _let_pass(found: Sequence[reviews.Reviewed]) -> None:
    """End as the gate says; the comment is written by now."""
    if any(review.blocked for review in found):
        raise typer.Exit(gate.EXIT_CODE)
    if any(review.alignment.unmet for review in found):
        raise typer.Exit(assessment.EXIT_CODE)
    missing = [review.environment for review in found if review.missing]
    if missing:
        raise Failed(f"there is no review of {', '.join(missing)}: planning, reviewing or assessing failed")
