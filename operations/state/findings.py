"""What an examination of the states found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        what: what it is, and what follows from it.
        fix: what to do; None when nothing has to be done.
    """

    what: str
    fix: str | None = None


@dataclass(frozen=True, kw_only=True)
class Thing:
    """Something that was looked at.

    Attributes:
        name: what it is, ``bucket  acme-states``.
        status: how it is, in a few words.
        findings: what is not as it should be with it.
    """

    name: str
    status: str
    findings: tuple[Finding, ...] = ()
