"""``holdfast review``: what plans mean, for people and for programs."""

from __future__ import annotations

import contextlib
import gc
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from environments.problem import Problem
from operations import console, report_file
from operations.options import AcceptedChanges
from operations.plans import reading
from operations.plans.visible import visible
from operations.project import Project
from operations.review import html_page, json_report, markdown, sarif, text, waivers
from operations.review.classification import review
from operations.review.gate import decide
from operations.review.report import Report
from operations.saved_plan import SavedPlan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from operations.review.classification import ReviewedPlan

EXIT_CODES = (
    "Exit code 2: a plan is incomplete or cannot be read, or a waiver is not valid. "
    "Exit code 3: something destroys data or weakens protection, and no waiver accepts it."
)
PLAN_FILE = "plan.json"

Plans = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Systems that `holdfast plan` planned, or output of `terraform show -json <plan>`. "
        "Default: all plans that `holdfast plan` saved.",
        show_default=False,
    ),
]


def command(
    plans: Plans = None,
    waivers_file: AcceptedChanges = None,
    label: Annotated[
        str,
        typer.Option(
            "--label",
            metavar="TEXT",
            help="Name for these plans, such as the environment; for titles, and to tell comments apart.",
        ),
    ] = "",
    markdown_folder: Annotated[
        Path | None,
        typer.Option(
            "--markdown", metavar="FOLDER", help="Write comments for a pull request: 1.md, 2.md, ..."
        ),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write JSON; - is standard output.")
    ] = None,
    sarif_file: Annotated[
        Path | None, typer.Option("--sarif", metavar="FILE", help="Write SARIF 2.1.0; - is standard output.")
    ] = None,
    html_file: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page for a browser; it needs no network."),
    ] = None,
) -> None:
    """Show what plans would do: what destroys data, weakens protection or interrupts service, and why.

    The reports contain no secrets.
    """
    with _without_collections():
        found = [_review(path) for path in _files(plans)]
    today = datetime.now(UTC).date()
    known = waivers.accepted(waivers_file, Project().root, today=today)
    report = Report(plans=found, gate=decide(found, known, today=today), label=visible(label))
    if report_file.STANDARD_OUTPUT not in (json_file, sarif_file):
        for line in text.lines(report):
            console.OUT.print(line)
    if markdown_folder is not None:
        write_comments(markdown.comments(report), markdown_folder)
    if html_file is not None:
        report_file.write(html_file, html_page.page(report))
    for file, content in ((json_file, json_report.document), (sarif_file, sarif.document)):
        if file is not None:
            report_file.write(file, json.dumps(content(report), ensure_ascii=False) + "\n")
    raise typer.Exit(report.gate.exit_code)


def write_comments(comments: Sequence[str], folder: Path) -> None:
    """Write comments as 1.md, 2.md, and so on; those of an earlier review are gone then.

    Raises:
        Problem: the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.md"):
            if old.stem.isdecimal():
                old.unlink()
        for number, comment in enumerate(comments, start=1):
            (folder / f"{number}.md").write_text(comment, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{folder}: cannot be written to ({error.strerror})") from None
    console.progress(f"written: {folder}")


@contextlib.contextmanager
def _without_collections() -> Iterator[None]:
    """Look for no garbage: a plan is a million objects without a circle, and each search of them takes 0.1 s."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _review(path: Path) -> ReviewedPlan:
    stack = path.stem
    saved = SavedPlan(folder=path.parent)
    if path == saved.json:
        stack = path.absolute().parent.name
        if saved.record.exists():
            stack = saved.check()["stack"]
    return review(reading.read(path), stack=visible(stack))


def _files(given: Sequence[Path] | None) -> Iterator[Path]:
    plans = Project().plans
    if given:
        yield from (_file(path, plans) for path in given)
        return
    found = sorted(plans.glob(f"*/{PLAN_FILE}"))
    if not found:
        raise Problem("there is no plan to review", fix="pipenv run holdfast plan, or name a plan's JSON")
    yield from found


def _file(given: Path, plans: Path) -> Path:
    """The JSON that is meant: a file, that of a plan's folder, or of the saved plan of a system."""
    if given.is_dir():
        return given / PLAN_FILE
    if given.exists() or given.suffix or given != Path(given.name):
        return given
    saved = plans / given / PLAN_FILE
    if not saved.exists():
        raise Problem(
            f"{given}: there is no saved plan of such a system, and no such file",
            fix=f"pipenv run holdfast plan {given}, or name a plan's JSON",
        )
    return saved
