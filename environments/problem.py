"""The one error that people see: what is wrong, what was given, what is allowed, how to fix it."""

from __future__ import annotations

import re

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


def told(error: Exception) -> Problem | None:
    """The problem that an error is for the person who gave the command; None for a fault of the program.

    Args:
        error: a `Problem`; or what the operating system says of a file, also when node passes it on, as in
            ``EACCES: permission denied, open 'cdktf.out/manifest.json'``.
    """
    if isinstance(error, Problem):
        return error
    if isinstance(error, OSError) and error.filename is not None:
        what = f"{error.filename} cannot be used ({error.strerror})"
    elif found := re.fullmatch(r"(?:Error: )?E[A-Z]{3,}: ([^,]+), \w+ '(.*)'.*", str(error), re.DOTALL):
        what = f"{found[2]} cannot be used ({found[1]})"
    else:
        return None
    return Problem(what, fix="check that it exists, and that it is yours to read and to write")
