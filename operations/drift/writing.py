"""The formats of a report on drift, and where each is written."""

from __future__ import annotations

import json
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from environments.problem import Problem
from operations import console
from operations.drift import html_page, json_report, markdown, sarif, text
from operations.report_file import STANDARD_OUTPUT, write
from operations.review.command import write_comments

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from operations.drift.report import Report


class Format(StrEnum):
    """A form of the report."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"
    SARIF = "sarif"
    HTML = "html"


def _text(report: Report) -> str:
    plain = StringIO()
    printer = Console(file=plain, highlight=False, soft_wrap=True, emoji=False, color_system=None)
    for line in text.lines(report):
        printer.print(line)
    return plain.getvalue()


def _markdown(report: Report) -> str:
    return "\n".join(markdown.comments(report))


def _json(report: Report) -> str:
    return json.dumps(json_report.document(report), ensure_ascii=False) + "\n"


def _sarif(report: Report) -> str:
    return json.dumps(sarif.document(report), ensure_ascii=False) + "\n"


_WRITERS: Mapping[Format, Callable[[Report], str]] = {
    Format.TEXT: _text,
    Format.MARKDOWN: _markdown,
    Format.JSON: _json,
    Format.SARIF: _sarif,
    Format.HTML: html_page.page,
}
_NAMES = {
    Format.TEXT: "drift.txt",
    Format.JSON: "drift.json",
    Format.SARIF: "drift.sarif",
    Format.HTML: "drift.html",
}


def check(formats: Sequence[Format], out: Path | None) -> None:
    """Make sure that formats can be written where they are wanted, before anything is planned.

    Raises:
        Problem: several are wanted on standard output, or in one file.
    """
    if len(formats) > 1 and (out in (None, STANDARD_OUTPUT) or (out is not None and out.is_file())):
        raise Problem(
            "several formats do not go into one file",
            given=" and ".join(format_.value for format_ in formats),
            allowed="--out with a folder",
        )


def write_all(report: Report, formats: Sequence[Format], out: Path | None) -> None:
    """Write a report.

    Args:
        report: the report.
        formats: the formats that are wanted.
        out: where: a file, or a folder for Markdown or for several formats; None: standard output.

    Raises:
        Problem: it cannot be written there.
    """
    if out is None or out == STANDARD_OUTPUT:
        _show(report, formats[0])
        return
    in_folder = len(formats) > 1
    for format_ in formats:
        if format_ is Format.MARKDOWN and (in_folder or out.suffix != ".md"):
            write_comments(markdown.comments(report), out)
        else:
            write(
                out / _NAMES.get(format_, "") if in_folder or out.is_dir() else out, _WRITERS[format_](report)
            )


def _show(report: Report, format_: Format) -> None:
    if format_ is Format.TEXT:
        for line in text.lines(report):
            console.OUT.print(line)
    else:
        write(STANDARD_OUTPUT, _WRITERS[format_](report))
