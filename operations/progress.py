"""Terraform's many lines as a few: how many resources are done, and what is waited for."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from operations import console
from operations.phases import duration

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAN = re.compile(r"Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy")
_STARTED = re.compile(r"(\S+): (?:Creating|Modifying|Destroying)\.\.\.")
_DONE = re.compile(r"(\S+): (?:Creation|Modifications|Destruction) complete after")
# Not the lock file of providers: the demo passes over it, because a mirror has the checksums of one platform.
_ENDED = re.compile(
    r"No changes\.|(?:Apply|Destroy) complete!|Error: |Warning: (?!Incomplete lock file).*(?:lock|secret)"
)

INTERVAL = 5.0
"""Seconds between two lines of progress."""


@dataclass
class Progress:
    """Reads Terraform's or the cdktf CLI's lines, and prints one every few seconds.

    Attributes:
        show: prints a line.
        clock: seconds that only grow.
        changed: whether Terraform had anything to do.
    """

    show: Callable[[str], None] = console.line
    clock: Callable[[], float] = time.monotonic
    changed: bool = False
    _total: int = 0
    _done: int = 0
    _running: dict[str, float] = field(default_factory=dict)
    _said: float = float("-inf")

    def __call__(self, line: str) -> None:
        """Take one line of output."""
        if found := _PLAN.search(line):
            self._total = sum(map(int, found.groups()))
            self._done = 0
            self.changed = self.changed or self._total > 0
            self.show(f"  {found[0]}")
        elif found := _DONE.search(line):
            self._done += 1
            self._running.pop(found[1], None)
            self._say()
        elif found := _STARTED.search(line):
            self._running[found[1]] = self.clock()
            self._say()
        elif _ENDED.search(line):
            self.show(f"  {line.strip(' │')}")
        elif "Still " in line:
            self._say()

    def _say(self) -> None:
        now = self.clock()
        finished = self._done == self._total
        if now - self._said < INTERVAL and not finished:
            return
        self._said = now
        waiting = ""
        if self._running:
            address, since = min(self._running.items(), key=lambda entry: entry[1])
            waiting = f"  longest: {address} ({duration(now - since)})"
        self.show(f"  {self._done:>4} of {self._total} done{waiting}")
