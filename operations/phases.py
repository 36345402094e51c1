"""Phases of a long command: what runs now, how long each took, and the table at the end."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.table import Table

from operations import console

if TYPE_CHECKING:
    from collections.abc import Iterator

_MINUTE = 60


@dataclass
class Phases:
    """Counts and times the phases of one command.

    Attributes:
        total: how many there will be.
        times: name and seconds of each phase that ended, in order.
    """

    total: int
    times: list[tuple[str, float]] = field(default_factory=list)
    _number: int = 0

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Announce a phase, and time it."""
        self._number += 1
        console.title(f"[{self._number}/{self.total}] {name}")
        started = time.monotonic()
        try:
            yield
        except BaseException:
            console.line(f"  stopped after {duration(time.monotonic() - started)}")
            raise
        self.times.append((name, time.monotonic() - started))

    def table(self) -> Table:
        """The phases and their times, with the sum."""
        table = Table(box=None, show_header=False, show_footer=True, pad_edge=False, padding=(0, 2))
        table.add_column(footer="in all")
        table.add_column(footer=duration(sum(seconds for _, seconds in self.times)), justify="right")
        for name, seconds in self.times:
            table.add_row(name, duration(seconds))
        return table


def duration(seconds: float) -> str:
    """Seconds as people say them: ``4.2 s``, ``3 min 05 s``."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    return f"{minutes} min {rest:02d} s"
