"""``holdfast comply``: which rules of published packs a system meets, and what shows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from environments import selection
from environments.problem import Problem
from operations import console, deployment, report_file, synth
from operations.compliance import html_page, json_report, markdown, oscal, packs, reading, text, waivers
from operations.compliance.assessment import Assessment, assess
from operations.compliance.live import reading as deployed
from operations.options import Environment
from operations.plans.visible import visible
from operations.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.compliance.graph import Graph
    from operations.compliance.waivers import Waiver

EXIT_CODES = (
    "Exit code 2: the input or a waiver is not valid, or a waiver has expired or accepts nothing. "
    "Exit code 3: a rule is not met, and no waiver accepts that."
)
_DEFAULT_WAIVERS = Path("environments") / "compliance.toml"


class Format(Enum):
    """Formats of the report."""

    TEXT = "text"
    JSON = "json"
    OSCAL = "oscal"
    HTML = "html"
    MARKDOWN = "markdown"


_FORMATS = f"Format of the report: {', '.join(each.value for each in Format)}."


def command(
    stack: Annotated[
        str | None,
        typer.Argument(help="Name of the system. Default: every system.", show_default=False),
    ] = None,
    environment: Environment = None,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="Assess the output of `terraform show -json <plan>` instead of the synthesized configuration. "
            "It does not name its environment: without --environment, no waiver for one environment applies.",
            show_default=False,
        ),
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="Assess the deployed system, as AWS describes it. Changes nothing.")
    ] = False,
    pack: Annotated[
        list[str] | None,
        typer.Option(
            "--pack",
            metavar="NAME",
            help=f"Only this pack; may be given several times: {', '.join(packs.names())}. Default: all.",
            show_default=False,
        ),
    ] = None,
    waivers_file: Annotated[
        Path | None,
        typer.Option(
            "--waivers",
            metavar="FILE",
            help="Rules that are deliberately not met. Default: environments/compliance.toml.",
            show_default=False,
        ),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", metavar="FORMAT", help=_FORMATS)] = Format.TEXT,
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="File to write; - is standard output.")
    ] = report_file.STANDARD_OUTPUT,
) -> None:
    """Check which rules of FedRAMP Moderate and Security Hub a system meets, with the evidence.

    What only a running account can show is listed as such, and never counts as met.
    """
    chosen = packs.chosen(pack or ())
    project = Project()
    now = datetime.now(UTC)
    accepted = accepted_in(waivers_file or default_waivers(project), now)
    known = environment if plan else environment or selection.environment()
    assessments = [
        assess(graph, chosen, accepted, source=source, time=now, region=region, environment=known)
        for graph, source, region in _systems(project, stack, environment=environment, plan=plan, live=live)
    ]
    if format_ is Format.TEXT and out == report_file.STANDARD_OUTPUT:
        for line in _texts(assessments):
            console.OUT.print(line)
    else:
        report_file.write(out, _WRITERS[format_](assessments))
    raise typer.Exit(max(assessment.exit_code for assessment in assessments))


def _systems(
    project: Project, stack: str | None, *, environment: str | None, plan: Path | None, live: bool
) -> Iterator[tuple[Graph, str, str | None]]:
    """What is to be assessed, from what, and its region."""
    if plan is not None and live:
        raise Problem("--plan and --live exclude each other", fix="give one of them")
    if plan is not None:
        name = stack or plan.absolute().parent.name
        yield reading.plan(plan, name=visible(name)), "plan", None
        return
    synth.synthesize(project, environment=environment)
    for name in [stack] if stack else project.stacks():
        graph = reading.stack(project.stack(name) / "cdk.tf.json", name=name)
        written = synth.stack_json(project, name)
        region = synth.region(written)
        if written.get("output", {}).get("profile", {}).get("value") == "ephemeral":
            console.error(
                f"{name} has the profile ephemeral: by design it does not meet rules on standbys, protection and retention"
            )
        if live:
            yield _deployed(project, name, region), "deployed system", region
        else:
            yield graph, "configuration", region


def _deployed(project: Project, stack: str, region: str | None) -> Graph:
    if region is None:
        raise Problem(f"{stack} has no AWS provider with a region", fix="give the provider one")
    terraform = deployment.terraform_of(project, stack, show=None)
    deployment.connect(project, terraform)
    return deployed.graph(terraform.show_json(), name=stack, region=region)


def default_waivers(project: Project) -> Path:
    """The project's file of waivers."""
    return project.root / _DEFAULT_WAIVERS


def accepted_in(file: Path, now: datetime) -> list[Waiver]:
    """The waivers of a file; see `operations.compliance.waivers.read`."""
    known = [(rule.id, rule.check) for name in packs.names() for rule in packs.load(name).rules if rule.check]
    return waivers.read(file, known=known, today=now.date())


def _texts(assessments: Sequence[Assessment]) -> Iterator[object]:
    for number, assessment in enumerate(assessments):
        if number:
            yield ""
        yield from text.lines(assessment)


def _text(assessments: Sequence[Assessment]) -> str:
    return "".join(f"{line}\n" for line in _texts(assessments))


def _json(assessments: Sequence[Assessment]) -> str:
    found = [json_report.document(assessment) for assessment in assessments]
    return json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, indent=2) + "\n"


def _oscal(assessments: Sequence[Assessment]) -> str:
    return json.dumps(oscal.document(assessments), ensure_ascii=False, indent=2) + "\n"


def _markdown(assessments: Sequence[Assessment]) -> str:
    return "\n".join([*markdown.lines(assessments, title="Control alignment"), ""])


_WRITERS: dict[Format, Callable[[Sequence[Assessment]], str]] = {
    Format.TEXT: _text,
    Format.JSON: _json,
    Format.OSCAL: _oscal,
    Format.HTML: html_page.page,
    Format.MARKDOWN: _markdown,
}
