"""The one error that people see: what is wrong, what was given, what is allowed, how to fix it."""

from __future__ import annotations

EXIT_CODE = 2
"""Process exit code for bad input."""


class Problem(Exception):  # noqa: N818 - it reports a problem in what a person gave, not a fault of the program
    """Bad input, told so that the reader can put it right.

    Args:
        what: one sentence that says what is wrong, and where (file, setting).
        given: the value that was found, as it was written.
        allowed: the values that are accepted.
        fix: what to do next.
    """

    def __init__(
        self, what: str, *, given: object = None, allowed: str | None = None, fix: str | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.given = given
        self.allowed = allowed
        self.fix = fix

    def __str__(self) -> str:
        lines = [self.what]
        if self.given is not None:
            lines.append(f"  given:   {self.given}")
        if self.allowed is not None:
            lines.append(f"  allowed: {self.allowed}")
        if self.fix is not None:
            lines.append(f"  fix:     {self.fix}")
        return "\n".join(lines)
