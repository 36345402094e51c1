"""The tables: run, printed as text, and written as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

MEASURED = "*"
"""Ends the header of a column whose cells differ from run to run."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line.

    Args:
        cells: as many as the header has.
        problem: why this may not be, or nothing.
    """

    cells: tuple[str, ...]
    problem: str = ""


Job = Callable[[], Row]


@dataclass(frozen=True, kw_only=True)
class Section:
    """One table.

    Args:
        title: what is done to which strategy.
        text: in more words.
        header: names of the columns.
        jobs: make the rows; each can run at any time and beside others, unless the section is alone.
        alone: they must run one after another.
    """

    title: str
    text: str
    header: tuple[str, ...]
    jobs: tuple[Job, ...]
    alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A section that has been run: its title, text and header, and its rows."""

    title: str
    text: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]

    def markdown(self) -> str:
        """As a part of a document."""
        lines = [
            self.header,
            tuple("-" * len(name) for name in self.header),
            *(row.cells for row in self.rows),
        ]
        table = "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)
        return f"## {self.title}\n\n{self.text}\n\n{table}\n"

    def aligned(self) -> str:
        """For a terminal."""
        lines = [self.header, *(row.cells for row in self.rows)]
        widths = [max(len(line[column]) for line in lines) for column in range(len(self.header))]
        aligned = (
            "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )
        return f"{self.title}\n" + "".join(f"  {line}\n" for line in aligned)


def verdicts(document: str) -> list[str]:
    """The lines of a document without what is measured: those cells, and lines of text that end with the mark."""
    kept: list[str] = []
    measured: list[int] = []
    for line in document.splitlines():
        if not line.startswith("|"):
            measured = []
            if not line.endswith(MEASURED):
                kept.append(line)
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not (kept and kept[-1].startswith("|")):
            measured = [number for number, cell in enumerate(cells) if cell.endswith(MEASURED)]
        kept.append("| " + " | ".join(cell for n, cell in enumerate(cells) if n not in measured) + " |")
    return kept


def merged(tables: Iterable[Table]) -> list[Table]:
    """Tables with those of the same title made one, in the order in which they come first."""
    found: dict[str, Table] = {}
    for table in tables:
        before = found.get(table.title)
        found[table.title] = replace(before, rows=before.rows + table.rows) if before else table
    return list(found.values())


def problems(tables: Sequence[Table]) -> list[str]:
    """Every row that may not be, one line for each."""
    return [
        f"{table.title}: {' / '.join(row.cells[:2])}: {row.problem}"
        for table in tables
        for row in table.rows
        if row.problem
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
