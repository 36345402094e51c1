"""One limit of time for a whole step, from what Lambda leaves to the function."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

RESERVE_SECONDS = 2.0
"""What is left to tell the failure: a function that is stopped by Lambda says nothing."""
RESERVE_SHARE = 0.2
"""The most of a short time that is left for it."""
WITHOUT_CONTEXT_SECONDS = 30.0


class Deadline:
    """The moment at which a step must have ended.

    Args:
        seconds: from now.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @classmethod
    def of(cls, context: object) -> Deadline:
        """The deadline of an invocation.

        Args:
            context: Lambda's context; something without ``get_remaining_time_in_millis`` gets 30 s.
        """
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        if remaining is None:
            return cls(WITHOUT_CONTEXT_SECONDS)
        seconds = remaining() / 1000
        return cls(seconds - min(RESERVE_SECONDS, seconds * RESERVE_SHARE))

    def part(self, at_most: float) -> Deadline:
        """A deadline for one part, which leaves half of the time for what comes after it.

        Args:
            at_most: seconds that the part may take.
        """
        return Deadline(min(at_most, (self._end - time.monotonic()) / 2))

    def remaining(self, at_most: float | None = None) -> float:
        """Seconds that are left, more than 0.

        Args:
            at_most: seconds that one part may take.

        Raises:
            TimeoutError: none are left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time of the step is over")
        return left if at_most is None else min(left, at_most)

    def wait_for(self, call: Callable[[], T], at_most: float | None = None) -> T:
        """The result of a call that has no limit of its own: name resolution, or a request with its retries.

        Args:
            call: runs in a thread of its own, which is left alone when it is not back in time; so it must be safe to
                end late, or never.
            at_most: seconds that it may take.

        Raises:
            TimeoutError: it is not back in time.
        """
        limit = self.remaining(at_most)
        results: list[T] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                results.append(call())
            except BaseException as error:  # noqa: BLE001 - it is raised again, where the caller waits
                errors.append(error)

        thread = threading.Thread(target=run, name="rotation-call", daemon=True)
        thread.start()
        thread.join(limit)
        if errors:
            raise errors[0]
        if not results:
            raise TimeoutError(f"no answer within {limit:.1f} s")
        return results[0]
