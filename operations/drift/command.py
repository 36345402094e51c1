"""``holdfast drift``: what is no longer as Terraform recorded it."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
import typer.core

from environments import selection
from environments.problem import EXIT_CODE as BAD_INPUT
from environments.problem import Problem, told
from operations import console, synth, tools
from operations.drift import checking, ignoring, notifying, writing
from operations.drift.findings import Checked
from operations.drift.report import Report
from operations.drift.writing import Format
from operations.failure import EXIT_CODE, Failed
from operations.project import Project
from operations.terraform import warn_about_logging

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.drift.ignoring import Ignore

EXIT_CODES = (
    "Exit code 0: no drift, or all of it is ignored; a pending change alone is no drift. "
    "Exit code 1: something could not be checked, or bad input. Exit code 2: drift. "
    "Exit code 3: drift that weakens protection. Of several systems the worst counts: 3, then 1, then 2."
)
_DEFAULT_RULES = Path("environments") / "drift.toml"


class Command(typer.core.TyperCommand):
    """A command whose bad options end with 1: its 2 says that something drifted."""

    def make_context(self, *args: object, **kwargs: object) -> typer.Context:
        """Read the arguments."""
        try:
            return super().make_context(*args, **kwargs)  # type: ignore[arg-type,return-value]
        except typer.TyperException as error:
            if getattr(error, "exit_code", None) == BAD_INPUT:
                vars(error)["exit_code"] = EXIT_CODE
            raise


Stacks = Annotated[
    list[str] | None,
    typer.Argument(help="Names of systems. Default: all.", show_default=False),
]
Environments = Annotated[
    list[str] | None,
    typer.Option(
        "--environment",
        "-e",
        metavar="NAME",
        envvar=selection.ENVIRONMENT_VARIABLE,
        help="Name of an environment; may be given several times. Default: dev.",
        show_default=False,
    ),
]


def command(
    stacks: Stacks = None,
    environments: Environments = None,
    formats: Annotated[
        list[Format] | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"Format of the report: {', '.join(each.value for each in Format)}; may be given several times. "
            "Default: text.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="PATH",
            help="File to write, or a folder: for several formats, and for Markdown as 1.md, 2.md, ..., "
            "each short enough for an issue. Default: standard output.",
            show_default=False,
        ),
    ] = None,
    rules_file: Annotated[
        Path | None,
        typer.Option(
            "--ignore",
            metavar="FILE",
            help="Ignore rules. Default: environments/drift.toml.",
            show_default=False,
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="Say what is new, still there or gone since the last run with --watch; the record is kept with the state.",
        ),
    ] = False,
    topic: Annotated[
        str | None,
        typer.Option(
            "--topic",
            metavar="ARN",
            help="Publish the report to an SNS topic, unless the exit code is 0 and nothing has gone.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Find what changed outside of Terraform, the most dangerous first. Changes nothing.

    A configuration change that is not applied yet is no drift, but is mentioned.
    The reports contain no secrets.
    """
    with _bad_input_is_an_error():
        project = Project()
        chosen = formats or [Format.TEXT]
        writing.check(chosen, out)
        if topic is not None:
            notifying.check(topic)
        rules = _rules(project, rules_file)
        tools.terraform()
        warn_about_logging()
        systems = [
            checked
            for environment in environments or [selection.environment()]
            for checked in _check(project, stacks, environment, rules, history=watch)
        ]
        report = Report(systems=systems)
        writing.write_all(report, chosen, out)
        went = any(system.watched is not None and system.watched.gone for system in systems)
        if topic is not None and (report.exit_code or went):
            notifying.publish(report, topic)
    raise typer.Exit(report.exit_code)


def _check(
    project: Project,
    stacks: Sequence[str] | None,
    environment: str,
    rules: Sequence[Ignore],
    *,
    history: bool,
) -> Iterator[Checked]:
    """Check the systems of an environment; when it cannot be synthesized, that is told of each that was named.

    Raises:
        Problem: there is no such system, so that none was checked.
    """
    try:
        synth.synthesize(project, environment=environment)
    except (Problem, Failed) as error:
        for stack in stacks or ["all systems"]:
            yield Checked(stack=stack, environment=environment, error=str(error))
        return
    chosen = stacks or project.stacks()
    for stack in chosen:
        project.stack(stack)
    today = datetime.now(UTC).date()
    for stack in chosen:
        console.progress(f"{stack} ({environment})")
        yield checking.check(
            project, stack, environment=environment, rules=rules, today=today, history=history
        )


def _rules(project: Project, given: Path | None) -> list[Ignore]:
    path = given or project.root / _DEFAULT_RULES
    if given is None and not path.exists():
        return []
    return ignoring.read(path, today=datetime.now(UTC).date())


@contextlib.contextmanager
def _bad_input_is_an_error() -> Iterator[None]:
    """Bad input ends with 1 here, not with 2 as everywhere else: that would be an alarm."""
    try:
        yield
    except (Failed, typer.Exit):
        raise
    except Exception as error:
        problem = told(error)
        if problem is None:
            raise
        raise Failed(str(problem)) from error
