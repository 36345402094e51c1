"""Runs the rows of all sections, several at a time, and tells how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from tests.rotation_matrix.table import Job, Row, Section, Table

INTERVAL_SECONDS = 5.0
"""Between two lines of progress."""


def run(sections: Sequence[Section], *, places: int, show: Callable[[str], None]) -> list[Table]:
    """Run all rows.

    Args:
        sections: in the order of the document.
        places: how many rows run at a time.
        show: prints a line.
    """
    together, alone = ThreadPoolExecutor(places), ThreadPoolExecutor(1)
    begun = [
        [(alone if section.alone else together).submit(_safely, job) for job in section.jobs]
        for section in sections
    ]
    try:
        _watch([future for futures in begun for future in futures], show)
    finally:  # after Ctrl-C, what has begun ends when its servers are stopped
        for pool in (together, alone):
            pool.shutdown(wait=False, cancel_futures=True)
    return [
        Table(
            title=section.title,
            text=section.text,
            header=section.header,
            rows=tuple(_row(section, future.result()) for future in futures),
        )
        for section, futures in zip(sections, begun, strict=True)
    ]


def _watch(futures: Sequence[Future[Row]], show: Callable[[str], None]) -> None:
    said, wrong = time.monotonic(), 0
    for done, future in enumerate(as_completed(futures), start=1):
        row = future.result()
        if row.problem:
            wrong += 1
            show(f"  problem: {' / '.join(row.cells[:2])}: {row.problem}")
        if time.monotonic() - said >= INTERVAL_SECONDS or done == len(futures):
            said = time.monotonic()
            show(f"  {done:>4} of {len(futures)} rows" + (f", {wrong} with a problem" if wrong else ""))


def _safely(job: Job) -> Row:
    """What the matrix itself cannot do is a problem of its row, and the other rows run."""
    try:
        return job()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its row
        return Row(cells=(), problem=f"the matrix: {type(error).__name__}: {error}")


def _row(section: Section, row: Row) -> Row:
    missing = len(section.header) - len(row.cells)
    return Row(cells=row.cells + ("",) * missing, problem=row.problem)
