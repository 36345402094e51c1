"""How fast synthesis is: the plain import of the bindings against ours, and what each further resource costs."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from operations import console
from operations.failure import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from operations.project import Project

SIZES = (50, 200, 1000)
"""Numbers of resources whose synthesis is timed, smallest first."""

LINEAR = 1.25
"""Costs that grow linearly: a resource of the largest system costs at most so many times one of the smallest."""

IMPORT = (
    "from modules.lazy_bindings import activate; activate(); from cdktf_cdktf_provider_aws.vpc import Vpc"
)
PROGRAMS = {
    "import one class of the AWS provider": ("-c", IMPORT),
    "python main.py: synthesize citizen-data": ("main.py", "citizen-data"),
}


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One thing that is timed again and again.

    Args:
        name: what it is, for the progress bar.
        time: does it once; seconds.
    """

    name: str
    time: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A program with the plain import and with ours.

    Args:
        name: what the program does.
        plain: seconds, the median.
        ours: seconds, the median.
    """

    name: str
    plain: float
    ours: float

    @property
    def ratio(self) -> float:
        """How many times faster ours is."""
        return self.plain / self.ours


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Building and synthesizing systems of several sizes, without imports and the start of node.

    Args:
        empty: seconds for a stack without resources, the median.
        seconds: number of resources, and seconds, the median; smallest first.
    """

    empty: float
    seconds: dict[int, float]

    def each(self, resources: int) -> float:
        """Milliseconds that a resource adds in a system of so many."""
        return (self.seconds[resources] - self.empty) / resources * 1000

    @property
    def factor(self) -> float:
        """How many times as much a resource costs in the largest system as in the smallest."""
        smallest, *_, largest = self.seconds
        return self.each(largest) / self.each(smallest)

    @property
    def verdict(self) -> str:
        """Whether the costs grow linearly, in a sentence."""
        judged = "linear" if self.factor <= LINEAR else "more than linear"
        smallest, *_, largest = self.seconds
        return f"Growth is {judged}: a resource of {largest} costs {self.factor:.2f} times one of {smallest}."


def run(project: Project, *, runs: int) -> None:
    """Measure, and print tables.

    Args:
        project: whose ``main.py`` is timed.
        runs: how often each is timed, after once that does not count; the medians are printed.

    Raises:
        Failed: a program that is timed failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        measurements = [
            Measurement(name=f"{name} ({way})", time=_timer(project, arguments, switch, folder))
            for name, arguments in PROGRAMS.items()
            for way, switch in (("plain", "0"), ("ours", "1"))
        ]
        measurements += [
            Measurement(name=f"{size} resources", time=_growing(project, size, folder))
            for size in (0, *SIZES)
        ]
        medians = measure(measurements, runs=runs)
    compared = iter(medians[: 2 * len(PROGRAMS)])
    comparisons = [Comparison(name=name, plain=next(compared), ours=next(compared)) for name in PROGRAMS]
    empty, *grown = medians[2 * len(PROGRAMS) :]
    growth = Growth(empty=empty, seconds=dict(zip(SIZES, grown, strict=True)))
    console.title(f"Whole processes, median of {runs}")
    console.OUT.print(comparison_table(comparisons))
    console.line()
    console.title(f"Growth, median of {runs}")
    console.OUT.print(growth_table(growth))
    console.line(growth.verdict)


def measure(measurements: Sequence[Measurement], *, runs: int) -> list[float]:
    """Time each measurement in every round, so that a busy minute of the machine hits all of them.

    Args:
        measurements: what is timed, in this order.
        runs: number of rounds that count; the first round before them warms up.

    Returns:
        The median seconds of each.
    """
    times: list[list[float]] = [[] for _ in measurements]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console.OUT, transient=True) as progress:
        task = progress.add_task("", total=(runs + 1) * len(measurements))
        for round_ in range(runs + 1):
            for measurement, taken in zip(measurements, times, strict=True):
                label = f"round {round_} of {runs}" if round_ else "warming up"
                progress.update(task, description=f"{label}: {measurement.name}")
                seconds = measurement.time()
                progress.advance(task)
                if round_:
                    taken.append(seconds)
    return [median(taken) for taken in times]


def comparison_table(comparisons: Sequence[Comparison]) -> Table:
    """Plain against ours."""
    table = _table("", "plain import", "ours", "faster")
    for found in comparisons:
        table.add_row(found.name, f"{found.plain:.2f} s", f"{found.ours:.2f} s", f"{found.ratio:.1f} times")
    return table


def growth_table(growth: Growth) -> Table:
    """Sizes, seconds, and milliseconds for each resource."""
    table = _table("resources", "synthesis", "for each")
    table.add_row("0", f"{growth.empty:.2f} s", "")
    for size, seconds in growth.seconds.items():
        table.add_row(f"{size:,}", f"{seconds:.2f} s", f"{growth.each(size):.2f} ms")
    return table


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2), header_style="")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _timer(project: Project, arguments: Sequence[str], switch: str, folder: str) -> Callable[[], float]:
    """Times a whole Python process."""

    def once() -> float:
        started = time.perf_counter()
        output_of(project, arguments, LAZY_BINDINGS=switch, CDKTF_OUTDIR=folder)
        return time.perf_counter() - started

    return once


def _growing(project: Project, size: int, folder: str) -> Callable[[], float]:
    """Asks a process for the time of its synthesis alone."""
    return lambda: float(output_of(project, ("-m", "tests.growing", str(size), folder)))


def output_of(project: Project, arguments: Sequence[str], **environ: str) -> str:
    """What a Python process in the project prints.

    Raises:
        Failed: its exit code is not 0.
    """
    # Compiled files are part of an installation, whatever the environment says.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project.root,
        env={**inherited, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Failed(f"python {' '.join(arguments)} failed (exit code {done.returncode})", output=done.stderr)
    return done.stdout
